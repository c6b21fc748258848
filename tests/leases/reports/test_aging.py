"""Aging: what is owed, by how long ago it fell due; with what is unapplied, it is the balance of the book."""

from datetime import date

import pytest

from directpay.people.actor import SYSTEM
from leases.credits.actions import NewCredit, grant_credit
from leases.receipts.actions import NewReceipt, bounce_receipt, record_receipt
from leases.reports.queries.aging import Aged, aging
from leases.reports.queries.scope import Known, Wish, known, scope_of
from ledger.journal.models import Account
from ledger.journal.queries import balance_as_of
from payments.payins.actions.answers import record_answers
from payments.payins.actions.submit import submit_payments
from payments.payins.models import Payment
from payments.refunds.actions.create import refund_payment
from payments.returns.actions import return_payments
from tests.payments.conftest import answer
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)  # what is known is what is committed
TODAY, LAST = date(2026, 11, 2), date(2026, 11, 30)


def aged(w: World, day: date = TODAY, at: Known | None = None):
    return list(aging(scope_of(w.actor(w.alice), Wish()), day, at or known(None, now=w.now)))


def whole(rows) -> Aged:
    return sum((row.aged for row in rows), Aged())


def give(w, lease, amount, **more):
    return record_receipt(lease, NewReceipt(lease.parties.get(), "check", amount, **more), actor=SYSTEM, at=w.now)


def test_each_month_falls_into_its_bucket_and_the_columns_are_the_balance():
    w = World()
    lease = w.lease(start=date(2026, 7, 1))
    other = w.lease(w.person("mia", "renter"), rent=80_000)
    give(w, lease, 160_000)  # July, and 100.00 of August
    give(w, other, 100_000)  # 200.00 ahead
    rows = {row.lease: row.aged for row in aged(w)}
    assert rows[lease.public_id].buckets == (0, 150_000, 150_000, 150_000, 140_000)  # Nov 1, Oct 1 (32 days), Sep 1 (62), Aug 1 (93)
    assert (rows[other.public_id].owed_minor, rows[other.public_id].unapplied_minor) == (0, 20_000)
    books = sum(Account.objects.filter(number="L1500").values_list("balance_minor", flat=True))
    assert whole(aged(w)).balance_minor == books == 570_000


def test_what_is_due_today_is_current():
    w = World()
    w.lease()
    assert whole(aged(w, date(2026, 11, 1))).buckets == (150_000, 0, 0, 0, 0)
    assert aged(w, date(2026, 10, 31)) == []


def test_a_cheque_that_bounced_opens_its_month_again_from_the_day_of_the_bank():
    w = World()
    lease = w.lease()
    cheque = give(w, lease, 150_000)
    w.later(days=10)
    bounce_receipt(cheque, actor=SYSTEM, at=w.now)
    assert aged(w, date(2026, 11, 11)) == []  # not yet: nothing owed, and nothing unapplied either
    assert whole(aged(w, w.now.date())).buckets == (0, 150_000, 0, 0, 0)


class TestAPaymentThatWasTakenBackTwice:
    """Of the rent 200.00 go back on Nov 10. What goes back in December is not gone in November, whenever it is asked about."""

    @pytest.fixture
    def w(self) -> World:
        return World()

    @pytest.fixture
    def paid(self, w) -> Payment:
        """The rent of November, all of it."""
        made = w.pay(w.lease(), "ach")
        submit_payments([made.public_id], at=w.now)
        record_answers({made.public_id: answer("completed", w.now)}, at=w.now)
        return w.fresh(made)

    @pytest.fixture
    def november(self, w, paid) -> list[Aged]:
        """As it was said on the day, on Nov 9 and on Nov 30: the part is refunded in between."""
        w.later(days=7)
        before = whole(aged(w, w.now.date()))
        w.later(days=1)
        refund_payment(paid, 20_000, actor=SYSTEM, at=w.now)
        w.later(days=20)
        assert w.now.date() == LAST
        return [before, whole(aged(w, LAST))]

    def asked_again(self, w) -> list[Aged]:
        return [whole(aged(w, day)) for day in (date(2026, 11, 9), LAST)]

    def test_refunded_and_then_returned(self, w, paid, november):
        assert november == [Aged(), Aged((0, 20_000, 0, 0, 0), 20_000)]
        w.later(days=10)
        return_payments({paid.public_id: answer("returned", w.now, code="R10")}, at=w.now)
        w.later(days=5)
        assert self.asked_again(w) == november
        assert whole(aged(w, w.now.date())).balance_minor == 320_000, "November, December, and what he had twice"

    def test_returned_on_a_day_before_the_refund_of_which_we_hear_after_it(self, w, paid):
        """What the refund had taken back is gone with the rest on the day of the return."""
        w.later(days=7)
        then = w.now
        w.later(days=1)
        refund_payment(paid, 20_000, actor=SYSTEM, at=w.now)
        w.later(days=1)
        return_payments({paid.public_id: answer("returned", then, code="R10")}, at=w.now)
        assert whole(aged(w, then.date())) == Aged((0, 150_000, 0, 0, 0), 150_000)

    def test_refunded_on_both_sides_of_the_day(self, w, paid, november):
        w.later(days=5)
        refund_payment(w.fresh(paid), 30_000, actor=SYSTEM, at=w.now)
        w.later(days=10)
        assert self.asked_again(w) == november
        assert whole(aged(w, w.now.date())).balance_minor == 200_000


def test_what_was_known_does_not_change():
    w = World()
    lease = w.lease()
    before = known(None, now=w.now)
    w.later(days=3)
    give(w, lease, 150_000, received_on=TODAY)
    grant_credit(lease, NewCredit(lease.parties.get(), "credit", 5_000, "a tap"), actor=SYSTEM, at=w.now)
    assert whole(aged(w, TODAY, before)).owed_minor == 150_000
    assert aged(w, TODAY) == []
    assert whole(aged(w, w.now.date())).unapplied_minor == 5_000


def test_the_balance_is_the_ledgers_on_every_day():
    w = World()
    lease = w.lease((w.bob, {"percent": "60"}), (w.person("mia", "renter"), {"percent": "40"}), start=date(2026, 9, 15))
    w.pay(lease, "instant", 30_000)
    w.later(days=45)
    at = known(None, now=w.now)
    accounts = [party.account_id for party in lease.parties.all()]
    for day in (date(2026, 9, 14), date(2026, 9, 15), date(2026, 11, 3), date(2026, 12, 1), w.now.date()):
        assert whole(aged(w, day, at)).balance_minor == sum(balance_as_of(account, day) for account in accounts)
