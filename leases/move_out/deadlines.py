"""Days within which a deposit is to be given back or accounted for, by state: a table to begin with, not legal advice.

Written down as these statutes are commonly cited; nobody has compared the rows with their present text. Do that before you rely on one.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Rule:
    """Calendar days after the day of moving out, as `source` is commonly cited; `since` is the first day for which we hold it to be so."""

    state: str
    days: int
    since: date
    source: str

    def __str__(self) -> str:
        return f"{self.state}: {self.days} days ({self.source})"


LONG_AGO = date(2000, 1, 1)
RULES = (
    Rule("CA", 21, LONG_AGO, "Civil Code 1950.5(g)"),
    Rule("CO", 30, LONG_AGO, "C.R.S. 38-12-103"),
    Rule("FL", 15, LONG_AGO, "F.S. 83.49(3)"),
    Rule("GA", 30, LONG_AGO, "O.C.G.A. 44-7-34"),
    Rule("IL", 30, LONG_AGO, "765 ILCS 710/1"),
    Rule("MA", 30, LONG_AGO, "M.G.L. c. 186 s. 15B"),
    Rule("MD", 45, LONG_AGO, "Real Property 8-203"),
    Rule("MI", 30, LONG_AGO, "MCL 554.609"),
    Rule("NC", 30, LONG_AGO, "G.S. 42-52"),
    Rule("NJ", 30, LONG_AGO, "N.J.S.A. 46:8-21.1"),
    Rule("NY", 14, date(2019, 7, 14), "General Obligations Law 7-108"),
    Rule("OH", 30, LONG_AGO, "O.R.C. 5321.16"),
    Rule("PA", 30, LONG_AGO, "68 P.S. 250.512"),
    Rule("TX", 30, LONG_AGO, "Property Code 92.103"),
    Rule("VA", 45, LONG_AGO, "Code of Virginia 55.1-1226"),
    Rule("WA", 21, LONG_AGO, "RCW 59.18.280"),
    Rule("WA", 30, date(2023, 7, 23), "RCW 59.18.280 as amended 2023"),
)
ELSEWHERE_DAYS = 14  # no rule of the state on file: the shortest of those above that count from moving out


def rule_of(state: str, on: date) -> Rule:
    """The newest rule of the state on that day; where there is none, a short one of our own."""
    known = [rule for rule in RULES if rule.state == state.upper() and rule.since <= on]
    return max(known, key=lambda rule: rule.since, default=Rule(state.upper(), ELSEWHERE_DAYS, LONG_AGO, "no rule on file"))


def deadline(state: str, moved_out_on: date) -> tuple[date, Rule]:
    rule = rule_of(state, moved_out_on)
    return moved_out_on + timedelta(days=rule.days), rule
