"""In what a landlord takes on a lease, and in what a closed period keeps."""

from tests.simulation.mutants.mutant import Mutant

QUERIES, PERIODS, PAST = "leases/policies/queries.py", "ledger/journal/actions/periods.py", "ledger/journal/queries/periods.py"
BOUND = {"open_lease": 10.0, "say_policy": 25, "block_lease": 8, "pay_against_policy": 35, "pay_part": 15, "charge_all": 8}
CLOSED = {"open_lease": 8.0, "close_period": 20, "close_period_wrongly": 12, "date_in_closed": 25, "look_at_closed": 20, "bank_charge": 5}

MUTANTS = (
    Mutant("a blocked lease takes payments", QUERIES, "if policy.blocked:", "if not policy:", "must be payments_blocked", moves=BOUND),
    Mutant(
        "a blocked lease is paid past the lease",
        "leases/rent/actions/taking.py",
        "if not policy.version:",
        "if policy.version:",
        "must be payments_blocked",
        moves={**BOUND, "pay_directly": 30, "block_lease": 20},
        seed=8,
    ),
    Mutant(
        "a minimum is ignored",
        QUERIES,
        "if wish.amount_minor < least:",
        "if wish.amount_minor < 0:",
        "must be partial_payment_refused",
        moves=BOUND,
    ),
    Mutant(
        "what is left below the minimum cannot be paid",
        QUERIES,
        "return min(policy.minimum_minor or 0, whole) if",
        "return (policy.minimum_minor or 0) if",
        "was partial_payment_refused",
        moves=BOUND,
    ),
    Mutant(
        "what came back is forgotten",
        QUERIES,
        '(sure == "after_return" and wish.returned_lately)',
        '(sure == "after_return" and not wish)',
        "must be certified_funds_required",
        moves={**BOUND, "days": 25},
        numbers=("009929070000",),
        seed=9,
    ),
    Mutant(
        "one who takes nothing ahead takes it",
        QUERIES,
        "wish.amount_minor > max(0, wish.due_minor):",
        "wish.amount_minor > wish.payable_minor:",
        "must be prepayment_refused",
        moves=BOUND,
    ),
    Mutant(
        "the oldest is paid first whatever was said",
        QUERIES,
        "if policy.order != PaymentPolicy.Order.CATEGORIES:",
        "if policy.order:",
        "claims of",
        moves={**BOUND, "charge_all": 25, "pay_part": 25},
    ),
    Mutant(
        "what is not owed yet is paid before",
        QUERIES,
        "key=lambda pair: (pair[0].posted_at is None, ranks",
        "key=lambda pair: (pair[0].posted_at is not None, ranks",
        "claims of",
        moves={**BOUND, "charge_all": 25, "pay_part": 25},
    ),
    Mutant(
        "who blocks a lease forgets what else was said",
        "leases/policies/actions.py",
        "replace(policy_of(lease), blocked=blocked)",
        "Policy(blocked=blocked)",
        "payment policies",
        moves={**BOUND, "block_lease": 30},
    ),
    Mutant(
        "the same again is a new version",
        "leases/policies/actions.py",
        "if before.version and before ==",
        "if not before.version and before ==",
        "payment policies | facts",
        moves=BOUND,
    ),
    Mutant(
        "something by hand lands in a closed period",
        PERIODS,
        "if first and day < first:",
        "if first and day.year < first.year:",
        "must be period_closed",
        moves=CLOSED,
    ),
    Mutant(
        "the last day of a period stays open",
        PAST,
        "return latest.through_on + timedelta(days=1) if latest else None",
        "return latest.through_on if latest else None",
        "must be period_closed | the first open day",
        moves=CLOSED,
    ),
    Mutant(
        "a period is closed before it is over",
        PERIODS,
        "if through_on >= (at.astimezone(UTC) + WESTERNMOST).date():",
        "if through_on >= at.astimezone(UTC).date():",
        "must be period_not_over",
        moves=CLOSED,
    ),
    Mutant(
        "what comes later changes a closed period",
        PAST,
        "known_at=known_with.closed_at, watermark=known_with.watermark)",
        "known_at=None, watermark=None)",
        "movements of",
        moves={**CLOSED, "open_lease": 20},
    ),
)
