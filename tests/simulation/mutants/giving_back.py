"""In what was paid too much, and goes back to whoever paid it."""

from tests.simulation.mutants.mutant import Mutant

ACTIONS, QUERIES, POSTINGS = "leases/overpayments/actions.py", "leases/overpayments/queries.py", "payments/refunds/postings.py"
GIVING = {"give_back": 60.0, "give_back_twice": 10, "give_back_anyhow": 6, "pay_part": 30, "days": 20, "weeks": 2, "change_minds": 8}

MUTANTS = (
    Mutant(
        "what has not settled is given back",
        QUERIES,
        'kept = {Status.SETTLED: "", Status.RETURNED: RETURNED}.get(Status(payment.status), NOT_SETTLED)',
        'kept = {Status.RETURNED: RETURNED}.get(Status(payment.status), "")',
        "give back",
        moves=GIVING,
    ),
    Mutant(
        "what stands ahead is given back while a payment is on its way",
        ACTIONS,
        "    if flying:",
        "    if not flying and False:",
        "must be payment_in_flight",
        moves={**GIVING, "give_back_anyhow": 40, "seconds": 2},
    ),
    Mutant(
        "what could not be given back is not available again",
        POSTINGS,
        "    lines = _owed(paid, refund, amount_minor, settled,",
        "    lines = _owed(paid, refund, amount_minor, False,",
        "legs of refund.failed",
        moves={**GIVING, "change_minds": 30},
    ),
)
