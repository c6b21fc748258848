"""In what is owed, by whom, when, and what a renter is let pay."""

from tests.simulation.mutants.mutant import Mutant

PAY, SCHEDULE, OPEN = "leases/rent/actions/pay_rent.py", "leases/rent/schedule.py", "leases/rent/actions/open_lease.py"
LEASES = {"open_lease": 30, "add_renter": 8}

MUTANTS = (
    Mutant(
        "a month in part is rounded down",
        SCHEDULE,
        "divide_half_even(rent_minor * covered, whole)",
        "rent_minor * covered // whole",
        "for 20",
        moves=LEASES,
    ),
    Mutant(
        "due before the lease begins",
        SCHEDULE,
        "Row(max(day_in_month(year, month, due_day), begins),",
        "Row(day_in_month(year, month, due_day),",
        "for 20",
        moves=LEASES,
    ),
    Mutant(
        "the odd cent goes to the last",
        "directpay/kernel/money.py",
        "key=lambda i: (-(amount * weights[i] % whole), i)",
        "key=lambda i: (-(amount * weights[i] % whole), -i)",
        "legs of charge.due",
        moves=LEASES,
    ),
    Mutant("shares are ignored", "leases/rent/postings.py", "[p.weight for p in ordered]", "[1 for p in ordered]", "", moves=LEASES),
    Mutant(
        "prepaid money is not used",
        "leases/rent/actions/post_charges.py",
        "allocate(accounts, at=at,",
        "allocate(accounts[:0], at=at,",
        "allocations",
        moves={"pay_part": 40, "weeks": 10},
    ),
    Mutant(
        "charges fall due by the clock of London",
        OPEN,
        "(c.public_id, datetime.combine(c.due_on, time(), tzinfo=zone))",
        '(c.public_id, datetime.combine(c.due_on, time(), tzinfo=ZoneInfo("UTC")))',
        "is posted before",
        moves={**LEASES, "weeks": 10},
    ),
    Mutant(
        "an open lease ends after a year",
        OPEN,
        "    if lease.end_on is None:\n        schedule",
        "    if lease.end_on is None and len(charges) > 1:\n        schedule",
        "lacks",
        moves={**LEASES, "weeks": 20},
    ),
    Mutant(
        "a charge is never posted",
        "leases/rent/actions/post_charges.py",
        "chosen = Charge.objects.filter(public_id__in=list(public_ids), posted_at=None)",
        "chosen = Charge.objects.filter(public_id__in=list(public_ids)[1:], posted_at=None)",
        "fell due and were not posted",
        moves={**LEASES, "weeks": 10},
    ),
    Mutant(
        "somebody else's account is paid",
        "leases/rent/standing.py",
        "[lease.id, user_id, rail]",
        "[lease.id, lease.renters.latest('user_id').user_id, rail]",
        "",
        moves=LEASES,
    ),
    Mutant(
        "the newest charges are claimed",
        PAY,
        "for row in rows:\n        part = min(left",
        "for row in reversed(rows):\n        part = min(left",
        "claims",
        moves={"pay_part": 40, "weeks": 10},
    ),
    Mutant(
        "a charge may be claimed twice",
        PAY,
        "if part > row.free_minor:",
        "if part > row.open_minor:",
        "obligation_in_progress",
        moves={"pay_named": 60},
    ),
)
