"""In what a lease becomes when it is ended, renewed, costs another rent or is shared in another way."""

from tests.simulation.mutants.mutant import Mutant

ACTIONS, REPLAN, SCHEDULE = "leases/changes/actions.py", "leases/changes/replanning.py", "leases/rent/schedule.py"
CHANGING = {"open_lease": 20.0, "add_renter": 8, "end_lease": 15, "renew_lease": 25, "step_rent": 25, "change_shares": 25, "weeks": 10}

MUTANTS = (
    Mutant(
        "the end changes no month that is not owed yet",
        REPLAN,
        "left = waiting.amount_minor + difference",
        "left = waiting.amount_minor",
        "",
        moves=CHANGING,
    ),
    Mutant(
        "days after the end are not credited",
        REPLAN,
        "plan.credited.append((standing[-1], -difference))",
        "pass",
        "never credited",
        moves=CHANGING,
    ),
    Mutant(
        "a month that goes on is not charged for the rest",
        REPLAN,
        "plan.charged.append((row, difference))",
        "pass",
        "never charged",
        moves=CHANGING,
    ),
    Mutant("months after the end stay", REPLAN, "plan.dropped.append(waiting)", "pass", "", moves=CHANGING),
    Mutant("a renewal adds no months", REPLAN, "plan.added.append(row)", "pass", "", moves=CHANGING),
    Mutant(
        "the new rent begins a day late",
        SCHEDULE,
        "start - timedelta(days=1) for start, _ in rents[1:]",
        "start for start, _ in rents[1:]",
        "",
        moves=CHANGING,
    ),
    Mutant(
        "the old shares hold for ever",
        "leases/contracts/models.py",
        "reversed(changes) if start <= since",
        "reversed(changes) if start < ''",
        "legs of charge.due",
        moves=CHANGING,
    ),
    Mutant(
        "a change of shares holds from the day before",
        "leases/contracts/models.py",
        "if start <= since), first)",
        "if start[:7] <= since[:7]), first)",
        "",
        moves=CHANGING,
    ),
    Mutant(
        "the whole credit goes to the first roommate",
        ACTIONS,
        'wish = NewCredit(party, "credit", amount,',
        'wish = NewCredit(parties[0], "credit", amount,',
        "",
        moves=CHANGING,
    ),
    Mutant(
        "a paid month is credited as if it were open",
        ACTIONS,
        "charge=charge if left >= amount else None",
        "charge=None",
        "is for",
        moves=CHANGING,
    ),
)
