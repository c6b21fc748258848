"""In what lateness costs: what is late, how much, once, and for whom."""

from tests.simulation.mutants.mutant import Mutant

RECKONING, ASSESS = "leases/late_fees/reckoning.py", "leases/late_fees/actions/assess.py"
DECIDE, RETURNED, QUERIES = "leases/late_fees/actions/decide.py", "leases/late_fees/actions/returned.py", "leases/late_fees/queries.py"
LATE = {
    "open_with_late_fee": 25.0,
    "agree_late_fee": 5,
    "open_lease": 2,
    "pay_all": 4,
    "pay_part": 8,
    "weeks": 14,
    "days": 10,
    "receive": 4,
}
DECIDING = {**LATE, "approve_late_fee": 12, "dismiss_late_fee": 8, "waive_late_fee": 15}
BOUNCING = {**LATE, "receive": 25, "bounce": 18, "pay_all": 2, "pay_part": 2}

MUTANTS = (
    Mutant("grace is a day shorter", RECKONING, "timedelta(days=terms.grace_days)", "timedelta(days=terms.grace_days - 1)", "", moves=LATE),
    Mutant(
        "a fee is rounded down",
        RECKONING,
        "divide_half_even(base * (terms.percent_bps or 0), BASIS_POINTS)",
        "base * (terms.percent_bps or 0) // BASIS_POINTS",
        "for day",
        moves=LATE,
    ),
    Mutant("the cap is forgotten", RECKONING, "wanted if cap is None else min(wanted, cap - sum_minor)", "wanted", "for day", moves=LATE),
    Mutant(
        "what flies when grace ends is late",
        QUERIES,
        "status__in=[*LIVE, *CLEARED]",
        "status__in=[*CLEARED]",
        "",
        moves={**LATE, "pay_all": 25},
    ),
    Mutant(
        "a cheque that bounced still counts",
        QUERIES,
        "lease_id__in=lease_ids, bounced_on=None",
        "lease_id__in=lease_ids",
        "",
        moves=BOUNCING,
    ),
    Mutant(
        "what came back is judged by nobody",
        RETURNED,
        "return [*fees, *judge(perhaps_late(at, leases=list(leases)), at)]",
        "return fees",
        "late, and never charged",
        moves=BOUNCING,
    ),
    Mutant(
        "what came back costs nothing",
        RETURNED,
        "policy.returned_fee_minor is None or one.on is None",
        "policy.returned_fee_minor is not None or one.on is None",
        "came back and cost nothing | late, and never charged",
        moves=BOUNCING,
    ),
    Mutant(
        "money that is sent too late is in time",
        RECKONING,
        "if d <= day)",
        "if d <= day + timedelta(days=9))",
        "",
        moves={**LATE, "receive": 20},
        seed=46,
    ),
    Mutant(
        "a running fee stops",
        ASSESS,
        "        if more:\n",
        "        if more and made:\n            pass\n        elif more:\n",
        "late, and never charged",
        moves=LATE,
    ),
    Mutant(
        "each owes the fee of all",
        "leases/rent/postings.py",
        "    if party_id is not None:\n        return [(party, amount_minor)",
        "    if party_id is not None and len(parties) == 1:\n        return [(party, amount_minor)",
        "",
        moves=LATE,
    ),
    Mutant("what is proposed is charged", ASSESS, "if fee.policy.mode != PROPOSED]", "]", "", moves=LATE),
    Mutant(
        "a fee is waived twice",
        DECIDE,
        "if row.waived_at is not None:",
        "if row.waived_at is not None and row.waived_on is None:",
        "must be late_fee_not_waivable",
        moves={**LATE, "waive_late_fee": 30},
    ),
    Mutant("a waiver does not serve its fee", DECIDE, "at=at, claims=claims)", "at=at)", "allocations", moves=DECIDING),
    Mutant(
        "a fee is for the day on which it is charged",
        "leases/late_fees/actions/charging.py",
        "period_start=fee.reason_on,",
        "period_start=local_today(fee.lease, at),",
        "",
        moves=LATE,
    ),
    Mutant(
        "an old agreement outlives the new one",
        "leases/contracts/queries.py",
        'order_by("from_on", "id")',
        'order_by("-from_on", "-id")',
        "",
        moves={**BOUNCING, "agree_late_fee": 25},
    ),
    Mutant(
        "what was forgiven of a fee pays the rent",
        QUERIES,
        "if one.towards in names]",
        "]",
        "overdue of",
        moves={**DECIDING, "waive_late_fee": 25},
    ),
)
