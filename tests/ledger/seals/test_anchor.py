"""How far an anchor reaches is said, one that names nothing is refused, and what a file lacks is appended on lines of their own."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger.seals.actions import LogRefused, append_anchor, export_log, import_log, seal_all
from ledger.seals.verify import Broken, read_anchor, verify
from tests.ledger.seals.conftest import AT, LATER, alone, history, owner
from tests.management.commands.flush import empty_database
from tests.services import database_name

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anchor(b, tmp_path) -> Path:
    """It names the first of two seals; the export beside it has both."""
    seal_all(at=AT)
    append_anchor(tmp_path / "anchor")
    history(b, "b")
    seal_all(at=AT)
    export_log(tmp_path / "log.jsonl")
    return tmp_path / "anchor"


def test_how_far_it_reaches_is_said(anchor, tmp_path, capsys):
    log = tmp_path / "log.jsonl"
    status, said = alone(log, "--anchor", str(anchor))
    assert (status, said.splitlines()[-1]) == (0, "anchored through seal 1 of 2")
    call_command("verify_books", anchor=anchor)
    assert "anchored through seal 1 of 2\n" in capsys.readouterr().out
    append_anchor(anchor)
    assert alone(log, "--anchor", str(anchor))[1].splitlines()[-1] == "anchored through seal 2 of 2"
    assert verify(log, anchor=anchor).anchored == 2
    for told in (alone(log)[1], _said_without_anchor(capsys)):
        assert "without an anchor a chain that was computed anew, or cut off at its end, is not noticed" in told
    connection.close()
    empty_database(database_name())
    with owner():
        call_command("import_log", log, anchor=anchor)
    assert "anchored through seal 2 of 2\n" in capsys.readouterr().out


def _said_without_anchor(capsys) -> str:
    call_command("verify_books")
    return capsys.readouterr().out


def test_one_that_names_nothing_is_refused(anchor, tmp_path):
    log, empty = tmp_path / "log.jsonl", tmp_path / "empty"
    empty.touch()
    status, said = alone(log, "--anchor", str(empty))
    assert (status, said) == (1, f"BROKEN {empty} names no seal [anchor_empty]\n")
    with pytest.raises(CommandError, match="anchor_empty"):
        call_command("verify_books", anchor=empty)
    empty.write_text("\n")
    with pytest.raises(Broken) as caught:
        read_anchor(empty)
    assert caught.value.code == "anchor_unreadable"
    empty.write_text("")
    connection.close()
    empty_database(database_name())
    with owner(), pytest.raises(LogRefused) as refused:
        import_log(log, at=LATER, anchor=empty)
    assert refused.value.code == "anchor_empty"


def test_the_next_line_begins_on_a_line_of_its_own(anchor):
    anchor.write_text(anchor.read_text().rstrip("\n"))
    assert append_anchor(anchor) == 1
    assert sorted(read_anchor(anchor)) == [1, 2]
    before = anchor.read_bytes()
    anchor.write_bytes(before.rstrip(b"\n"))
    assert append_anchor(anchor) == 0
    assert anchor.read_bytes() == before.rstrip(b"\n")


def test_a_first_use_is_told_from_going_on(anchor, tmp_path, capsys):
    call_command("seal_books", anchor=anchor)
    assert f"1 lines appended to {anchor}\n" in capsys.readouterr().out
    for first in (tmp_path / "new", tmp_path / "empty"):
        (tmp_path / "empty").touch()
        call_command("seal_books", anchor=first)
        assert f"2 lines appended to {first}, which had none\n" in capsys.readouterr().out
        assert first.read_text() == anchor.read_text()
