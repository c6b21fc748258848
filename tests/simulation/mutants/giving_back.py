"""In what was paid too much, and goes back to whoever paid it."""

from tests.simulation.mutants.mutant import Mutant

ACTIONS, QUERIES, POSTINGS = "leases/overpayments/actions.py", "leases/overpayments/queries.py", "payments/refunds/postings.py"
GIVING = {"give_back": 60.0, "give_back_twice": 10, "give_back_anyhow": 6, "pay_part": 30, "days": 20, "weeks": 2, "change_minds": 8}

REFUNDING = {"refund": 60.0, "refund_twice": 8, "refund_anyhow": 8, "pay_part": 30, "days": 18, "weeks": 2, "change_minds": 8}

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
    Mutant(
        "of what goes back nothing is owed again",
        "payments/refunds/actions/create.py",
        "        take_back(payment.applies_to_id, credits_of(payment), submitted, keep=debits_of(payment), at=at)",
        "        pass",
        "allocations",
        moves=REFUNDING,
    ),
    Mutant(
        "what went back before it had settled settles",
        "payments/payins/moving.py",
        "        return self.net_minor - self.refunded_pending_minor",
        "        return self.net_minor",
        "line of | legs of payment.settled | was never settled",
        moves=REFUNDING,
    ),
    Mutant(
        "what could not be given back goes back to where the payment was",
        "payments/refunds/actions/answer.py",
        "            settled=not pending,",
        "            settled=not refund.from_pending,",
        "legs of refund.failed",
        moves={**REFUNDING, "change_minds": 30},
        seed=26,
    ),
    Mutant(
        "what the bank took back first is given back all the same",
        "payments/refunds/actions/send.py",
        "            if refund.payment.status == Status.RETURNED:",
        "            if not refund.payment_id:",
        "had taken",
        moves={**REFUNDING, "late_answer": 40},
        seed=76,
    ),
    Mutant(
        "what came back cannot be given back again",
        "payments/refunds/actions/answer.py",
        "    count(refund, -1, pending=False, fee=False)",
        "    refund.refresh_from_db()",
        "was amount_exceeds_refundable | was charge_already_refunded | overdue | is lost",
        moves={**REFUNDING, "change_minds": 30},
    ),
    Mutant(
        "what could not be given back is not what a refund takes first",
        "payments/refunds/queries.py",
        "    return [*mine, *(one for rule in ALSO_BY for one in rule(payment))]",
        "    return list(mine)",
        "allocations | terms of | legs of | must be",
        moves={**REFUNDING, "give_back": 50, "change_minds": 30},
    ),
    Mutant(
        "what was paid too much leaves although the bank has taken the payment back",
        "payments/payouts/actions/send.py",
        "            if payout.origin in gone:",
        "            if payout.origin in gone and not payout.origin:",
        "leaves, and the bank had taken",
        moves={**GIVING, "give_back_and_lose": 80, "pay_all": 30},
    ),
    Mutant(
        "a refund leaves although the bank has taken the payment back",
        "payments/refunds/actions/send.py",
        "            if refund.payment.status == Status.RETURNED:",
        "            if not refund.payment.status:",
        "leaves, and the bank had taken",
        moves={**REFUNDING, "give_back_and_lose": 80},
    ),
)
