"""In what a trust bank sends back."""

from tests.simulation.mutants.deposits import FORWARD, TRUSTING
from tests.simulation.mutants.mutant import Mutant

SENT_BACK = {**TRUSTING, "pay_deposit": 5, "pay_deposit_that_comes_back": 40}

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
)
