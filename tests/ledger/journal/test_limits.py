"""What the books take from whoever writes to them, whatever it says."""

from datetime import timedelta

import psycopg
import pytest
from django.db import DataError, IntegrityError

from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from ledger.journal.actions import credit, debit
from ledger.journal.actions.watermarks import mark
from ledger.journal.models import Account, Book, Period, Transaction
from tests.ledger.books import AT, balance, open_books, post, posting

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def strict(superuser):
    """As an installation stands: a day ahead of our clock, which is the sandbox's row or the machine's."""
    superuser.execute("UPDATE ledger_limit SET ahead = '1 day'")
    yield superuser
    superuser.execute("UPDATE ledger_limit SET ahead = '10 years'")


def bank_line(b, reference: str = "t:1"):
    return posting(reference, debit(b.bank, 5), credit(b.clearing, 5, "pay_1"))


@pytest.mark.django_db(transaction=True)
class TestMoments:
    def test_within_a_day_ahead_of_the_machine(self, strict):
        strict.execute("DELETE FROM directpay_clock")
        b = open_books()
        post(bank_line(b), at=clock.system_now() + DAY - HOUR)
        assert balance(b.bank) == 5

    def test_further_ahead_is_refused_and_drags_nothing_along(self, strict):
        strict.execute("DELETE FROM directpay_clock")
        b = open_books()
        with pytest.raises(DataError, match="far ahead of our clock"):
            post(bank_line(b), at=clock.system_now() + DAY + HOUR)
        assert Account.objects.get(id=b.bank.id).last_at is None
        assert not Transaction.objects.exists()

    @pytest.mark.parametrize("frozen", [True, False])
    def test_counts_from_the_clock_of_the_sandbox(self, strict, frozen):
        far = clock.system_now() + 400 * DAY
        strict.execute("DELETE FROM directpay_clock")
        offset = 0 if frozen else 400 * 86_400 * 1_000_000
        strict.execute("INSERT INTO directpay_clock VALUES (1, %s, %s)", [offset, far if frozen else None])
        b = open_books()
        post(bank_line(b), at=far)
        with pytest.raises(DataError, match="far ahead"):
            post(bank_line(b, "t:2"), at=far + 2 * DAY)

    def test_a_watermark_is_no_further_ahead(self, strict):
        strict.execute("DELETE FROM directpay_clock")
        with pytest.raises(DataError, match="far ahead"), unit_of_work():
            mark(clock.system_now() + 2 * DAY)

    def test_a_day_is_closed_when_it_is_over_whoever_closes_it(self, strict):
        strict.execute("DELETE FROM directpay_clock")
        open_books()
        with unit_of_work():
            watermark = mark(AT)
        with pytest.raises(IntegrityError, match="is not over"):
            Period.objects.create(
                public_id="per_1",
                book=Book.objects.first(),
                through_on=(clock.system_now() + 9 * DAY).date(),
                closed_at=AT,
                watermark=watermark,
                closed_by="x",
            )

    def closing(self, day, *, mark_of=None, at=None) -> None:
        with unit_of_work():
            watermark = mark_of or mark(clock.system_now())
            Period.objects.create(
                public_id="per_1",
                book=Book.objects.first(),
                through_on=day,
                closed_at=at or watermark.at,
                watermark=watermark,
                closed_by="x",
            )

    def test_today_is_not_over_whoever_closes_it(self, strict):
        strict.execute("DELETE FROM directpay_clock")
        open_books()
        now = clock.system_now()
        with pytest.raises(IntegrityError, match="is not over"):
            self.closing(now.date())
        self.closing((now - DAY - 11 * HOUR).date())

    def test_a_book_is_closed_as_it_is_known_at_its_closing(self, strict):
        strict.execute("DELETE FROM directpay_clock")
        open_books()
        with unit_of_work():
            old = mark(clock.system_now() - 9 * DAY)
        with unit_of_work():
            mark(clock.system_now() - DAY)
        day = (clock.system_now() - 20 * DAY).date()
        with pytest.raises(IntegrityError, match="as it is known at its closing"):
            self.closing(day, mark_of=old)
        with pytest.raises(IntegrityError, match="as it is known at its closing"):
            self.closing(day, at=clock.system_now() - 3 * DAY)
        self.closing(day)

    def test_a_new_account_was_never_moved(self, strict):
        b = open_books()
        row = Account.objects.get(id=b.bank.id)
        row.pk, row.public_id, row.subject, row.last_at = None, "acct_other", "second", clock.system_now() + 48 * DAY
        with pytest.raises(IntegrityError, match="opens at zero"):
            row.save(force_insert=True)

    def test_how_far_is_the_owners_to_say(self, runtime_url):
        with psycopg.connect(runtime_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE ledger_limit SET ahead = '9 years'")


@pytest.mark.django_db(transaction=True)
class TestKinds:
    @pytest.mark.parametrize(
        "other",
        [{"number": "P9999"}, {"normal": -1}, {"fund": "own"}, {"floor": "any"}, {"mirror": "landlord:py_1"}, {"by_item": True}],
        ids=lambda other: next(iter(other)),
    )
    def test_an_account_of_another_nature_is_refused_whoever_opens_it(self, other):
        b = open_books()
        row = Account.objects.get(id=b.bank.id)
        row.pk, row.public_id, row.subject = None, "acct_other", "second"
        for name, value in other.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError, match="has not the nature of its kind"):
            row.save(force_insert=True)

    def test_the_chart_is_the_owners_to_change(self, runtime_url):
        with psycopg.connect(runtime_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE ledger_kind SET floor = 'any'")
