"""Sealing: everything once, nothing lost, nothing half."""

import json
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock
from directpay.ops.upkeep import promise_upkeep
from ledger.journal.actions import Leg, credit, debit, open_account, open_book, place_hold, post_many
from ledger.journal.models import Transaction
from ledger.seals.actions import AnchorContradicts, append_anchor, export_log, seal_all, seal_once
from ledger.seals.check import check_log
from ledger.seals.kinds import KINDS, TRANSACTION
from ledger.seals.models import Leaf, Seal
from ledger.seals.queries import canonical_rows, last_seal, one_snapshot, printed, tail_rows
from ledger.seals.verify import verify
from tests.ledger.books import post, posting
from tests.ledger.seals.conftest import AT, alone, history

pytestmark = pytest.mark.django_db(transaction=True)


def sealed_transactions() -> set[str]:
    ids = Leaf.objects.filter(kind=TRANSACTION.code).values_list("row_id", flat=True)
    return set(Transaction.objects.filter(id__in=list(ids)).values_list("reference", flat=True))


def tail() -> list[tuple[str, int]]:
    with one_snapshot():
        return [(kind.name, row_id) for kind, row_id, _ in tail_rows()]


def test_it_works(b, tmp_path):
    made = seal_all(at=AT)
    assert [(s.id, s.complete) for s in made] == [(1, True)]
    assert Leaf.objects.count() == made[0].rows
    append_anchor(tmp_path / "anchor")
    told = export_log(tmp_path / "log.jsonl")
    assert (told.seals, told.sealed, told.tail) == (1, made[0].rows, 0)
    status, said = alone(tmp_path / "log.jsonl", "--anchor", str(tmp_path / "anchor"))
    assert (status, said.splitlines()[0][:3]) == (0, "ok:"), said
    assert verify(tmp_path / "log.jsonl").kinds == {"book": 2, "account": 9, "transaction": 5, "hold": 2, "allocation": 1, "event": 4}


def test_seals_each_row_once_and_nothing_twice(b):
    assert [s.id for s in seal_all(at=AT)] == [1]
    assert seal_once(at=AT) is None
    history(b, "b")
    post(posting("after", debit(b.bank, 1), credit(b.revenue, 1)))
    (second,) = seal_all(at=AT)
    assert (second.id, second.rows) == (2, 6 + 2 + 1 + 4)
    assert (second.first_kind, second.first_id) == (TRANSACTION.code, Transaction.objects.order_by("id")[5].id)
    assert tail() == []


def test_seals_in_bounded_sets_that_go_on_where_the_last_one_ended(b):
    made = seal_all(at=AT, limit=4)
    assert [s.rows for s in made] == [4, 4, 4, 4, 4, 3]
    assert [s.complete for s in made] == [False] * 5 + [True]
    assert len({s.watermark_id for s in made}) == 1
    with one_snapshot():
        assert check_log().rows == 23


def test_what_comes_between_two_sets_waits_for_the_next_watermark(b):
    first = seal_once(at=AT, limit=11)
    post(posting("between", debit(b.bank, 1), credit(b.revenue, 1)))
    second = seal_once(at=AT, limit=50)
    assert (first.watermark_id, second.complete) == (second.watermark_id, True)
    assert "between" not in sealed_transactions()
    seal_all(at=AT)
    assert "between" in sealed_transactions()


def test_a_transaction_open_while_others_are_sealed_is_covered_by_the_next_seal(b, tmp_path):
    """It has lower ids than what was sealed before it, in every table."""
    begun, finish = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with unit_of_work():
                post_many([posting("late", debit(b.bob, 1), credit(b.rent, 1))], at=AT)
                record([NewEvent("late.recorded", "late_1", 1, "system", AT, {})])
                late = open_account(open_book("L", "py_late", at=AT), "L4100", currency="usd", subject="late", at=AT)
                place_hold(late, Leg(late.id, -1), reference="late", at=AT)
                begun.set()
                assert finish.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(20)
    post(posting("quick", debit(b.bank, 1), credit(b.revenue, 1)))
    with unit_of_work():
        record([NewEvent("quick.recorded", "quick_1", 1, "system", AT, {})])
    seal_all(at=AT)
    assert "quick" in sealed_transactions()
    assert "late" not in sealed_transactions()
    finish.set()
    thread.join()
    assert Transaction.objects.get(reference="late").id < Transaction.objects.get(reference="quick").id
    assert tail() == [("book", 3), ("account", 10), ("transaction", 6), ("hold", 3), ("event", 5), ("event", 7)]
    seal_all(at=AT)
    assert last_seal().rows == 6
    assert tail() == []
    export_log(tmp_path / "log.jsonl")
    assert alone(tmp_path / "log.jsonl")[0] == 0


def test_a_crash_in_the_middle_leaves_nothing_half_sealed(b, superuser_url):
    """The server process that seals is ended after it has written its leaves and before it writes the seal."""
    failed: list[Exception] = []

    def doomed() -> None:
        try:
            seal_once(at=AT)
        except DatabaseError as error:
            failed.append(error)
        finally:
            connection.close()

    with psycopg.connect(superuser_url) as blocker, psycopg.connect(superuser_url, autocommit=True) as judge:
        blocker.execute("LOCK TABLE ledger_seal IN SHARE MODE")
        thread = threading.Thread(target=doomed)
        thread.start()
        ends = time.monotonic() + 20
        waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO \"ledger_seal\"%'"
        while not (row := judge.execute(waiting).fetchone()) and time.monotonic() < ends:
            pass
        judge.execute("SELECT pg_terminate_backend(%s)", row)
        thread.join()
        blocker.rollback()
    assert failed
    assert (Leaf.objects.count(), Seal.objects.count()) == (0, 0)
    assert [s.rows for s in seal_all(at=AT)] == [23]


def test_two_that_seal_at_once_take_turns(b):
    made: list[Seal | None] = []

    def run() -> None:
        made.append(seal_once(at=AT, limit=10))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(s.id for s in made if s) == [1, 2, 3]
    with one_snapshot():
        assert check_log().rows == 23


def test_is_due_every_hour_by_itself(b):
    set_clock(AT, frozen=True)
    promise_upkeep()
    run_all()
    assert last_seal().id == 1
    assert Due.objects.get(queue="ledger.seals").due_at == AT + timedelta(hours=1)
    history(b, "b")
    run_all()
    assert last_seal().id == 1
    set_clock(AT + timedelta(hours=1), frozen=True)
    run_all()
    assert last_seal().id == 2


def test_the_anchor_grows_by_a_line_for_each_new_seal(b, tmp_path, capsys):
    path = tmp_path / "anchor"
    call_command("seal_books", anchor=path)
    assert append_anchor(path) == 0
    history(b, "b")
    seal_all(at=AT)
    assert append_anchor(path) == 1
    assert [line.split()[:3] for line in path.read_text().splitlines()] == [
        [str(s.id), bytes(s.hash).hex(), str(s.rows)] for s in Seal.objects.order_by("id")
    ]
    call_command("verify_books", anchor=path)
    assert "ok: 2 seals over 35 rows" in capsys.readouterr().out


def test_the_anchor_of_another_log_is_refused_and_left_alone(b, tmp_path):
    path = tmp_path / "anchor"
    path.write_text(f"1 {'0' * 64} 5 2026-11-02T15:00:00.000000Z\n")
    seal_all(at=AT)
    before = path.read_text()
    with pytest.raises(AnchorContradicts):
        append_anchor(path)
    with pytest.raises(CommandError, match="anchor_contradicts"):
        call_command("seal_books", anchor=path)
    assert path.read_text() == before


def test_a_flat_row_is_printed_as_the_database_prints_it(b):
    row = {"kind": "seal", "id": 7, "long_name": "ü “x” \\ \n\u2028\t", "previous": "ab", "none": None, "yes": True, "aa": -1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT jsonb_build_object(" + ", ".join(["%s::text, %s::jsonb"] * len(row)) + ")::text", _pairs(row))
        assert printed(row) == cursor.fetchone()[0].encode()


def _pairs(row: dict) -> list[str]:
    return [part for name, value in row.items() for part in (name, json.dumps(value))]


def test_the_canonical_form_has_no_float_and_no_time_zone_of_its_own(b):
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'America/New_York'")
        elsewhere = {kind.name: canonical_rows(kind, range(1, 20)) for kind in KINDS}
        cursor.execute("SET TIME ZONE 'UTC'")
    assert elsewhere == {kind.name: canonical_rows(kind, range(1, 20)) for kind in KINDS}
    assert b'"rate": 1.1' in elsewhere["event"][4]
    assert b'"at": "2026-11-02T15:00:00.000000Z"' in elsewhere["transaction"][1]
