"""The registry is the chart of our own table, and the page of the docs is printed from the registry."""

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.journal.kinds import CREDIT, DEBIT, KINDS, AccountKind
from payments.chart import owners
from payments.chart.owners import OWNERS, own
from tests.books.tables import CHART

PAGE = Path(__file__).parents[2] / "docs" / "chart-of-accounts.md"


def _as_table(kind: AccountKind) -> tuple:
    name = kind.name.lower().replace(" ", "_")
    floor = "0" if kind.floor == "zero" else kind.floor
    return (name, kind.normal, kind.fund, kind.one_per, floor, kind.by_item, kind.mirror)


def test_the_registry_is_the_table():
    assert len(CHART) == 60
    expected = {n: (k.name.replace(" ", "_"), k.normal, k.fund, k.one_per, k.floor, k.by_item, k.mirror) for n, k in CHART.items()}
    assert {number: _as_table(kind) for number, kind in KINDS.items()} == expected


def test_every_kind_has_a_room_and_a_meaning():
    assert OWNERS.keys() == KINDS.keys()
    assert all(kind.meaning for kind in KINDS.values())


def test_first_digits_and_sides_agree():
    """1 asset, 2 liability, 3 equity, 4 revenue, 5 and 6 expense; contra accounts are the exception, by name."""
    expected = {"1": DEBIT, "2": CREDIT, "3": CREDIT, "4": CREDIT, "5": DEBIT, "6": DEBIT}
    assert {n for n, k in KINDS.items() if k.normal != expected[n[1]]} == {"L4900"}


class TestOwn:
    @pytest.fixture(autouse=True)
    def _registry_of_its_own(self, monkeypatch):
        monkeypatch.setattr(owners, "OWNERS", {})
        monkeypatch.setitem(KINDS, "P9999", AccountKind("P9999", "test", DEBIT, "own", "any"))

    def test_refuses_a_second_room(self):
        own("payments.payins.postings", KINDS["P9999"])
        own("payments.payins.postings", KINDS["P9999"])
        with pytest.raises(ValueError, match=r"belongs to payments\.payins"):
            own("payments.payouts.postings", KINDS["P9999"])

    def test_refuses_another_meaning(self):
        with pytest.raises(ValueError, match="registered twice"):
            own("payments.payins.postings", AccountKind("P9999", "test", CREDIT, "own", "any"))


def test_the_page_is_what_a_process_prints_that_has_only_started_django():
    """So every room registers at start-up: no test has imported anything there."""
    command = [sys.executable, "manage.py", "chart_of_accounts", "--settings=tests.settings"]
    printed = subprocess.run(command, cwd=PAGE.parents[1], capture_output=True, text=True, check=True, timeout=60).stdout
    assert PAGE.read_text(encoding="utf-8") == printed, "python manage.py chart_of_accounts > docs/chart-of-accounts.md"


def test_the_page_has_every_account_and_every_row():
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| {number} |" in text for number in CHART)
    assert "payments.refunds.postings.refund_submitted" in text
