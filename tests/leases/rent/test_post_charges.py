from datetime import UTC, date, datetime, timedelta

import pytest

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.ops.clock import set_clock
from leases.rent.actions.post_charges import CHARGES_QUEUE, post_charges
from leases.rent.models import Charge
from leases.rent.postings import due_reference
from ledger.allocation.models import Allocation
from ledger.journal.models import Entry, Transaction
from tests.world import World

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 1)
MIDNIGHT = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)  # in New York


@pytest.fixture
def w() -> World:
    return World()


def charge_of(lease, day: date = DECEMBER) -> Charge:
    return lease.charges.get(due_on=day)


class TestPosts:
    def test_a_debt_of_each_party_and_the_income_of_the_property(self, w):
        lease = w.lease()
        charge = charge_of(lease)
        assert post_charges([charge.public_id], w.now) == [charge.public_id]
        posting = Transaction.objects.get(reference=due_reference(charge))
        assert (posting.kind, posting.effective_on, posting.at) == ("charge.due", DECEMBER, w.now)
        legs = Entry.objects.filter(transaction=posting).values_list("account__number", "account__subject", "amount_minor")
        assert sorted(legs) == [("L1500", f"{lease.public_id}:joint", 150_000), ("L4100", w.home.public_id, -150_000)]
        assert charge_of(lease).posted_at == w.now

    def test_each_once(self, w):
        charge = charge_of(w.lease())
        post_charges([charge.public_id], w.now)
        assert post_charges([charge.public_id, "chg_unknown"], w.now) == []
        assert Transaction.objects.filter(reference=due_reference(charge)).count() == 1
        assert Event.objects.filter(object_id=charge.public_id).count() == 1

    def test_nothing_of_nothing(self, w):
        assert post_charges([], w.now) == []

    def test_a_set_of_many_leases_in_a_few_queries(self, w, django_assert_max_num_queries):
        leases = [w.lease() for _ in range(8)]
        ids = [charge_of(lease).public_id for lease in leases]
        with django_assert_max_num_queries(12):
            assert len(post_charges(ids, w.now)) == 8
        assert {w.balance("L1500", lease=lease) for lease in leases} == {300_000}
        w.check()

    def test_the_share_of_each_with_the_odd_cent_to_the_first(self, w):
        people = [(who, {"weight": 1}) for who in (w.bob, w.person("carol", "renter"), w.person("dan", "renter"))]
        lease = w.lease(*people, rent=100_000)
        assert [p.account.balance_minor for p in lease.parties.all()] == [33_334, 33_333, 33_333]

    def test_no_leg_for_a_share_of_nothing(self, w):
        people = [(w.bob, {"weight": 1_000_000}), (w.person("carol", "renter"), {"weight": 1})]
        lease = w.lease(*people, rent=100)
        assert [p.account.balance_minor for p in lease.parties.all()] == [100, 0]
        assert Entry.objects.filter(transaction__reference=due_reference(lease.charges.order_by("id")[0])).count() == 2

    def test_and_tells_the_landlord(self, w):
        lease = w.lease()
        event = Event.objects.get(type="charge.due")
        assert event.data == {
            "id": charge_of(lease, date(2026, 11, 1)).public_id,
            "lease": lease.public_id,
            "category": "rent",
            "due_date": "2026-11-01",
            "amount": 150_000,
            "currency": "usd",
        }
        assert event.account_ids == [w.alice.public_id, w.payee.public_id]


class TestMoment:
    @pytest.mark.parametrize(
        ("zone", "midnight"),
        [
            ("America/New_York", "2026-12-01T05:00"),
            ("America/Los_Angeles", "2026-12-01T08:00"),
            ("Pacific/Honolulu", "2026-12-01T10:00"),
            ("Pacific/Kiritimati", "2026-11-30T10:00"),
        ],
    )
    def test_is_midnight_where_the_property_stands(self, w, zone, midnight):
        home = w.property(w.alice, timezone=zone, units=[{"name": "1"}])
        lease = w.lease(unit=home.units.get())
        moment = datetime.fromisoformat(midnight).replace(tzinfo=UTC)
        w.later(seconds=(moment - w.now).total_seconds() - 1)
        assert charge_of(lease).posted_at is None
        w.later(seconds=1)
        assert charge_of(lease).posted_at == moment

    def test_is_midnight_on_the_days_when_the_clocks_change(self, w):
        lease = w.lease(start=date(2027, 3, 1), due_day=14)
        w.later(days=200)
        assert {c.due_on: c.posted_at for c in lease.charges.filter(due_on__range=("2027-03-01", "2027-04-30"))} == {
            date(2027, 3, 14): datetime(2027, 3, 14, 5, tzinfo=UTC),
            date(2027, 4, 14): datetime(2027, 4, 14, 4, tzinfo=UTC),
        }

    def test_that_passed_unnoticed_is_made_good(self, w):
        lease = w.lease()
        set_clock(MIDNIGHT + timedelta(days=40), frozen=True)
        w.work()
        found = charge_of(lease)
        assert found.posted_at == MIDNIGHT + timedelta(days=40)
        assert Transaction.objects.get(reference=due_reference(found)).effective_on == DECEMBER
        assert w.balance("L1500", lease=lease) == 450_000

    def test_of_a_whole_year_comes_twelve_times(self, w):
        lease = w.lease()
        w.later(days=365)
        assert w.balance("L1500", lease=lease) == 12 * 150_000
        assert not Due.objects.filter(queue=CHARGES_QUEUE).exists()
        w.check()


class TestPrepayment:
    """E7: money that waited pays the charge that it named when it falls due, then the oldest."""

    @pytest.fixture
    def ahead(self, w):
        """November paid, and 500.00 of December ahead."""
        lease = w.lease()
        w.pay(lease, "instant")
        w.later(minutes=1)
        w.pay(lease, "instant", charges=[(charge_of(lease).public_id, 50_000)])
        w.later(minutes=1)
        assert w.balance("L1500", lease=lease) == -50_000
        return lease

    def test_pays_the_charge_that_it_named(self, w, ahead):
        w.later(days=30)
        assert w.balance("L1500", lease=ahead) == 100_000
        row = Allocation.objects.order_by("-id").first()
        assert (row.amount_minor, row.rule) == (50_000, "claim")
        assert row.debit_entry_id == Entry.objects.get(transaction__reference=due_reference(charge_of(ahead)), account__number="L1500").id
        w.check()

    def test_posts_no_entry_of_its_own(self, w, ahead):
        before = Transaction.objects.count()
        w.later(days=30)
        assert list(Transaction.objects.order_by("id").values_list("kind", flat=True)[before:]) == ["charge.due"]

    def test_leaves_the_rest_to_be_paid(self, w, ahead):
        w.later(days=30)
        rest = w.pay(ahead, "instant")
        assert rest.amount_minor == 100_000
        w.later(minutes=1)
        assert w.balance("L1500", lease=ahead) == 0
        w.check()
