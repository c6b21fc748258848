"""In what payments, returns, settlements and bank lines post."""

from tests.simulation.mutants.mutant import BALANCE, RETURNS_BEFORE_READY, RETURNS_LATE, Mutant

PAYINS, RETURNS, PAYOUTS = "payments/payins/postings.py", "payments/returns/postings.py", "payments/payouts/actions.py"
LINES, COMPLETE = "payments/reconciliation/postings.py", "payments/payins/actions/complete.py"
OWED = "lines += [dr(at_directpay(paid.payee, paid.currency), paid.net_minor), cr(paid.applies_to, paid.amount_minor)]"

MUTANTS = (
    Mutant(
        "a mirror leg is missing",
        PAYINS,
        OWED,
        "lines += [cr(paid.applies_to, paid.amount_minor)]",
        "legs of payment.completed",
        BALANCE,
    ),
    Mutant(
        "a leg is posted twice",
        PAYINS,
        OWED,
        f"{OWED} + [cr(paid.applies_to, paid.amount_minor)]",
        "legs of payment.completed",
        BALANCE,
    ),
    Mutant(
        "the fee is booked for the wrong payer",
        PAYINS,
        'if paid.fee_payer == "payee" and fee_minor + tax_minor:',
        'if paid.fee_payer == "payer" and fee_minor + tax_minor:',
        "legs of payment.completed",
        BALANCE,
    ),
    Mutant(
        "the item is forgotten",
        PAYINS,
        "paid.charged_minor, paid.payment)]",
        "paid.charged_minor, paid.rail)]",
        "legs of payment.completed",
    ),
    Mutant(
        "revenue on another rail",
        PAYINS,
        'platform("P4110", paid.rail, paid.currency)',
        'platform("P4110", "ach", paid.currency)',
        "legs of payment.completed",
    ),
    Mutant(
        "the day of sending is the effective date",
        PAYINS,
        "drafts.append(payment_completed.draft(paid, on=day, at=at))",
        "drafts.append(payment_completed.draft(paid, on=payment.tendered_on, at=at))",
        "effective date",
    ),
    Mutant(
        "another reference every time",
        PAYINS,
        "return Draft(paid.payment, on, at, lines)",
        "return Draft(paid.payment + on.isoformat(), on, at, lines)",
        "nothing asked for it",
    ),
    Mutant(
        "allocation is forgotten", COMPLETE, "allocate(sorted(settled_by_items),", "allocate(sorted(settled_by_items)[:0],", "allocations"
    ),
    Mutant(
        "claims of the payment are forgotten",
        COMPLETE,
        "at=at, claims=_claims(payments))",
        "at=at)",
        "allocations",
        moves={"pay_named": 60, "weeks": 8},
    ),
    Mutant(
        "ready at once",
        COMPLETE,
        "return max(promise.ready_at, at) if promise.bank_days else at + waits",
        "return at",
        "is settled before its day",
    ),
    Mutant(
        "a return takes from the wrong place",
        RETURNS,
        'dr(paid.key("P2120" if settled else "P2110"), taken),',
        'dr(paid.key("P2120"), taken),',
        "legs of payment.returned",
        profile="calendar",
        numbers=(RETURNS_BEFORE_READY,),
    ),
    Mutant(
        "the return fee is forgotten",
        RETURNS,
        "drafts.append(return_fee.draft(paid, fee_minor=RETURN_FEE_MINOR, on=day, at=at))",
        "pass",
        "charged a return fee",
        numbers=(RETURNS_LATE,),
    ),
    Mutant(
        "our fee is kept after a return",
        RETURNS,
        "*opposite(fee_lines(paid, fee_left, tax_left)),",
        "",
        "legs of payment.returned",
        BALANCE,
        numbers=(RETURNS_LATE,),
    ),
    Mutant(
        "returned twice",
        RETURNS,
        'return f"payment.returned:{payment.public_id}"',
        'return f"payment.returned:{payment.public_id}:{payment.version}"',
        "",
        numbers=(RETURNS_LATE,),
    ),
    Mutant(
        "settled without cash",
        PAYOUTS,
        "if p.public_id in arrived and p.ready_at",
        "if p.ready_at",
        "before its cash",
        moves={"misbehave": 60, "seconds": 60},
        profile="demo",
    ),
    Mutant("settled before its day", PAYOUTS, "p.ready_at is not None and p.ready_at <= at]", "p.ready_at is not None]", "before its day"),
    Mutant(
        "settled without a posting",
        PAYOUTS,
        "post_many(settlements(batch, payees, at), at=at)",
        "pass",
        "posted as settled",
    ),
    Mutant(
        "the gross is settled",
        "payments/payouts/postings.py",
        "net_minor=s.net_minor,",
        "net_minor=s.gross_minor,",
        "",
        BALANCE,
    ),
    Mutant(
        "a line that went out is booked as one that came in",
        LINES,
        "if amount_minor > 0 else [dr(against",
        "if amount_minor else [dr(against",
        "our bank never paid",
    ),
    Mutant("a line on the day it was read", LINES, "on=line.value_on,", "on=line.reported_at.date(),", "effective date"),
    Mutant(
        "a line imported twice is booked twice",
        "payments/reconciliation/actions.py",
        "reference=r.reference,",
        "reference=f'{r.reference} {at.isoformat()}',",
        "posted twice",
    ),
)
