"""In what a trust bank sends back, and in deposits whose payment is taken back when its money has gone on."""

from tests.simulation.mutants.deposits import FORWARD, LEAVING, TAKE_BACK, TRUSTING
from tests.simulation.mutants.mutant import Mutant

SENT_BACK = {**TRUSTING, "pay_deposit": 5, "pay_deposit_that_comes_back": 40}
BORROWED = {**LEAVING, "leave_on_what_comes_back": 90, "days": 20}

MUTANTS = (
    Mutant(
        "what the trust bank sent back is forwarded by nobody",
        FORWARD,
        "status__in=Payout.CAME_BACK",
        'status="failed"',
        "was never forwarded",
        moves=SENT_BACK,
        profile="demo",
    ),
    Mutant(
        "a deposit that is taken back while it is drawn is not waited for",
        TAKE_BACK,
        "            if any(o.origin == deposit.public_id and o.status in Payout.UNDER_WAY for o in orders):",
        "            if not deposit.public_id:",
        "is returned while",
        moves=BORROWED,
    ),
    Mutant(
        "of a deposit that was drawn and is taken back, the owner bears what is here",
        TAKE_BACK,
        "    here = min(amount - there, mine - there)",
        "    here = 0",
        "leaves as a debt | must be returned",
        moves=BORROWED,
    ),
)
