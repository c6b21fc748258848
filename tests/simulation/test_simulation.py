"""A short run in every `make test`; the long one is `make sim HISTORIES=…`."""

from pathlib import Path

import pytest
from django.db import connections

from payments.rails import registry
from payments.rails.simulated import SimulatedRail
from tests.architecture.tidiness import imported_modules
from tests.simulation.history import History, HistoryFailed
from tests.simulation.moves import FAMILIES, MOVES
from tests.simulation.parts import Part, add_up, missing
from tests.simulation.prepared import base as prepared
from tests.simulation.running import empty

AUDITOR = Path(__file__).parent / "auditor"
PRODUCT = ("directpay", "ledger", "payments", "leases", "webhooks", "django", "psycopg")
pytestmark = pytest.mark.django_db(transaction=True)


def live(seed: int, steps: int, **how) -> History:
    empty(0)
    return History(seed, **how).run(steps)


@pytest.mark.parametrize("seed", [3, 7, 9, 12])
def test_the_books_agree_after_every_step(seed):
    history = live(seed, 200)
    assert history.steps == 200
    assert history.auditor.kinds["payment.completed"] >= 5


def test_the_same_seed_tells_the_same_story():
    assert live(7, 60).log == live(7, 60).log


def test_a_failure_names_its_seed_and_the_last_steps():
    def beyond(text: str) -> None:
        if text.strip().endswith("seconds"):
            raise ValueError("as if it had failed")

    with pytest.raises(HistoryFailed, match=r"seed 1, step \d+: ValueError: as if(.|\n)*make sim SEED=1"):
        live(1, 200, listen=beyond)


def test_leaves_the_world_as_it_was():
    before = dict(registry.RAILS)
    live(1, 1)
    assert before == registry.RAILS
    assert all(issubclass(rail, SimulatedRail) and rail.__name__ != "Watched" for rail in registry.RAILS.values())


def test_every_move_belongs_to_a_registered_family():
    files = {path.stem for path in (Path(__file__).parent / "moves").glob("*.py")} - {"__init__", "move"}
    assert {family.__name__.rpartition(".")[2] for family in FAMILIES} == files
    assert len({move.name for move in MOVES}) == len(MOVES)


def test_the_auditor_imports_nothing_of_what_it_audits():
    assert imported_modules("from ledger.journal import actions", "tests.x") & {"ledger.journal"}
    for path in AUDITOR.glob("*.py"):
        found = imported_modules(path.read_text(), f"tests.simulation.auditor.{path.stem}")
        assert not {name for name in found if name.partition(".")[0] in PRODUCT}, path.name
        assert not {name for name in found if name.startswith("tests") and not name.startswith("tests.simulation.auditor")}, path.name


def test_parts_go_on_where_they_stopped_and_add_up(tmp_path):
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    for path, seed in ((one, 1), (two, 2)):
        part = Part.read(path)
        part.add({"seed": seed, "steps": 200, "seconds": 1.0, "cpu": 0.5, "totals": {"edge": {"payment: completed → settled": 60}}})
        part.write(path)
    again = Part.read(one)
    assert (again.seeds, again.steps) == ({1}, 200)
    told = add_up([str(one), str(two)])
    assert "2 histories, 400 steps, 0 failed" in told
    assert "120  payment: completed → settled" in told
    with pytest.raises(ValueError, match="counted already"):
        add_up([str(one), str(one)])


def test_what_is_not_reached_is_named():
    told = missing({"edge": {"payment: completed → settled": 100}}, least=100)
    assert "payment: completed → settled" not in told
    assert {"payment: settled → returned", "payment.returned"} <= set(told)


def test_statements_that_are_planned_once_tell_the_same_story():
    """As lives by the thousand are lived (`tests/simulation/settings.py`)."""
    plain = connections["default"]
    told = live(7, 120).log
    connections["default"] = planned = prepared.DatabaseWrapper(plain.settings_dict, "default")
    try:
        assert live(7, 120).log == told
        assert len(prepared.PREPARED.texts) > 200, "they were asked by their names"
    finally:
        planned.close()
        prepared.PREPARED.close()
        connections["default"] = plain
