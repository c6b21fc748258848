"""Bugs planted in the real code, one at a time, to see that the auditor finds each: a check that cannot fail is a defect."""

from tests.simulation.mutants import answers, by_itself, leases, ledger, payments, rest
from tests.simulation.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = tuple(mutant for family in (ledger, payments, answers, leases, by_itself, rest) for mutant in family.MUTANTS)
