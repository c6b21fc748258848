"""In what a trust bank sends back, and in deposits whose payment is taken back when its money has gone on."""

from tests.simulation.mutants.deposits import FORWARD, LEAVING, TAKE_BACK, TRUSTING
from tests.simulation.mutants.mutant import Mutant

SENT_BACK = {**TRUSTING, "pay_deposit": 5, "pay_deposit_that_comes_back": 40}
BACK_AND_FORTH = {
    **LEAVING,
    "name_trust_bank": 30,
    "pay_deposit_that_comes_back": 30,
    "leave_on_what_comes_back": 40,
    "take_out_of_trust": 10,
    "change_minds": 15,
}
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
        "            if any(o.status in Payout.UNDER_WAY for o in waits_for):",
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
    Mutant(
        "what another payment left in the trust bank is sent back",
        "payments/payouts/queries.py",
        "    return min(_minor(KEPT_OF, [integers([earned.id]), one.origin]), owners_there_minor(earned, deposits))",
        "    return earned.shown_minor",
        "is returned out of what is not there",
        moves=BACK_AND_FORTH,
        seed=235,
    ),
)
