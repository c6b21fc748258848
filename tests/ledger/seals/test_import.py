"""There and back again: an export read into an empty installation gives the same bytes, or nothing is written at all."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from directpay.due.run import run_all
from directpay.events.models import Event
from directpay.ops.clock import set_clock
from ledger.journal.actions import credit, debit
from ledger.journal.actions.watermarks import known_until
from ledger.journal.invariants import JOURNAL, check_invariants
from ledger.journal.models import Account, Book, Entry, Transaction
from ledger.journal.queries import balance_as_of
from ledger.journal.queries.past import NotKnownHere
from ledger.seals.actions import LogRefused, OwnerRequired, append_anchor, export_log, import_log, replay_log, seal_all
from ledger.seals.check import check_log
from ledger.seals.models import Seal
from ledger.seals.queries import GENESIS, chained, one_snapshot, printed
from ledger.seals.verify import HASHED, PLAIN, verify
from tests.ledger.books import post, posting
from tests.ledger.seals.conftest import AT, LATER, history, owner
from tests.management.commands.flush import empty_database
from tests.services import database_name

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log(b, tmp_path) -> Path:
    """Two seals (one in sets) and a tail, exported; the installation is then empty."""
    seal_all(at=AT, limit=9)
    history(b, "b")
    seal_all(at=AT)
    history(b, "c")
    export_log(tmp_path / "log.jsonl")
    connection.close()
    empty_database(database_name())
    return tmp_path / "log.jsonl"


def read(path: Path, at: datetime = LATER, **how: object) -> None:
    with owner():
        import_log(path, at=at, **how)


def refusal(path: Path, at: datetime = LATER, **how: object) -> str:
    with pytest.raises(LogRefused) as caught:
        read(path, at, **how)
    assert not Book.objects.exists()
    assert not Event.objects.exists()
    assert not Seal.objects.exists()
    return caught.value.code


def test_it_works(log, tmp_path):
    before = verify(log)
    read(log)
    export_log(tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == log.read_bytes()
    assert verify(tmp_path / "again.jsonl") == before
    with one_snapshot():
        assert check_log().seals == before.seals
    own = {invariant.code for invariant in JOURNAL}
    assert [f.broken for f in check_invariants() if f.code in own and f.broken] == []


def test_goes_on_after_it(log, tmp_path):
    """Ids do not meet, what was the tail is sealed next, and what is imported twice is refused."""
    read(log)
    bank, revenue = (Account.objects.get(number=number) for number in ("P1110", "P4110"))
    post(posting("new", debit(bank, 5), credit(revenue, 5)), at=LATER)
    assert Transaction.objects.order_by("-id")[0].reference == "new"
    assert Entry.objects.order_by("-id")[0].transaction.reference == "new"
    (seal,) = seal_all(at=LATER)
    assert seal.rows == verify(log).tail + 1
    with pytest.raises(LogRefused) as caught:
        read(log)
    assert caught.value.code == "log_not_empty"
    export_log(tmp_path / "again.jsonl.gz")
    assert verify(tmp_path / "again.jsonl.gz").tail == 0
    with one_snapshot():
        check_log()


def test_what_was_known_before_it_is_not_told(log):
    """All was recorded before, and none of it was known here."""
    set_clock(LATER, frozen=True)
    read(log)
    bank, moment = Account.objects.get(number="P1110"), AT + timedelta(minutes=30)
    for known_at in (moment, LATER - timedelta(microseconds=1)):
        with pytest.raises(NotKnownHere) as refused:
            balance_as_of(bank.id, known_at=known_at, watermark=known_until(known_at, now=LATER))
        assert (refused.value.code, refused.value.param) == ("not_known_here", "known_at")
    assert balance_as_of(bank.id, known_at=LATER, watermark=known_until(LATER, now=LATER)) == bank.balance_minor != 0


def test_a_pending_hold_still_expires_after_it(log):
    read(log)
    assert Account.objects.get(number="P1110").held_minor == 300
    set_clock(LATER, frozen=True)
    run_all()
    assert Account.objects.get(number="P1110").held_minor == 0
    with owner():
        assert replay_log()[1].equal


def test_guards_are_up_again_after_it(log, owner_url):
    read(log)
    with psycopg.connect(owner_url) as link:
        assert link.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'").fetchone() == (0,)


def test_the_runtime_role_may_not(log):
    for forbidden in (lambda: import_log(log, at=LATER), replay_log):
        with pytest.raises(OwnerRequired):
            forbidden()


def test_the_commands_say_what_they_did(b, tmp_path, capsys):
    seal_all(at=AT)
    call_command("export_log", str(tmp_path))
    assert "1 seals over 23 rows, 0 rows not sealed yet" in capsys.readouterr().out
    with pytest.raises(CommandError, match="log_not_empty"), owner():
        call_command("import_log", str(tmp_path / "log.jsonl.gz"))


def changed(path: Path, change) -> Path:
    """Every row put through `change`, and all hashes computed anew: an honest export of something that never was."""
    head, seal_head, lines = GENESIS, GENESIS, []
    for line in path.read_bytes().splitlines(keepends=True):
        found = HASHED.fullmatch(line) or PLAIN.fullmatch(line)
        if found is None:
            lines.append(line)
        elif found[2] == b"row" or found[1] == b"tail":
            row = change(found[3] if found[2] == b"row" else found[2])
            if found[1] == b"tail":
                lines.append(b'{"tail":' + row + b"}\n")
                continue
            head = chained(head, row)
            lines.append(b'{"hash":"' + head.hex().encode() + b'","row":' + row + b"}\n")
        elif found[2] == b"seal":
            seal = json.loads(found[3]) | {"previous": seal_head.hex(), "head": head.hex()}
            canonical = printed(seal)
            seal_head = head = hashlib.sha256(canonical).digest()
            lines.append(b'{"hash":"' + head.hex().encode() + b'","seal":' + canonical + b"}\n")
        elif found[1] == b"state":
            lines.append(line)
        else:
            digest = hashlib.sha256(b"".join(lines)).hexdigest()
            lines.append(b'{"end":' + printed({"lines": len(lines), "sha256": digest}) + b"}\n")
    path.write_bytes(b"".join(lines))
    return path


def moment(reference: str, at: datetime):
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()

    def change(row: bytes) -> bytes:
        return re.sub(rb'"at": "[^"]*"', b'"at": "' + stamp + b'"', row) if reference.encode() in row else row

    return change


def test_the_forger_of_these_tests_changes_nothing_by_itself(log):
    before = log.read_bytes()
    assert changed(log, lambda row: row).read_bytes() == before


def replaced(old: bytes, new: bytes, within: bytes = b""):
    return lambda row: row.replace(old, new, 1) if within in row else row


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reference", "at", "code"),
    [
        ('"reference": "rent:a"', EPOCH, "imported_at_out_of_range"),
        ('"reference": "rent:a"', EPOCH - timedelta(microseconds=1), "imported_at_out_of_range"),
        ('"reference": "rent:c"', LATER + timedelta(microseconds=1), "imported_at_in_the_future"),
        ("odd.recorded", LATER + timedelta(microseconds=1), "imported_at_in_the_future"),
        ('"reference": "rent:b"', AT - timedelta(microseconds=1), "imported_at_regresses"),
    ],
)
def test_l11_moments_out_of_range_in_the_future_or_before_the_last_are_refused(log, reference, at, code):
    """After tigerbeetle's state_machine_tests.zig, imported events timestamp (Apache-2.0)."""
    assert refusal(changed(log, moment(reference, at))) == code


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"after": 150000,', b'"after": 150001,', "balance_wrong"),
        (b'"seq": 2,', b'"seq": 3,', "seq_gap"),
        (b'"amount": 60000,', b'"amount": 60001,', "balance_wrong"),
        (b'"fund": "operating",', b'"fund": "trust",', "entry_contradicts"),
        (b'"reverses": 4', b'"reverses": 3', "reversal_differs"),
    ],
)
def test_books_that_do_not_add_up_are_refused(log, old, new, code):
    assert refusal(changed(log, replaced(old, new, b'"kind": "transaction"'))) == code


def test_an_unbalanced_transaction_is_refused(log):
    """The last of its account, so that the sequence and all balances are right, and yet a cent is missing."""
    assert refusal(changed(log, replaced(b'"after": -15000, "amount": -5000', b'"after": -14999, "amount": -4999'))) == "unbalanced"


def test_a_log_that_was_changed_is_refused(log, tmp_path):
    log.write_bytes(log.read_bytes().replace(b'"amount": 60000,', b'"amount": 60001,', 1))
    assert refusal(log) == "row_changed"


def test_a_log_that_contradicts_the_anchor_is_refused(log, tmp_path):
    (tmp_path / "anchor").write_text(f"1 {'0' * 64} 5 2026-11-02T15:00:00.000000Z\n")
    assert refusal(log, anchor=tmp_path / "anchor") == "anchor_differs"


def test_the_guards_of_the_database_judge_what_the_verifier_does_not(log):
    """Chain, sums and sequence are right, and an account that must not go below zero would."""
    kind = replaced(b'"number": "P1210"', b'"number": "P1240"')
    floor = replaced(b'"floor": "any"', b'"floor": "zero"', within=b'"number": "P1240"')
    forged = changed(log, lambda row: floor(kind(row)))
    assert refusal(forged) == "balance_insufficient"


def test_an_account_of_another_nature_is_refused(log):
    assert refusal(changed(log, replaced(b'"floor": "any"', b'"floor": "zero"', within=b'"number": "P1210"'))) == "account_nature"


def test_a_text_that_does_not_fit_is_refused(log):
    assert refusal(changed(log, replaced(b'"public_id": "acct_', b'"public_id": "' + b"x" * 40))) == "log_refused"


def test_append_anchor_after_an_import_finds_the_same_seals(log, tmp_path):
    read(log)
    assert append_anchor(tmp_path / "anchor") == verify(log).seals
    assert append_anchor(tmp_path / "anchor") == 0
