"""In when an autopay pays, how much, and what is tried again."""

from tests.simulation.mutants.mutant import NO_FUNDS, Mutant

AMOUNTS, DATES, RUN, POLICY = (
    "leases/autopay/amounts.py",
    "leases/autopay/dates.py",
    "leases/autopay/actions/run.py",
    "payments/retries/policy.py",
)
PAYING = {"enrol": 25.0, "weeks": 25, "days": 15, "seconds": 2, "pay_part": 3}

MUTANTS = (
    Mutant(
        "the full balance pays the month ahead too",
        AMOUNTS,
        "        return position.due_minor\n",
        "        return position.payable_minor\n",
        "the run of",
        moves=PAYING,
    ),
    Mutant(
        "an autopay that is paused goes on paying",
        RUN,
        "if autopay.status != Autopay.Status.ACTIVE:",
        "if autopay.status == Autopay.Status.CANCELED:",
        "the run of",
        moves={**PAYING, "pause_autopay": 20},
    ),
    Mutant(
        "the cap of an autopay is forgotten",
        AMOUNTS,
        "if cap_minor is not None and amount_minor > cap_minor:",
        "if cap_minor is not None and amount_minor > cap_minor * 1_000:",
        "the run of",
        moves={**PAYING, "enrol": 40, "pay_part": 0, "pay_all": 0},
        seed=3,
    ),
    Mutant(
        "the 31st is left out where a month has no such day",
        DATES,
        "own = day_in_month(year, month, self.day_of_month)",
        "own = day_in_month(year, month, min(self.day_of_month, 30))",
        "the next run of",
        moves=PAYING,
    ),
    Mutant(
        "what comes back for any reason is tried again",
        POLICY,
        "if rule.codes is None or failure.code in rule.codes:",
        "if rule.codes is None or failure.code:",
        "must not",
        moves=PAYING,
        numbers=("000111111113",),
    ),
    Mutant(
        "the second retry comes as soon as the first",
        POLICY,
        "rule.days[failure.failures - 1]",
        "rule.days[0]",
        "must not",
        moves=PAYING,
        numbers=(NO_FUNDS,),
    ),
)
