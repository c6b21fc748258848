"""What is late, when, and for whom: by what was tendered in time, whatever was told when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.people.actor import SYSTEM
from leases.changes.actions import change_shares
from leases.credits.actions import NewCredit, grant_credit
from leases.late_fees.actions.assess import ASSESS_QUEUE, assess_late_fees
from leases.receipts.actions import bounce_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from leases.rent.models import Charge
from leases.rent.queries import schedules
from ledger.journal.models import Transaction
from payments.methods.cards.actions import create_card
from payments.payins.actions.capture import capture_payment
from payments.payins.actions.pay import pay
from tests.leases.late_fees.cast import agreed, fees, give, let, waive
from tests.world import World

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 1)


@pytest.fixture
def w() -> World:
    return World()


class TestInTime:
    def test_is_what_was_given_by_the_last_day_of_grace_however_late_it_is_told(self, w):
        in_time, a_day_late = let(w, grace_days=2), let(w, grace_days=2)
        w.later(days=1, hours=12)
        give(w, in_time, 150_000, received_on=FIRST + timedelta(days=2))
        w.later(hours=12)  # the fourth: the day after grace
        assert (len(fees(in_time)), len(fees(a_day_late))) == (0, 1)
        w.check()

    def test_is_what_is_on_its_way(self, w, settings):
        settings.RAIL_PROFILE = "calendar"
        lease = let(w, grace_days=1)
        paid = w.pay(lease)
        w.later(days=1)
        assert (w.fresh(paid).status, fees(lease)) == ("processing", [])

    @pytest.mark.parametrize("past_the_lease", [False, True])
    def test_is_what_is_given_on_the_last_evening_where_the_property_stands(self, w, past_the_lease):
        """Half past nine in Los Angeles: at the bank the day after has begun."""
        home = w.property(w.alice, timezone="America/Los_Angeles", units=[{"name": "1"}])
        lease, source = w.lease(unit=home.units.get(), late_fee=agreed()), w.account(w.bob)
        w.later(days=4, hours=14, minutes=30)
        assert w.now == datetime(2026, 11, 7, 5, 30, tzinfo=UTC)
        if past_the_lease:
            how = {"amount_minor": 150_000, "currency": "usd", "rail": "ach", "allow_duplicate": False, "metadata": {}}
            paid = pay(lease.parties.get().account.public_id, source, **how, actor=w.actor(w.bob), at=w.now)
        else:
            paid = w.pay(lease, "ach", source=source)
        w.later(days=1)
        assert (w.fresh(paid).status, fees(lease), w.balance("L1500", lease=lease)) == ("settled", [], 0)
        w.check()

    def test_is_what_a_card_promised_until_a_part_alone_is_taken(self, w):
        lease, card = let(w, grace_days=2), create_card("pm_card_visa", user=w.bob, actor=SYSTEM, at=w.now)
        promised = PayRequest.by(card, rail="card", captures_later=True)
        payment = w.until(pay_rent(lease, promised, actor=SYSTEM, at=w.now), "authorized")
        w.later(days=3)
        assert fees(lease) == []
        capture_payment(payment, 10_000, actor=SYSTEM, at=w.now)
        w.work()
        (fee,) = fees(lease)
        assert (fee.amount_minor, fee.overdue_minor) == (5_000, 140_000)
        w.check()

    def test_is_the_rent_before_a_fee(self, w):
        """December is paid to the cent while November's fee is open: a fee makes no rent late."""
        lease = let(w)
        w.later(days=6)
        assert [fee.amount_minor for fee in fees(lease)] == [5_000]
        give(w, lease, 150_000)
        w.later(days=24)
        give(w, lease, 150_000)
        w.later(days=10)
        assert len(fees(lease)) == 1
        assert w.balance("L1500", lease=lease) == 5_000

    def test_is_what_the_landlord_forgave(self, w):
        lease = let(w)
        november = lease.charges.get(due_on=FIRST)
        grant_credit(lease, NewCredit(lease.parties.get(), "credit", 150_000, "moved in late", november), actor=SYSTEM, at=w.now)
        w.later(days=8)
        assert fees(lease) == []


class TestIsNotJudged:
    def test_what_is_no_rent(self, w):
        lease = let(w)
        give(w, lease, 150_000)
        add_charge(lease, NewCharge("utilities", 9_000), actor=SYSTEM, at=w.now)
        w.later(days=20)
        assert fees(lease) == []

    def test_what_was_recorded_when_its_grace_was_over(self, w):
        """A lease that runs since September is entered in November: nobody was told of a fee on what was settled elsewhere."""
        lease = w.lease(start=date(2026, 9, 1), late_fee=agreed())
        w.later(days=6)
        assert [fee.charge.due_on for fee in fees(lease)] == [FIRST]

    def test_without_anything_agreed(self, w):
        lease = w.lease()
        w.later(days=20)
        assert fees(lease) == []
        assert not Due.objects.filter(queue=ASSESS_QUEUE).exists()


class TestTheAmount:
    @pytest.mark.parametrize(
        ("terms", "paid", "fee"),
        [
            ({"percent_bps": 500}, 0, 7_500),
            ({"percent_bps": 500}, 100_000, 2_500),
            ({"percent_bps": 500, "basis": "rent"}, 100_000, 7_500),
            ({"percent_bps": 500}, 149_970, 2),  # 1.5 of a cent, half to even
            ({"percent_bps": 500}, 149_950, 2),  # 2.5
            ({"percent_bps": 500, "cap_minor": 5_000}, 0, 5_000),
            ({"flat_minor": 2_000, "percent_bps": 100}, 0, 3_500),
            ({"flat_minor": 9_000, "cap_bps": 500}, 0, 7_500),
        ],
    )
    def test_is_what_was_agreed_rounded_once_and_within_the_cap(self, w, terms, paid, fee):
        lease = let(w, **terms)
        if paid:
            give(w, lease, paid)
        w.later(days=6)
        assert [one.amount_minor for one in fees(lease)] == [fee]

    def test_of_so_little_is_nothing(self, w):
        lease = let(w, percent_bps=100)
        give(w, lease, 149_990)
        w.later(days=6)
        assert fees(lease) == []


class TestADailyFee:
    def test_runs_until_it_is_paid(self, w):
        lease = let(w, flat_minor=2_000, daily_minor=500)
        w.later(days=8)  # Tuesday the tenth: four days have begun since grace
        assert [(fee.kind, fee.day, fee.amount_minor) for fee in fees(lease)] == [
            ("first", 0, 2_000),
            ("daily", 1, 500),
            ("daily", 2, 500),
            ("daily", 3, 500),
        ]
        give(w, lease, 153_500)
        w.later(days=5)
        assert len(fees(lease)) == 4
        assert w.balance("L1500", lease=lease) == 0
        w.check()

    def test_alone_begins_the_day_after_grace_and_ends_at_the_cap(self, w):
        lease = let(w, daily_minor=2_000, cap_minor=5_000)
        w.later(days=20)
        assert [(fee.kind, fee.amount_minor, fee.assessed_on.day) for fee in fees(lease)] == [
            ("first", 2_000, 7),
            ("daily", 2_000, 8),
            ("daily", 1_000, 9),
        ]
        assert not Due.objects.filter(queue=ASSESS_QUEUE).exists()

    def test_of_days_on_which_a_cheque_counted_is_charged_when_it_came_back(self, w):
        lease = let(w, flat_minor=2_000, daily_minor=500)
        cheque = give(w, lease, 150_000)
        w.later(days=7)
        assert fees(lease) == []
        bounce_receipt(cheque, actor=SYSTEM, at=w.now)
        w.work()
        assert [(fee.day, fee.assessed_on.day) for fee in fees(lease)] == [(0, 9), (1, 9), (2, 9)]
        w.later(days=1)
        assert [fee.day for fee in fees(lease)] == [0, 1, 2, 3]
        w.check()


class TestSeveralWhoOwe:
    def people(self, w):
        return (w.bob, {"percent": 60}), (w.person("carol", "renter"), {"percent": 40})

    def test_are_charged_each_a_share_where_the_lease_is_judged_as_one(self, w):
        (bob, _), (carol, _) = people = self.people(w)
        lease = let(w, *people, flat_minor=5_001)
        give(w, lease, 90_000, party=lease.parties.get(label=bob.public_id))
        w.later(days=6)
        (fee,) = fees(lease)
        assert (fee.party, fee.overdue_minor) == (None, 60_000)
        assert w.balance("L1500", lease=lease, label=bob.public_id) == 3_001
        assert w.balance("L1500", lease=lease, label=carol.public_id) == 62_000
        w.check()

    def test_are_charged_alone_where_each_is_judged(self, w):
        (bob, _), (carol, _) = people = self.people(w)
        lease = let(w, *people, percent_bps=1_000, per="party")
        give(w, lease, 90_000, party=lease.parties.get(label=bob.public_id))
        w.later(days=6)
        (fee,) = fees(lease)
        assert (fee.party.label, fee.overdue_minor, fee.amount_minor) == (carol.public_id, 60_000, 6_000)
        assert w.balance("L1500", lease=lease, label=bob.public_id) == 0
        w.check()


class TestOnce:
    def test_is_a_charge_judged_however_often_it_is_asked(self, w):
        lease = let(w)
        charge = lease.charges.get(due_on=FIRST).public_id
        w.later(days=6)
        for _ in range(2):
            assert assess_late_fees([charge], w.now) == []
        assert Transaction.objects.filter(kind="late_fee.assessed").count() == 1

    def test_it_tells_ids_and_figures_alone(self, w):
        lease = let(w)
        w.later(days=6)
        (fact,) = Event.objects.filter(type__startswith="late_fee.")
        assert (fact.type, fact.version, fact.data["amount"], fact.data["amount_overdue"]) == ("late_fee.assessed", 1, 5_000, 150_000)
        assert fact.data["reason_date"] == "2026-11-01"
        assert "Bob" not in str(fact.data)
        assert fact.data["lease"] == lease.public_id


def test_it_stands_in_the_schedule_and_can_be_paid_by_name(w):
    lease = let(w)
    w.later(days=6)
    row = next(r for r in schedules([w.reload(lease)], w.now)[lease.id] if r.charge.category == "fee")
    assert (row.status, row.remaining_minor) == ("late", 5_000)
    paid = w.pay(lease, "instant", charges=[(row.charge.public_id, None)])
    w.until(paid, "settled")
    assert w.balance("L1500", lease=lease) == 150_000
    row = next(r for r in schedules([w.reload(lease)], w.now)[lease.id] if r.charge.category == "fee")
    assert (row.status, row.paid_minor) == ("paid", 5_000)
    w.check()


def test_a_set_of_leases_that_are_settled_costs_one_question(w, django_assert_max_num_queries):
    leases = [let(w) for _ in range(8)]
    for lease in leases:
        give(w, lease, 150_000)
    charges = list(Charge.objects.filter(due_on=FIRST).values_list("public_id", flat=True))
    at = w.now + timedelta(days=6)
    with django_assert_max_num_queries(5):
        assert assess_late_fees(charges, at) == []


def test_a_set_of_late_leases_costs_as_many_questions_as_one(w, django_assert_max_num_queries):
    for _ in range(8):
        let(w)
    charges = list(Charge.objects.filter(due_on=FIRST).values_list("public_id", flat=True))
    with django_assert_max_num_queries(30):
        assert len(assess_late_fees(charges, w.now + timedelta(days=6))) == 8


def test_what_was_forgiven_of_a_fee_pays_no_rent(w):
    """The fee for November is waived while its daily fee runs: what is overdue of the rent stays the same."""
    lease = let(w, flat_minor=2_000, daily_minor=500)
    w.later(days=5)
    waive(w, fees(lease)[0])
    w.later(days=2)
    assert [fee.overdue_minor for fee in fees(lease)] == [150_000, 150_000, 150_000]


def test_a_debt_that_is_recorded_later_makes_nothing_late_that_was_not(w):
    lease = let(w)
    cheque = give(w, lease, 150_000)
    other = give(w, lease, 1_000)
    w.later(days=8)
    add_charge(lease, NewCharge("rent", 90_000, date(2026, 10, 20)), actor=SYSTEM, at=w.now)
    bounce_receipt(other, actor=SYSTEM, at=w.now)  # all is judged anew
    w.work()
    assert (fees(lease), cheque.status) == ([], "recorded")


def test_a_fee_is_shared_as_the_rent_that_it_is_for_whoever_owes_shares_by_then(w):
    carol = w.person("carol", "renter")
    lease = let(w, (w.bob, {"weight": 1}), (carol, {"weight": 2}), rent=90_000)
    users = [(w.bob.public_id, {"weight": 1}), (carol.public_id, {"weight": 0})]
    change_shares(lease, date(2026, 11, 5), users, actor=SYSTEM, at=w.now)
    w.later(days=6)
    owed = lambda: [w.balance("L1500", lease=lease, label=who) for who, _ in users]  # noqa: E731
    (fee,) = fees(lease)
    assert owed() == [30_000 + 1_667, 60_000 + 3_333]
    waive(w, fee)
    assert owed() == [30_000, 60_000]
    w.check()
