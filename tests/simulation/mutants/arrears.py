"""In who is overdue since when, what that comes to, and how plans are kept."""

from tests.simulation.mutants.mutant import Mutant

LOOK, LADDER, BEHIND = "leases/arrears/actions/look.py", "leases/arrears/ladder.py", "leases/payment_plans/behind.py"
DECIDE = "leases/payment_plans/actions/decide.py"
LISTENERS, LATE = "leases/arrears/listeners.py", "leases/late_fees/queries.py"
BEHINDHAND = {"open_lease": 4.0, "pay_all": 2, "pay_part": 6, "receive": 5, "weeks": 18, "days": 16, "seconds": 2, "charge_all": 4}
PLANNING = {**BEHINDHAND, "propose_plan": 14, "accept_plan": 18, "receive": 9}

MUTANTS = (
    Mutant(
        "a step comes a day early",
        LADDER,
        "timedelta(days=rung.days) <= today",
        "timedelta(days=rung.days - 1) <= today",
        "too early | steps of",
        moves=BEHINDHAND,
    ),
    Mutant("what is due today is overdue", BEHIND, "if debt.counts_from < today]", "if debt.counts_from <= today]", "", moves=BEHINDHAND),
    Mutant(
        "what flies is overdue",
        BEHIND,
        "max(0, self.owed_minor - self.in_flight_minor)",
        "max(0, self.owed_minor)",
        "",
        moves={**BEHINDHAND, "pay_all": 10, "pay_part": 14},
        seed=4,
    ),
    Mutant(
        "what is left is of the oldest debt", BEHIND, "for debt in reversed(self.debts):", "for debt in self.debts:", "", moves=BEHINDHAND
    ),
    Mutant(
        "a case stays open when its debt is paid",
        LOOK,
        "return case is not None and bool(debts) and debts[0].counts_from == case.counts_from",
        "return case is not None",
        "since when | open case | steps of | overdue of",
        moves={**BEHINDHAND, "pay_all": 12},
    ),
    Mutant("each step that was passed is told", LOOK, "rung == new[-1], today", "True, today", "steps told", moves=BEHINDHAND),
    Mutant(
        "a cheque that bounced is looked at by nobody",
        LISTENERS,
        'schedule_found(ARREARS_QUEUE, LEASES, [events[0].at, texts(sorted({event.data["lease"] for event in events})), True])',
        "schedule_found(ARREARS_QUEUE, LEASES, [events[0].at, texts([]), True])",
        "has no open case | since when | steps of",
        moves={**BEHINDHAND, "receive": 20, "bounce": 16},
    ),
    Mutant(
        "a kept plan does not stop the ladder",
        LOOK,
        "if debts and party_id not in planned:",
        "if debts:",
        "while its plan is kept",
        moves=PLANNING,
    ),
    Mutant(
        "a plan covers a cent less",
        DECIDE,
        "covering(standing.open_debts, row.amount_minor)",
        "covering(standing.open_debts, row.amount_minor - 1)",
        "payment plan",
        moves=PLANNING,
    ),
    Mutant(
        "rent beside a plan is late",
        LATE,
        "return list(debts) if held else None",
        "return None",
        "",
        moves={**PLANNING, "open_with_late_fee": 20, "agree_late_fee": 5},
    ),
    Mutant(
        "a plan takes more than is owed",
        "leases/payment_plans/actions/propose.py",
        "if amount_minor > owed_minor:",
        "if amount_minor > owed_minor + 1:",
        "propose | accept",
        moves=PLANNING,
    ),
)
