"""Each planted bug is found by the auditor, which says what differs."""

import os
from collections.abc import Iterator

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.mutants.mutant import Mutant, MutantRotten
from tests.simulation.mutants.planting import Greenhouse

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("mutants")]


@pytest.fixture(scope="module")
def greenhouse(django_db_setup: None, django_db_blocker) -> Iterator[Greenhouse]:
    with Greenhouse() as made:
        yield made


def test_the_healthy_code_passes(greenhouse):
    assert greenhouse.grow(None, seeds=range(1, 4)).said == "nothing: all histories passed"


# Every sixth of each kind, or all: MUTANTS=all, and `make mutants`. That each still has its place in the code is asked of all.
PLANTED = MUTANTS if os.environ.get("MUTANTS") == "all" else MUTANTS[::6]


@pytest.mark.parametrize("mutant", PLANTED, ids=lambda mutant: mutant.name)
def test_the_auditor_finds(greenhouse, mutant):
    caught = greenhouse.grow(mutant)
    assert caught.by_auditor, caught.said
    assert any(said in caught.said for said in mutant.says.split(" | "))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_its_text_stands_once_in_the_code(mutant):
    mutant.sources()
    if mutant.also:
        mutant.also.sources()


def test_there_are_enough_of_them_and_each_is_its_own():
    assert len(PLANTED) >= 30
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_a_mutant_whose_text_is_gone_is_rotten():
    with pytest.raises(MutantRotten, match="stands 0 times"):
        Mutant("gone", "ledger/journal/actions/holds.py", "no such text", "").sources()
    with pytest.raises(MutantRotten, match="stands"):
        Mutant("twice", "ledger/journal/actions/holds.py", "at: datetime", "").sources()


def test_a_mutant_that_changes_nothing_is_rotten():
    with pytest.raises(MutantRotten, match="nothing that can be swapped"):
        Mutant("comment", "ledger/journal/actions/holds.py", '"""Two-phase holds:', '"""Holds:').plant()
