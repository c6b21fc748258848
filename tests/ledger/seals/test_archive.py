"""An old month goes to the archive and comes back: the books say the same with and without its entries."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from ledger.allocation.actions import allocate
from ledger.journal.actions import PostingRefused, ReferenceReused, credit, debit, post_many, reverse
from ledger.journal.actions.periods import close_period
from ledger.journal.actions.watermarks import known_until, make_checkpoints, span
from ledger.journal.invariants import JOURNAL, check_invariants
from ledger.journal.models import ArchivedMonth, Entry, Period, Transaction
from ledger.journal.queries import balance_as_of, period_movements, statement, trial_balance, trial_of_book
from ledger.journal.queries.past import EntriesArchived
from ledger.seals.actions import OwnerRequired, append_anchor, export_log, replay_log, seal_all
from ledger.seals.actions.archive import CannotArchive, archive_month, attach_month
from ledger.seals.check import check_log
from ledger.seals.queries import EntriesAway, one_snapshot
from ledger.seals.verify import Broken
from tests.ledger.books import Books, open_books, post, posting
from tests.ledger.seals.conftest import owner

pytestmark = pytest.mark.django_db(transaction=True)
JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)
LONG_AFTER = datetime(2027, 6, 1, tzinfo=UTC)


def on(month: int, day: int = 5) -> datetime:
    return datetime(2026, month, day, 15, tzinfo=UTC)


@pytest.fixture
def b(db) -> Iterator[Books]:
    """January: a charge that is paid, an item that closes. March: another charge. Everything sealed."""
    books = open_books()
    post(posting("rent:1", debit(books.bob, 100), credit(books.rent, 100), on=date(2026, 1, 1)), at=on(1))
    post(posting("paid:1", debit(books.rent, 100), credit(books.bob, 100), on=date(2026, 1, 3)), at=on(1, 6))
    post(posting("line:1", debit(books.bank, 70), credit(books.clearing, 70, "pay_1"), on=date(2026, 1, 9)), at=on(1, 9))
    post(posting("fee:1", debit(books.clearing, 70, "pay_1"), credit(books.revenue, 70), on=date(2026, 1, 9)), at=on(1, 9))
    with unit_of_work():
        allocate([books.bob.id], at=on(1, 10))
    post(posting("rent:3", debit(books.bob, 40), credit(books.rent, 40), on=date(2026, 3, 1)), at=on(3))
    set_clock(LONG_AFTER, frozen=True)
    seal_all(at=LONG_AFTER)
    yield books
    with owner():  # the next test wants its partitions
        for month in ArchivedMonth.objects.order_by("-month"):
            attach_month(month.month)


@pytest.fixture
def carried(db) -> Iterator[Books]:
    """January leaves a balance that February and May go on from; January is closed, and summed up early, as it was then."""
    books = open_books()
    post(posting("line:1", debit(books.bank, 7000), credit(books.revenue, 7000), on=date(2026, 1, 9)), at=on(1, 9))
    set_clock(on(1, 10), frozen=True)
    make_checkpoints(entries=1)
    post(posting("line:2", debit(books.bank, 11), credit(books.revenue, 11), on=date(2026, 1, 10)), at=on(1, 11))
    set_clock(on(2, 1), frozen=True)
    post(posting("line:3", debit(books.bank, 30), credit(books.revenue, 30), on=date(2026, 2, 2)), at=on(2, 2))
    set_clock(on(2, 3), frozen=True)
    close_period(books.bank.book, date(2026, 1, 31), actor=SYSTEM, at=on(2, 3))
    post(posting("line:4", debit(books.bank, 5), credit(books.revenue, 5), on=date(2026, 5, 2)), at=on(5, 2))
    set_clock(LONG_AFTER, frozen=True)
    seal_all(at=LONG_AFTER)
    yield books
    with owner():
        for month in ArchivedMonth.objects.order_by("-month"):
            attach_month(month.month)


def told_of_the_past(b: Books) -> dict:
    """Balances and periods as they were known at moments after January."""
    days = [None, date(2026, 1, 8), date(2026, 1, 9), date(2026, 1, 31), date(2026, 3, 1), date(2026, 6, 1)]
    moments = [on(2, 1), on(2, 2), on(3, 5), on(6, 1), LONG_AFTER]
    marks = {moment: known_until(moment, now=LONG_AFTER) for moment in moments}
    one_by_one = {
        (day, moment): [balance_as_of(of.id, day, known_at=moment, watermark=marks[moment]) for of in (b.bank, b.revenue)]
        for day in days
        for moment in moments
    }
    books = {(day, moment): trial_of_book(b.bank.book, day=day, known_at=moment, watermark=marks[moment]) for day, moment in one_by_one}
    return {"one by one": one_by_one, "books": books, "period": period_movements(Period.objects.get())}


def test_what_was_known_of_the_past_stays_as_it_was(carried):
    before = told_of_the_past(carried)
    assert before["one by one"][date(2026, 3, 1), on(3, 5)] == [7041, -7041]
    january = {row.account.number: row.movement_minor for row in before["period"] if row.movement_minor}
    assert january == {"P1110": 7011, "P4110": -7011}
    with owner():
        archive_month(JANUARY, at=LONG_AFTER)
    assert told_of_the_past(carried) == before


def test_a_book_as_it_was_known_while_the_month_went_on_is_not_told_any_more(carried):
    moment = on(1, 20)
    watermark = known_until(moment, now=LONG_AFTER)
    assert {row.balance_minor for row in trial_of_book(carried.bank.book, known_at=moment, watermark=watermark)} >= {7011, -7011}
    with owner():
        archive_month(JANUARY, at=LONG_AFTER)
    with pytest.raises(EntriesArchived):
        trial_of_book(carried.bank.book, known_at=moment, watermark=watermark)


def test_nor_as_it_was_known_before_the_last_of_the_month_was_committed(db, runtime_url):
    """Somebody asks at the beginning of February, while a posting of January is still under way."""
    books, last, first = open_books(), datetime(2026, 1, 31, 23, 59, tzinfo=UTC), datetime(2026, 2, 1, 0, 1, tzinfo=UTC)
    set_clock(last, frozen=True)
    post(posting("line:1", debit(books.bank, 70), credit(books.revenue, 70), on=date(2026, 1, 9)), at=last)
    call = (
        "SELECT code FROM ledger_post(%s, '', false, '{t:late}', '{txn_late}', '{test}', '{2026-01-31}', '{NULL}',"
        " '{1,1}', '{1,2}', %s, '{3,-3}', '{NULL,NULL}')"
    )
    with psycopg.connect(runtime_url) as late:
        assert late.execute(call, [last, [books.bank.id, books.revenue.id]]).fetchone() == (None,)
        set_clock(first, frozen=True)
        early = known_until(first, now=first)
        assert balance_as_of(books.bank.id, known_at=first, watermark=early) == 70
    set_clock(on(2), frozen=True)
    settled = known_until(on(2), now=on(2))
    assert balance_as_of(books.bank.id, known_at=on(2), watermark=settled) == 73
    set_clock(LONG_AFTER, frozen=True)
    seal_all(at=LONG_AFTER)
    with owner():
        archive_month(JANUARY, at=LONG_AFTER)
    with pytest.raises(EntriesArchived):
        balance_as_of(books.bank.id, known_at=first, watermark=early)
    assert balance_as_of(books.bank.id, known_at=on(2), watermark=settled) == 73
    with owner():
        attach_month(JANUARY)


def told(b: Books) -> dict:
    """What the books answer to everything that does not need January's entries."""
    days = [None, date(2025, 12, 31), date(2026, 1, 2), date(2026, 1, 31), date(2026, 3, 31)]
    moments = [on(2), on(3, 1), on(3, 6), LONG_AFTER]
    accounts = [b.bob, b.rent, b.bank, b.clearing, b.revenue]
    balances = {
        (account.id, day, moment): balance_as_of(account.id, day, known_at=moment, watermark=known_until(moment, now=LONG_AFTER))
        for account in accounts
        for day in days
        for moment in moments
    }
    now = {(account.id, day): balance_as_of(account.id, day) for account in accounts for day in days}
    page = statement(b.bob, span(on(2), LONG_AFTER, now=LONG_AFTER))
    own = {invariant.code for invariant in JOURNAL}
    broken = [(f.code, f.broken) for f in check_invariants() if f.code in own and f.broken]
    return {"balances": balances, "now": now, "page": page, "trial": trial_balance(), "broken": broken}


def test_changes_no_answer_and_comes_back_as_it_was(b):
    before = told(b)
    assert before["broken"] == []
    assert before["balances"][b.bank.id, date(2026, 1, 31), on(2)] == 70
    with owner():
        away = archive_month(JANUARY, at=LONG_AFTER)
        assert (away.table, away.entries) == ("ledger_archive.ledger_entry_2026_01", 8)
    assert Entry.objects.count() == 2
    assert told(b) == before
    with owner():
        attach_month(JANUARY)
    assert (Entry.objects.count(), ArchivedMonth.objects.count()) == (10, 0)
    assert told(b) == before
    check_log()


def test_says_what_it_cannot_tell_any_more(b, tmp_path):
    moment = on(1, 20)
    watermark = known_until(moment, now=LONG_AFTER)
    assert balance_as_of(b.bank.id, known_at=moment, watermark=watermark) == 70
    with owner():
        archive_month(JANUARY, at=LONG_AFTER)
    with pytest.raises(EntriesArchived) as refused:
        balance_as_of(b.bank.id, known_at=moment, watermark=watermark)
    assert (refused.value.code, refused.value.param) == ("entries_archived", "known_at")
    with pytest.raises(EntriesArchived):
        statement(b.bank, span(moment, LONG_AFTER, now=LONG_AFTER))
    with pytest.raises(EntriesAway, match="2026-01"):
        check_log()
    for command in (lambda: call_command("verify_books"), lambda: call_command("export_log", tmp_path / "log.jsonl")):
        with pytest.raises(CommandError, match="ask as the owner"):
            command()
    assert list(tmp_path.iterdir()) == []


def test_the_owner_verifies_and_exports_with_the_months_that_are_off(b, tmp_path, tamper):
    export_log(tmp_path / "before.jsonl")
    append_anchor(tmp_path / "anchor")
    with owner():
        archive_month(JANUARY, at=LONG_AFTER)
        archive_month(date(2026, 2, 1), at=LONG_AFTER)
        call_command("verify_books", anchor=tmp_path / "anchor")
        export_log(tmp_path / "after.jsonl")
    assert (tmp_path / "after.jsonl").read_bytes() == (tmp_path / "before.jsonl").read_bytes()
    post(posting("rent:later", debit(b.bob, 1), credit(b.rent, 1)), at=LONG_AFTER)
    assert [seal.rows for seal in seal_all(at=LONG_AFTER)] == [1]
    with owner(), one_snapshot():
        assert check_log().seals == 2
    tamper("UPDATE ledger_archive.ledger_entry_2026_01 SET amount_minor = amount_minor + 1 WHERE seq = 1 AND amount_minor = 100")
    with owner(), one_snapshot(), pytest.raises(Broken) as caught:
        check_log()
    assert (caught.value.code, caught.value.kind, caught.value.row_id) == (
        "row_changed",
        "transaction",
        Transaction.objects.earliest("id").id,
    )
    tamper("UPDATE ledger_archive.ledger_entry_2026_01 SET amount_minor = amount_minor - 1 WHERE seq = 1 AND amount_minor = 101")


def test_an_entry_that_is_slipped_into_a_month_that_is_off_is_named(b, tamper):
    added = """INSERT INTO ledger_archive.ledger_entry_2026_01 (id, transaction_id, leg, account_id, book_id, currency, fund, amount_minor,
        balance_after, seq, effective_on, at) SELECT 999, transaction_id, leg, account_id, book_id, currency, fund, amount_minor,
        balance_after, seq, effective_on, at + interval '1 second' FROM ledger_archive.ledger_entry_2026_01 LIMIT 1"""
    with owner():
        archive_month(JANUARY, at=LONG_AFTER)
    tamper(added)
    with owner(), one_snapshot(), pytest.raises(Broken) as caught:
        check_log()
    assert (caught.value.code, caught.value.row_id) == ("entry_added", 999)
    tamper("DELETE FROM ledger_archive.ledger_entry_2026_01 WHERE id = 999")


def test_a_month_that_is_gone_is_named(b, tamper, owner_url):
    """Dropped, or moved where it is not looked for: whatever needs the whole log says which month it lacks."""
    there, away = (
        "ALTER TABLE {} RENAME TO {}".format(*names)
        for names in (("ledger_archive.ledger_entry_2026_01", "elsewhere"), ("ledger_archive.elsewhere", "ledger_entry_2026_01"))
    )
    with owner():
        archive_month(JANUARY, at=LONG_AFTER)
    with psycopg.connect(owner_url) as link:
        link.execute(there)
    for needs in (check_log, lambda: export_log(Path("/nowhere")), replay_log):
        with owner(), pytest.raises(EntriesAway, match="2026-01"):
            needs()
    with psycopg.connect(owner_url) as link:
        link.execute(away)


def test_what_stands_in_a_month_that_is_off_is_neither_posted_again_nor_reversed(b):
    """Whether it is the same cannot be told any more: it is refused, and nothing is posted."""
    again = posting("rent:1", debit(b.bob, 100), credit(b.rent, 100), on=date(2026, 1, 1))
    with unit_of_work():
        assert post_many([again], at=LONG_AFTER)[0].new is False
    with owner():
        archive_month(JANUARY, at=LONG_AFTER)
    before = told(b)
    with pytest.raises(ReferenceReused) as refused, unit_of_work():
        post_many([again], at=LONG_AFTER)
    assert refused.value.code == "reference_reused"
    with pytest.raises(PostingRefused) as irreversible, unit_of_work():
        reverse(Transaction.objects.get(reference="rent:1"), at=LONG_AFTER)
    assert irreversible.value.code == "too_few_legs"
    assert told(b) == before


class TestRefuses:
    def test_a_month_that_is_not_the_next(self, b):
        with owner(), pytest.raises(CannotArchive, match="oldest month is archived first: ledger_entry_2026_01"):
            archive_month(MARCH, at=LONG_AFTER)

    def test_a_month_that_is_too_young(self, b):
        with owner(), pytest.raises(CannotArchive, match="2026-01 is kept until 2027-03-08"):
            archive_month(JANUARY, at=datetime(2027, 3, 7, tzinfo=UTC))

    def test_the_application(self, b):
        with pytest.raises(OwnerRequired):
            archive_month(JANUARY, at=LONG_AFTER)
        with pytest.raises(OwnerRequired):
            attach_month(JANUARY)

    def test_a_debt_that_is_not_paid(self, b):
        with owner():
            for month in (1, 2):
                archive_month(date(2026, month, 1), at=LONG_AFTER)
            with pytest.raises(CannotArchive, match="1 debits and credits of renters that are not paired"):
                archive_month(MARCH, at=LONG_AFTER)

    def test_an_item_that_goes_on_later(self, b):
        post(posting("line:again", debit(b.bank, 1), credit(b.clearing, 1, "pay_1")), at=LONG_AFTER)
        with owner(), pytest.raises(CannotArchive, match="1 items that are open, or go on later"):
            archive_month(JANUARY, at=LONG_AFTER)

    def test_what_is_not_sealed(self, b, tamper):
        tamper("DELETE FROM ledger_leaf WHERE kind = 3 AND row_id = (SELECT min(id) FROM ledger_transaction)")
        with owner(), pytest.raises(CannotArchive, match="1 transactions that are not sealed"):
            archive_month(JANUARY, at=LONG_AFTER)

    def test_to_put_on_what_is_not_off(self, b):
        with owner(), pytest.raises(CannotArchive, match="there is none"):
            attach_month(JANUARY)


def test_nothing_archived_is_changed(b):
    with owner():
        archive_month(JANUARY, at=LONG_AFTER)
        with connection.cursor() as cursor, pytest.raises(Exception, match="append-only"):
            cursor.execute("UPDATE ledger_archive.ledger_entry_2026_01 SET amount_minor = 1")
        attach_month(JANUARY)


def test_the_command(b, capsys):
    with owner():
        call_command("archive_entries", "2026-01")
        assert "8 entries of 2026-01 stand in ledger_archive.ledger_entry_2026_01" in capsys.readouterr().out
        with pytest.raises(CommandError, match="oldest"):
            call_command("archive_entries", "2026-03")
        call_command("archive_entries", "2026-01", "--attach")
