"""What was true for a day, and what was known of it at a moment."""

import random
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection

from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from ledger.journal.actions import credit, debit, post_many, reverse
from ledger.journal.actions.periods import PeriodClosed, PeriodNotOver, close_period, require_open
from ledger.journal.actions.watermarks import NotYetKnown, known_until, make_checkpoints, mark, span
from ledger.journal.models import Account, Checkpoint, Entry, Transaction, Watermark
from ledger.journal.queries import balance_as_of, first_open_on, period_movements, statement, trial_of_book
from tests.at_once import at_once
from tests.ledger.books import AT, Books, post, posting

MINUTE = timedelta(minutes=1)


def charge(b: Books, reference: str, amount: int, on: date, at: datetime) -> None:
    post(posting(reference, debit(b.bob, amount), credit(b.rent, amount), on=on), at=at)


def known(b: Books, day: date | None, at: datetime, *, now: datetime | None = None) -> int:
    watermark = known_until(at, now=now or at)
    return balance_as_of(b.bob.id, day, known_at=at, watermark=watermark)


@pytest.mark.django_db(transaction=True)
class TestTwoTimes:
    """Rent of November is charged on the 2nd; on the 12th we learn of a charge that belongs to October."""

    @pytest.fixture
    def told(self, b: Books) -> Books:
        charge(b, "t:1", 100, date(2026, 11, 1), AT)
        mark_at(AT + MINUTE)
        charge(b, "t:2", 10, date(2026, 10, 30), AT + timedelta(days=10))
        mark_at(AT + timedelta(days=10, minutes=1))
        return b

    def test_what_is_true_for_a_day(self, told):
        days = [date(2026, 10, 29), date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 1), date(2027, 1, 1)]
        assert [balance_as_of(told.bob.id, day) for day in days] == [0, 10, 10, 110, 110]
        assert balance_as_of(told.rent.id, date(2026, 10, 31)) == -10

    def test_what_was_known_of_it(self, told):
        october, later = date(2026, 10, 31), AT + timedelta(days=20)
        assert known(told, october, AT + MINUTE, now=later) == 0
        assert known(told, october, later) == 10
        assert known(told, date(2026, 11, 30), AT + MINUTE, now=later) == 100

    def test_what_was_known_whatever_its_date(self, told):
        later = AT + timedelta(days=20)
        moments = [AT - MINUTE, AT, AT + MINUTE, AT + timedelta(days=9), AT + timedelta(days=10), later]
        assert [known(told, None, moment, now=later) for moment in moments] == [0, 100, 100, 100, 110, 110]

    def test_nobody_knows_the_future(self, told):
        with pytest.raises(NotYetKnown) as refused:
            known_until(AT + timedelta(days=30), now=AT)
        assert (refused.value.code, refused.value.param) == ("not_yet_known", "known_at")

    def test_a_moment_needs_the_watermark_that_decides_it(self, told):
        with pytest.raises(ValueError, match="watermark"):
            balance_as_of(told.bob.id, known_at=AT)

    def test_a_reversal_makes_as_if_it_had_never_been_and_leaves_what_was_known(self, told):
        later = AT + timedelta(days=20)
        with unit_of_work():
            reverse(Transaction.objects.get(reference="t:1"), at=later)
        assert balance_as_of(told.bob.id, date(2026, 11, 1)) == 10
        assert known(told, date(2026, 11, 1), AT + MINUTE, now=later) == 100


def mark_at(at: datetime) -> Watermark:
    with unit_of_work():
        return mark(at)


@pytest.mark.django_db(transaction=True)
class TestLateCommit:
    """A transaction takes its moment, and commits after the question."""

    def test_never_changes_an_answer_that_was_given(self, b, runtime_url):
        charge(b, "t:1", 100, date(2026, 11, 1), AT)
        late = psycopg.connect(runtime_url)
        call = (
            "SELECT code FROM ledger_post(%s, '', false, '{t:late}', '{txn_late}', '{charge.due}', '{2026-11-01}', '{NULL}',"
            " '{1,1}', '{1,2}', %s, '{7,-7}', '{NULL,NULL}')"
        )
        assert late.execute(call, [AT + MINUTE, [b.bob.id, b.rent.id]]).fetchone() == (None,)
        asked = AT + 2 * MINUTE
        assert known(b, None, asked) == 100, "not committed, so not known"
        assert known(b, date(2026, 11, 1), asked) == 100
        late.commit()
        late.close()
        assert (known(b, None, asked), known(b, date(2026, 11, 1), asked)) == (100, 100), "it was recorded before, and known after"
        assert known(b, None, asked + MINUTE) == 107
        assert balance_as_of(b.bob.id, date(2026, 11, 1)) == 107

    def test_the_first_watermark_decides_whoever_makes_it(self, b):
        """Many ask for "now" while somebody posts: what each was told is told again."""
        told: list[tuple[datetime, int]] = []

        def ask() -> None:
            for n in range(40):
                moment = AT + timedelta(milliseconds=n)
                told.append((moment, known(b, None, moment, now=AT + timedelta(milliseconds=n))))

        def write() -> None:
            for n in range(40):
                charge(b, f"t:{n}", 1, AT.date(), AT + timedelta(milliseconds=n))

        assert at_once(ask, ask, write) == [None] * 3
        later = AT + timedelta(days=1)
        assert [(moment, known(b, None, moment, now=later)) for moment, _ in told] == told

    def test_a_watermark_says_what_it_saw_whoever_inserts_it(self, b):
        charge(b, "t:1", 100, date(2026, 11, 1), AT)
        with unit_of_work():
            Watermark.objects.create(at=AT, snapshot="1:1:")
        assert known(b, None, AT) == 100
        with pytest.raises(IntegrityError, match="never goes back"), unit_of_work():
            Watermark.objects.create(at=AT - MINUTE, snapshot="1:1:")

    def test_watermarks_never_go_back(self, b):
        first, second = mark_at(AT + MINUTE), mark_at(AT)
        assert (second.at, known_until(AT, now=AT + MINUTE).id) == (first.at, first.id)


@pytest.mark.django_db(transaction=True)
class TestCheckpoints:
    def test_answer_as_the_entries_do(self, b):
        """Random dates and moments, checkpoints made in between: every question, against a sum in plain Python."""
        rng = random.Random(7)
        rows: list[tuple[datetime, date, int]] = []
        moment = AT
        for n in range(120):
            moment += timedelta(seconds=rng.choice([0, 1, 60, 3600]))
            day = date(2026, 11, 1) + timedelta(days=rng.randint(-40, 40))
            amount = rng.randint(1, 500)
            charge(b, f"t:{n}", amount, day, moment)
            rows.append((moment, day, amount))
            if rng.random() < 0.15:
                assert make_checkpoints(entries=rng.choice([1, 5])) >= 0
        assert Checkpoint.objects.filter(account=b.bob).values("through_seq").distinct().count() > 3
        snapshot = mark_at(AT + timedelta(days=365))
        for _ in range(200):
            asked = rng.choice([None, date(2026, 11, 1) + timedelta(days=rng.randint(-45, 45))])
            known_at = rng.choice([row[0] for row in rows]) + timedelta(seconds=rng.choice([-1, 0, 1]))
            expected = sum(amount for at, on, amount in rows if at <= known_at and (asked is None or on <= asked))
            assert balance_as_of(b.bob.id, asked, known_at=known_at, watermark=snapshot) == expected
            now = sum(amount for _, on, amount in rows if asked is None or on <= asked)
            assert balance_as_of(b.bob.id, asked) == now
            assert balance_as_of(b.rent.id, asked) == -now

    def test_are_made_only_where_enough_has_come(self, b):
        for n in range(3):
            charge(b, f"t:{n}", 1, AT.date(), AT)
        assert (make_checkpoints(entries=4), make_checkpoints(entries=3), make_checkpoints(entries=1)) == (0, 2, 0)

    def test_are_made_by_the_function_alone(self, b):
        with pytest.raises(Exception, match="permission denied"):
            Checkpoint.objects.create(account=b.bob, through_seq=1, through_at=AT, effective_on=AT.date(), total_minor=5)


@pytest.mark.django_db(transaction=True)
class TestPeriods:
    NOVEMBER, DECEMBER = date(2026, 11, 30), date(2026, 12, 31)

    @pytest.fixture
    def closed(self, b: Books):
        charge(b, "t:1", 100, date(2026, 11, 1), AT)
        charge(b, "t:2", 40, date(2026, 12, 1), datetime(2026, 11, 29, 15, tzinfo=UTC))  # known early, of December
        return b, close_period(b.bob.book, self.NOVEMBER, actor=SYSTEM, at=datetime(2026, 12, 3, 15, tzinfo=UTC))

    def test_a_correction_lands_in_the_open_period_and_keeps_its_date(self, closed):
        b, november = closed
        charge(b, "t:3", 7, date(2026, 11, 20), datetime(2026, 12, 5, 15, tzinfo=UTC))
        charge(b, "t:4", 1, date(2026, 12, 20), datetime(2026, 12, 20, 15, tzinfo=UTC))
        december = close_period(b.bob.book, self.DECEMBER, actor=SYSTEM, at=datetime(2027, 1, 4, 15, tzinfo=UTC))
        charge(b, "t:5", 3, date(2026, 11, 21), datetime(2027, 1, 5, 15, tzinfo=UTC))  # later than both
        of_bob = {p: next(m for m in period_movements(p) if m.account.account_id == b.bob.id) for p in (november, december)}
        first, second = of_bob[november], of_bob[december]
        assert (first.opening_minor, first.movement_minor, first.closing_minor) == (0, 100, 100)
        assert (second.opening_minor, second.corrections_minor, second.movement_minor, second.closing_minor) == (100, 7, 48, 148)
        assert Entry.objects.get(transaction__reference="t:3", account=b.bob).effective_on == date(2026, 11, 20)
        assert balance_as_of(b.bob.id, self.NOVEMBER) == 110, "what is true of November, known today"

    def test_is_refused_by_hand_with_the_first_day_that_is_open(self, closed):
        b, _ = closed
        with pytest.raises(PeriodClosed) as refused:
            require_open(b.bob.book, self.NOVEMBER)
        assert refused.value.details == {"first_open_on": "2026-12-01"}
        require_open(b.bob.book, date(2026, 12, 1))
        require_open(b.bank.book, self.NOVEMBER)  # another book
        assert (first_open_on(b.bob.book), first_open_on(b.bank.book)) == (date(2026, 12, 1), None)

    def test_waits_for_who_was_told_that_a_day_is_open(self, b):
        """What is recorded by hand is recorded before the day is closed; who comes after the closing is refused."""

        def close() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            close_period(b.bob.book, self.NOVEMBER, actor=SYSTEM, at=datetime(2026, 12, 3, 15, tzinfo=UTC))

        with unit_of_work():
            require_open(b.bob.book, self.NOVEMBER)
            (meanwhile,) = at_once(close)
            assert "lock timeout" in str(meanwhile)
            post_many([posting("by hand", debit(b.bob, 5), credit(b.rent, 5), on=self.NOVEMBER)], at=AT)
        assert at_once(close) == [None]
        with pytest.raises(PeriodClosed), unit_of_work():
            require_open(b.bob.book, self.NOVEMBER)
        assert balance_as_of(b.bob.id, self.NOVEMBER) == 5

    def test_goes_forwards_only_and_when_it_is_over(self, closed):
        b, november = closed
        with pytest.raises(PeriodClosed):
            close_period(b.bob.book, date(2026, 11, 15), actor=SYSTEM, at=datetime(2026, 12, 3, 16, tzinfo=UTC))
        with pytest.raises(PeriodNotOver):
            close_period(b.bob.book, date(2026, 12, 3), actor=SYSTEM, at=datetime(2026, 12, 3, 16, tzinfo=UTC))
        with pytest.raises(PeriodNotOver):  # in Honolulu it is the third for some hours to come
            close_period(b.bob.book, date(2026, 12, 3), actor=SYSTEM, at=datetime(2026, 12, 4, 9, tzinfo=UTC))
        close_period(b.bob.book, date(2026, 12, 3), actor=SYSTEM, at=datetime(2026, 12, 4, 12, tzinfo=UTC))
        with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work():
            type(november).objects.filter(id=november.id).update(through_on=self.DECEMBER)

    def test_is_closed_by_a_command(self, b, capsys):
        charge(b, "t:1", 100, date(2026, 11, 1), AT)
        set_clock(datetime(2026, 12, 3, 15, tzinfo=UTC), frozen=True)
        call_command("close_books", "2026-11-30", "--book", b.bob.book.subject)
        assert "is closed through 2026-11-30" in capsys.readouterr().out
        assert (first_open_on(b.bob.book), first_open_on(b.bank.book)) == (date(2026, 12, 1), None)
        for wrong in (["2026-11-30"], ["2026-12-03"], ["2026-12-01", "--book", "py_nobody"]):
            with pytest.raises(CommandError):
                call_command("close_books", *wrong)

    def test_keeps_its_order_when_the_clock_goes_back(self, closed):
        b, november = closed
        charge(b, "t:3", 7, date(2026, 11, 20), datetime(2026, 12, 3, 14, 45, tzinfo=UTC))
        december = close_period(b.bob.book, date(2026, 12, 1), actor=SYSTEM, at=datetime(2026, 12, 3, 14, tzinfo=UTC))
        assert december.closed_at >= november.closed_at
        of_bob = next(m for m in period_movements(december) if m.account.account_id == b.bob.id)
        assert (of_bob.opening_minor, of_bob.closing_minor) == (100, 147)

    def test_leaves_an_event(self, closed):
        with connection.cursor() as cursor:
            cursor.execute("SELECT data FROM directpay_event WHERE type = 'ledger.period_closed'")
            assert '"through_on": "2026-11-30"' in str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
class TestStatement:
    def test_runs_from_one_moment_to_another(self, b):
        for n in range(5):
            charge(b, f"t:{n}", 10 + n, AT.date(), AT + n * MINUTE)
        until = AT + 3 * MINUTE
        set_clock(AT + 10 * MINUTE, frozen=True)
        asked = span(AT, until, now=AT + 10 * MINUTE)
        whole = statement(b.bob, asked)
        assert (whole.opening_minor, [(x.reference, x.amount_minor, x.balance_minor) for x in whole.lines], whole.closing_minor) == (
            10,
            [("t:1", 11, 21), ("t:2", 12, 33), ("t:3", 13, 46)],
            46,
        )
        assert not whole.more
        first = statement(b.bob, asked, limit=2)
        second = statement(b.bob, asked, limit=2, after=first.lines[-1].place)
        assert ([*first.lines, *second.lines], first.more, second.more) == (list(whole.lines), True, False)

    def test_what_was_committed_late_stands_on_the_next(self, b, runtime_url):
        """A posting takes its moment; a statement is printed; then it commits. The next begins where the first ended, and lists it."""
        charge(b, "t:1", 100, AT.date(), AT)
        call = (
            "SELECT code FROM ledger_post(%s, '', false, '{t:late}', '{txn_late}', '{charge.due}', '{2026-11-01}', '{NULL}',"
            " '{1,1}', '{1,2}', %s, '{50,-50}', '{NULL,NULL}')"
        )
        with psycopg.connect(runtime_url) as late:
            assert late.execute(call, [AT + MINUTE, [b.bob.id, b.rent.id]]).fetchone() == (None,)
            first = statement(b.bob, span(AT - MINUTE, AT + 2 * MINUTE, now=AT + 2 * MINUTE))
        second = statement(b.bob, span(AT + 2 * MINUTE, AT + 3 * MINUTE, now=AT + 3 * MINUTE))
        both = [(x.reference, x.balance_minor) for found in (first, second) for x in found.lines]
        assert both == [("t:1", 100), ("t:late", 150)]
        assert (first.closing_minor, second.opening_minor, second.closing_minor) == (100, 100, 150)

    def test_what_came_at_its_last_instant_stands_on_the_next(self, b):
        """The sandbox's clock stands still: looked at, posted at the same instant, and looked at again later."""
        charge(b, "t:1", 100, AT.date(), AT)
        first = statement(b.bob, span(AT - MINUTE, AT, now=AT))
        charge(b, "t:2", 7, AT.date(), AT)
        second = statement(b.bob, span(AT, AT + MINUTE, now=AT + MINUTE))
        assert [x.reference for x in first.lines] == ["t:1"]
        assert [x.reference for x in second.lines] == ["t:2"]
        assert (first.closing_minor, second.opening_minor, second.closing_minor) == (100, 100, 107)

    def test_is_the_same_for_ever(self, b):
        charge(b, "t:1", 10, AT.date(), AT)
        until = AT + MINUTE
        before = statement(b.bob, span(AT - MINUTE, until, now=until))
        charge(b, "t:2", 5, AT.date() - timedelta(days=9), AT + 2 * MINUTE)
        assert statement(b.bob, span(AT - MINUTE, until, now=AT + 5 * MINUTE)) == before


@pytest.mark.django_db
def test_the_trial_balance_of_a_book_adds_up_to_zero(b):
    charge(b, "t:1", 100, AT.date(), AT)
    charge(b, "t:2", 30, AT.date() + timedelta(days=3), AT)
    rows = {row.number: (row.debit_minor, row.credit_minor) for row in trial_of_book(b.bob.book)}
    assert (rows["L1500"], rows["L4100"], rows["L1100"]) == ((130, 0), (0, 130), (0, 0))
    past = {row.number: (row.debit_minor, row.credit_minor) for row in trial_of_book(b.bob.book, day=AT.date())}
    assert (past["L1500"], past["L4100"]) == ((100, 0), (0, 100))
    assert Account.objects.filter(book=b.bob.book).count() == len(rows)
