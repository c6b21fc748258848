"""What no seal covers, states of holds and accounts, is what the sealed rows say, or verifier and import refuse the export."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from ledger.journal.models import Book
from ledger.seals.actions import LogRefused, append_anchor, export_log, import_log, seal_all
from ledger.seals.queries import printed
from ledger.seals.verify import Broken, verify
from tests.ledger.seals.conftest import AT, LATER, history, owner, place_of, rewritten
from tests.management.commands.flush import empty_database
from tests.services import database_name

pytestmark = pytest.mark.django_db(transaction=True)
Rows = list[dict]


@pytest.fixture
def log(b, tmp_path) -> Path:
    """What conftest tells, twice: sealed with an anchor (the first two holds), and not sealed yet (two more). The first of two ends."""
    seal_all(at=AT)
    append_anchor(tmp_path / "anchor")
    history(b, "b")
    export_log(tmp_path / "log.jsonl")
    return tmp_path / "log.jsonl"


def said_of(rows: Rows, kind: str, n: int) -> dict:
    """Of the first of a kind, the second and so on."""
    return [row for row in rows if row["kind"] == kind][n - 1]


def account_of(rows: Rows, n: int) -> dict:
    return next(row for row in rows if (row["kind"], row["id"]) == ("account", said_of(rows, "hold", n)["account"]))


def captured_again(n: int) -> Callable[[Rows], Rows]:
    """A hold that was posted waits once more, and its account holds as much again."""

    def change(rows: Rows) -> Rows:
        hold = said_of(rows, "hold", n)
        account_of(rows, n)["held"] += abs(hold["amount"])
        hold |= {"state": "pending", "posted": 0, "resolved_at": None}
        return rows

    return change


def let_go(rows: Rows) -> Rows:
    hold = said_of(rows, "hold", 2)
    account_of(rows, 2)["held"] -= abs(hold["amount"])
    hold |= {"state": "released", "resolved_at": said_of(rows, "hold", 1)["resolved_at"]}
    return rows


def smaller(rows: Rows) -> Rows:
    account_of(rows, 2)["held"] -= 99
    said_of(rows, "hold", 2)["amount"] = -1
    return rows


def elsewhere(rows: Rows) -> Rows:
    account, other = account_of(rows, 2), next(r for r in rows if r["kind"] == "account" and r["id"] != account_of(rows, 2)["id"])
    hold = said_of(rows, "hold", 2)
    account["held"] -= abs(hold["amount"])
    other["held"] += abs(hold["amount"])
    hold["account"] = other["id"]
    return rows


def altered(of: str, n: int, **values: object) -> Callable[[Rows], Rows]:
    return lambda rows: [row | values if row is said_of(rows, of, n) else row for row in rows]


def without(kind: str, n: int) -> Callable[[Rows], Rows]:
    return lambda rows: [row for row in rows if row is not said_of(rows, kind, n)]


def instead(kind: str, n: int, other: int) -> Callable[[Rows], Rows]:
    """What is said of one is said of the other once more."""
    return lambda rows: [said_of(rows, kind, other) if row is said_of(rows, kind, n) else row for row in rows]


def stranger(rows: Rows) -> Rows:
    return [*rows[:4], rows[3] | {"id": rows[3]["id"] + 1}, *rows[4:]]


CHANGES = {
    "it is as it was": (lambda rows: rows, "", "", 0),
    "a posted hold waits again": (captured_again(1), "state_differs", "hold", 1),
    "a posted hold of the tail waits again": (captured_again(3), "state_differs", "hold", 3),
    "a hold that waits is released": (let_go, "state_differs", "hold", 2),
    "a hold was posted in part": (altered("hold", 1, posted=99), "state_differs", "hold", 1),
    "a hold ended at another moment": (altered("hold", 1, resolved_at="2026-11-02T15:00:01.000000Z"), "state_differs", "hold", 1),
    "a hold of another amount": (smaller, "state_differs", "hold", 2),
    "a hold on another account": (elsewhere, "state_differs", "hold", 2),
    "a true for a 1": (altered("hold", 2, posted=False), "state_differs", "hold", 2),
    "nothing is said of a hold": (without("hold", 2), "state_missing", "hold", 2),
    "nothing is said of the last hold": (without("hold", 4), "state_missing", "hold", 4),
    "twice of one hold and not of another": (instead("hold", 2, 1), "state_unknown", "hold", 1),
    "of a hold that is not there": (stranger, "state_unknown", "hold", 5),
    "nothing is said of an account": (without("account", 1), "state_missing", "account", 1),
    "twice of one account and not of another": (instead("account", 2, 1), "state_unknown", "account", 1),
    "of something else": (altered("account", 1, kind="book"), "kind_unknown", "book", None),
}


def stated(lines: list[bytes]) -> Rows:
    return [json.loads(line)["state"] for line in lines if line.startswith(b'{"state":')]


def forged(path: Path, change: Callable[[Rows], Rows]) -> Path:
    def over(lines: list[bytes]) -> list[bytes]:
        first = place_of(lines, b'{"state":')
        return [*lines[:first], *(b'{"state":' + printed(row) + b"}\n" for row in change(stated(lines))), lines[-1]]

    return rewritten(path, over)


@pytest.mark.parametrize("name", CHANGES)
def test_a_state_that_was_changed_is_named(log, tmp_path, name):
    change, code, kind, n = CHANGES[name]
    before = log.read_bytes()
    ids = [row["id"] for row in stated(before.splitlines(keepends=True)) if row["kind"] == kind]
    forged(log, change)
    if not code:
        assert log.read_bytes() == before
        assert verify(log, anchor=tmp_path / "anchor").kinds["hold"] == 4
        return
    with pytest.raises(Broken) as caught:
        verify(log, anchor=tmp_path / "anchor")
    assert (caught.value.code, caught.value.kind) == (code, kind)
    if n:
        assert caught.value.row_id == [*ids, ids[-1] + 1][n - 1]


def test_a_captured_hold_is_not_imported_as_one_that_waits(log, tmp_path):
    forged(log, captured_again(1))
    connection.close()
    empty_database(database_name())
    with owner(), pytest.raises(LogRefused) as caught:
        import_log(log, at=LATER, anchor=tmp_path / "anchor")
    assert (caught.value.code, Book.objects.exists()) == ("state_differs", False)


ENDS = {
    "twice": (lambda line: [line, line], "hold_not_pending"),
    "of a hold that is not there": (lambda line: [line.replace(b'"object_id": "hold_', b'"object_id": "hole_')], "hold_not_pending"),
    "as what it did not become": (lambda line: [line.replace(b'"state": "posted"', b'"state": "released"')], "hold_end_invalid"),
    "with more than it promised": (lambda line: [line.replace(b'"posted": 100', b'"posted": 101')], "hold_end_invalid"),
    "with nothing": (lambda line: [line.replace(b'"posted": 100', b'"posted": 0')], "hold_end_invalid"),
    "with a text": (lambda line: [line.replace(b'"posted": 100', b'"posted": "1"')], "hold_end_invalid"),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_hold_ends_once_and_within_its_amount(log, name):
    """In the tail, of which no hash tells that it was changed."""
    change, code = ENDS[name]

    def over(lines: list[bytes]) -> list[bytes]:
        at = next(n for n, line in enumerate(lines) if line.startswith(b'{"tail":') and b'"type": "hold.posted"' in line)
        return [*lines[:at], *change(lines[at]), *lines[at + 1 :]]

    with pytest.raises(Broken) as caught:
        verify(rewritten(log, over))
    assert (caught.value.code, caught.value.kind) == (code, "event")


def test_a_hold_stands_in_the_log_once(log):
    def over(lines: list[bytes]) -> list[bytes]:
        at = next(n for n, line in enumerate(lines) if re.match(rb'\{"tail":\{"id": \d+, "kind": "hold"', line))
        return [*lines[:at], lines[at], *lines[at:]]

    with pytest.raises(Broken) as caught:
        verify(rewritten(log, over))
    assert (caught.value.code, caught.value.kind) == ("row_twice", "hold")
