"""Bugs planted in the real code, one at a time, to see that the auditor finds each: a check that cannot fail is a defect."""

from tests.simulation.mutants import (
    answers,
    arrears,
    by_itself,
    cards,
    changes,
    deposits,
    giving_back,
    late_fees,
    leases,
    ledger,
    payments,
    policies,
    rest,
    sent_back,
    transfers,
)
from tests.simulation.mutants.mutant import Mutant

FAMILIES = (
    ledger,
    payments,
    answers,
    leases,
    changes,
    late_fees,
    by_itself,
    arrears,
    deposits,
    transfers,
    policies,
    cards,
    rest,
    sent_back,
    giving_back,
)
MUTANTS: tuple[Mutant, ...] = tuple(mutant for family in FAMILIES for mutant in family.MUTANTS)
