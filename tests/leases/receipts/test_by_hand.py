"""BOOKS.md A, through the actions: what is forgiven, given by hand, banked, not honoured, given up and paid after all."""

from datetime import date, timedelta

import pytest

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.credits.actions import CreditTooLarge, NewCredit, grant_credit
from leases.credits.models import Credit
from leases.receipts.actions import (
    NewReceipt,
    ReceiptNotBankable,
    ReceiptNotBounceable,
    bank_receipts,
    bounce_receipt,
    record_receipt,
)
from leases.receipts.models import Receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.queries import payable_charges, schedules
from ledger.journal.actions.periods import PeriodClosed, close_period
from ledger.journal.models import Book
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def lease(w):
    return w.lease()


def give(w, lease, amount, method="check", **more) -> Receipt:
    party = more.pop("party", None) or lease.parties.get()
    return record_receipt(lease, NewReceipt(party, method, amount, **more), actor=SYSTEM, at=w.now)


def credit(w, lease, amount, kind="credit", **more) -> Credit:
    party = more.pop("party", None) or lease.parties.get()
    return grant_credit(lease, NewCredit(party, kind, amount, "because", **more), actor=SYSTEM, at=w.now)


def row_of(w, lease, day=date(2026, 11, 1)):
    return next(r for r in schedules([w.reload(lease)], w.now)[lease.id] if r.charge.due_on == day and r.charge.category == "rent")


def test_the_whole_of_a(w, lease):
    """A1, A4 to A7 and A9's neighbours, A10 to A12: each balance as printed."""
    owed = lambda: w.balance("L1500", lease=lease)  # noqa: E731
    assert (owed(), w.balance("L4100")) == (150_000, 150_000)  # A1
    credit(w, lease, 10_000)
    assert (owed(), w.balance("L4900")) == (140_000, 10_000)  # A4
    cheque = give(w, lease, 140_000)
    assert (owed(), w.balance("L1210")) == (0, 140_000)  # A5
    bank_receipts([cheque], actor=SYSTEM, at=w.now)
    assert (w.balance("L1200"), w.balance("L1210")) == (140_000, 0)  # A6
    w.later(days=3)
    bounce_receipt(cheque, actor=SYSTEM, at=w.now)
    assert (owed(), w.balance("L1200")) == (140_000, 0)  # A7
    credit(w, lease, 140_000, "write_off")
    assert (owed(), w.balance("L6900")) == (0, 140_000)  # A10
    give(w, lease, 40_000, "cash")
    assert (owed(), w.balance("L6900"), w.balance("L1210")) == (0, 100_000, 40_000)  # A11, A12
    assert [c.kind for c in Credit.objects.order_by("id")] == ["credit", "write_off", "reinstatement"]
    w.check()


class TestAReceipt:
    def test_pays_the_oldest_first_and_tells(self, w, lease):
        receipt = give(w, lease, 100_000, received_on=TODAY - timedelta(days=1), number="1042", note="at the door")
        assert (row_of(w, lease).paid_minor, row_of(w, lease).status) == (100_000, "late")
        fact = Event.objects.get(object_id=receipt.public_id)
        assert (fact.type, fact.data["amount"], fact.data["status"]) == ("receipt.recorded", 100_000, "recorded")
        assert "1042" not in str(fact.data)
        assert "at the door" not in str(fact.data)

    def test_beyond_the_debt_stands_as_paid_ahead(self, w, lease):
        give(w, lease, 200_000)
        assert w.balance("L1500", lease=lease) == -50_000
        assert row_of(w, lease, date(2026, 12, 1)).paid_minor == 50_000
        w.later(days=30)  # December falls due
        assert w.balance("L1500", lease=lease) == 100_000
        w.check()

    def test_of_one_of_two_pays_that_ones_share(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"percent": 60}), (carol, {"percent": 40}))
        give(w, lease, 60_000, party=lease.parties.get(label=carol.public_id))
        assert w.balance("L1500", lease=lease, label=carol.public_id) == 0
        assert w.balance("L1500", lease=lease, label=w.bob.public_id) == 90_000
        w.check()

    def test_is_not_of_tomorrow(self, w, lease):
        with pytest.raises(InvalidInput) as refused:
            give(w, lease, 1, received_on=TODAY + timedelta(days=1))
        assert refused.value.param == "received_on"
        assert not Receipt.objects.exists()

    def test_in_a_closed_period_is_refused_with_the_first_open_day(self, w, lease):
        book = Book.objects.get(kind="L", subject=w.payee.public_id)
        close_period(book, date(2026, 10, 31), actor=SYSTEM, at=w.now)
        with pytest.raises(PeriodClosed) as refused:
            give(w, lease, 1_000, received_on=date(2026, 10, 31))
        assert (refused.value.param, refused.value.details["first_open_on"]) == ("received_on", "2026-11-01")
        give(w, lease, 1_000, received_on=date(2026, 11, 1))

    def test_while_a_payment_flies_is_a_fact_all_the_same(self, w, lease):
        """Both arrive: what is too much stands as paid ahead, and no invariant cries meanwhile."""
        flying = w.pay(lease, "ach", amount=150_000)
        give(w, lease, 150_000, "cash")
        w.check()
        w.until(flying, "completed")
        assert w.balance("L1500", lease=lease) == -150_000
        w.check()


class TestASlip:
    def test_takes_several_to_the_bank_in_one_posting(self, w, lease):
        pair = [give(w, lease, 70_000), give(w, w.lease(), 80_000, "cash")]
        banked = bank_receipts(pair, banked_on=TODAY, actor=SYSTEM, at=w.now)
        assert len({receipt.slip for receipt in banked}) == 1
        assert (w.balance("L1200"), w.balance("L1210")) == (150_000, 0)
        assert Event.objects.filter(type="receipt.banked", version=2).count() == 2

    def test_takes_each_once(self, w, lease):
        receipt = give(w, lease, 1_000)
        bank_receipts([receipt], actor=SYSTEM, at=w.now)
        with pytest.raises(ReceiptNotBankable):
            bank_receipts([receipt], actor=SYSTEM, at=w.now)
        with pytest.raises(InvalidInput, match="twice"):
            bank_receipts([give(w, lease, 1_000)] * 2, actor=SYSTEM, at=w.now)
        assert w.balance("L1200") == 1_000

    def test_of_a_day_before_the_receipt_is_refused(self, w, lease):
        with pytest.raises(InvalidInput) as refused:
            bank_receipts([give(w, lease, 1_000)], banked_on=TODAY - timedelta(days=1), actor=SYSTEM, at=w.now)
        assert refused.value.param == "banked_on"

    def test_goes_to_one_owners_bank(self, w, lease):
        dora = w.person("dora", "landlord")
        other = w.lease(unit=w.property(dora, units=[{"name": "A"}]).units.get())
        with pytest.raises(InvalidInput, match="one owner"):
            bank_receipts([give(w, lease, 1_000), give(w, other, 1_000)], actor=SYSTEM, at=w.now)


class TestABounce:
    def test_reopens_what_was_paid_and_lets_other_money_pay_it(self, w, lease):
        cheque, cash = give(w, lease, 150_000), give(w, lease, 30_000, "cash")
        bounced = bounce_receipt(cheque, actor=SYSTEM, at=w.now)
        assert (bounced.status, w.balance("L1210"), w.balance("L1500", lease=lease)) == ("bounced", 30_000, 120_000)
        assert row_of(w, lease).paid_minor == 30_000
        assert cash.status == "recorded"
        w.check()

    def test_happens_once_and_never_to_cash(self, w, lease):
        cheque = give(w, lease, 1_000)
        bounce_receipt(cheque, actor=SYSTEM, at=w.now)
        for receipt in (cheque, give(w, lease, 1_000, "cash")):
            with pytest.raises(ReceiptNotBounceable):
                bounce_receipt(receipt, actor=SYSTEM, at=w.now)
        with pytest.raises(ReceiptNotBankable):
            bank_receipts([cheque], actor=SYSTEM, at=w.now)

    def test_is_not_before_the_bank_had_it(self, w, lease):
        cheque = give(w, lease, 1_000, received_on=TODAY - timedelta(days=5))
        bank_receipts([cheque], banked_on=TODAY - timedelta(days=2), actor=SYSTEM, at=w.now)
        with pytest.raises(InvalidInput):
            bounce_receipt(cheque, bounced_on=TODAY - timedelta(days=3), actor=SYSTEM, at=w.now)


class TestACredit:
    def test_serves_the_charge_that_it_is_for(self, w, lease):
        later = add_charge(lease, NewCharge("utilities", 9_000), actor=SYSTEM, at=w.now)
        credit(w, lease, 9_000, charge=later)
        rows = {r.charge.public_id: r.open_minor for r in payable_charges(lease, lease.parties.get(), [lease.parties.get()]).rows}
        assert later.public_id not in rows
        assert row_of(w, lease).paid_minor == 0

    def test_is_no_larger_than_its_charge(self, w, lease):
        water = add_charge(lease, NewCharge("utilities", 9_000), actor=SYSTEM, at=w.now)
        with pytest.raises(CreditTooLarge) as refused:
            credit(w, lease, 9_001, charge=water)
        assert refused.value.details["owed"] == 9_000
        with pytest.raises(CreditTooLarge):
            credit(w, lease, 1, charge=lease.charges.get(due_on=date(2026, 12, 1)))  # nothing of it is due yet

    def test_may_go_beyond_what_is_owed_but_a_write_off_may_not(self, w, lease):
        with pytest.raises(CreditTooLarge):
            credit(w, lease, 150_001, "write_off")
        credit(w, lease, 160_000)
        assert w.balance("L1500", lease=lease) == -10_000
        with pytest.raises(CreditTooLarge, match="Nothing is owed"):
            credit(w, lease, 1, "write_off")
        w.check()

    def test_that_gives_up_what_is_on_its_way_is_refused(self, w, lease):
        """Else it would come, and stand ahead of somebody who owes nothing more."""
        water = add_charge(lease, NewCharge("utilities", 9_000), actor=SYSTEM, at=w.now)
        flying = w.pay(lease, amount=100_000)
        with pytest.raises(CreditTooLarge, match=r"At most \$590.00 can be written off: the rest is on its way.") as refused:
            credit(w, lease, 59_001, "write_off")
        assert (refused.value.param, refused.value.details["owed"]) == ("amount", 59_000)
        credit(w, lease, 50_000, "write_off")
        more = w.pay(lease, "instant", charges=[(water.public_id, 6_000)])
        with pytest.raises(CreditTooLarge, match=r"At most \$30.00 can be written off"):
            credit(w, lease, 9_000, "write_off")
        w.until(more, "settled")
        credit(w, lease, 3_000, "write_off")
        with pytest.raises(CreditTooLarge, match="Nothing is owed that is not on its way"):
            credit(w, lease, 1, "write_off")
        w.until(flying, "completed")
        assert w.balance("L1500", lease=lease) == 0
        w.check()

    def test_that_gives_up_a_charge_leaves_what_is_on_its_way_to_it(self, w, lease):
        water = add_charge(lease, NewCharge("utilities", 9_000), actor=SYSTEM, at=w.now)
        w.pay(lease, charges=[(water.public_id, 6_000)])
        with pytest.raises(CreditTooLarge, match=r"At most \$30.00 of this charge is open") as refused:
            credit(w, lease, 3_001, "write_off", charge=water)
        assert refused.value.details["owed"] == 3_000
        credit(w, lease, 3_000, "write_off", charge=water)
        credit(w, lease, 9_000 - 3_000, charge=water)  # forgiven is what is open, whoever pays it: it stands ahead
        w.check()

    def test_that_gives_up_what_was_on_its_way_and_never_came(self, w, lease):
        flying = w.pay(lease, source=w.account(w.bob, NO_FUNDS))
        with pytest.raises(CreditTooLarge):
            credit(w, lease, 1, "write_off")
        w.until(flying, "failed")
        credit(w, lease, 150_000, "write_off")
        assert w.balance("L1500", lease=lease) == 0
        w.check()


class TestACharge:
    def test_that_is_due_is_owed_at_once_and_payable_by_name(self, w, lease):
        water = add_charge(lease, NewCharge("utilities", 4_200, description="Water"), actor=SYSTEM, at=w.now)
        assert water.posted_at == w.now
        assert (w.balance("L1500", lease=lease), w.balance("L4110")) == (154_200, 4_200)
        paid = w.pay(lease, "instant", charges=[(water.public_id, None)])
        assert w.until(paid, "settled").amount_minor == 4_200
        assert row_of(w, lease).paid_minor == 0
        assert [e.type for e in Event.objects.filter(object_id=water.public_id).order_by("version")] == ["charge.added", "charge.due"]
        w.check()

    def test_of_a_day_to_come_is_posted_on_it(self, w, lease):
        water = add_charge(lease, NewCharge("utilities", 4_200, date(2026, 11, 10)), actor=SYSTEM, at=w.now)
        assert w.balance("L1500", lease=lease) == 150_000
        w.later(days=9)
        water.refresh_from_db()
        assert water.posted_at is not None
        assert w.balance("L1500", lease=lease) == 154_200

    def test_of_one_of_two_is_that_ones_alone(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease(w.bob, carol, rent=100_000)
        lease = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1}), rent=100_000)
        hers = lease.parties.get(label=carol.public_id)
        add_charge(lease, NewCharge("damages", 5_000, party=hers), actor=SYSTEM, at=w.now)
        later = add_charge(lease, NewCharge("damages", 7_000, date(2026, 11, 9), party=hers), actor=SYSTEM, at=w.now)
        assert w.balance("L1500", lease=lease, label=carol.public_id) == 55_000
        assert w.balance("L1500", lease=lease, label=w.bob.public_id) == 50_000
        parties = list(lease.parties.order_by("id"))
        of_bob, of_carol = (payable_charges(lease, party, parties) for party in parties)
        assert (of_bob.ahead_minor, of_carol.ahead_minor) == (50_000, 7_000)  # December's rent; the next that she owes
        assert later.public_id not in {row.charge.public_id for row in of_bob.rows}
        w.later(days=8)
        w.check()

    @pytest.mark.parametrize("days", [-367, 367])
    def test_falls_due_within_a_year(self, w, lease, days):
        with pytest.raises(InvalidInput) as refused:
            add_charge(lease, NewCharge("other", 1, TODAY + timedelta(days=days)), actor=SYSTEM, at=w.now)
        assert refused.value.param == "due_date"

    def test_in_a_closed_period_is_refused(self, w, lease):
        close_period(Book.objects.get(kind="L", subject=w.payee.public_id), date(2026, 10, 31), actor=SYSTEM, at=w.now)
        with pytest.raises(PeriodClosed):
            add_charge(lease, NewCharge("other", 1, date(2026, 10, 30)), actor=SYSTEM, at=w.now)

    def test_two_of_a_kind_on_a_day_are_two(self, w, lease):
        for _ in range(2):
            add_charge(lease, NewCharge("rent", 1_000), actor=SYSTEM, at=w.now)
        assert w.balance("L1500", lease=lease) == 152_000
