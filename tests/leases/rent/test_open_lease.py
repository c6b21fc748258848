import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from directpay.ops.clock import set_clock
from directpay.ops.partitions import make_partitions
from directpay.people.actor import SYSTEM
from leases.contracts.actions import RENTERS_LIMIT, LeaseOverlaps, Terms
from leases.contracts.models import Lease
from leases.rent.actions.open_lease import SCHEDULE_QUEUE, extend_schedules, open_lease
from leases.rent.actions.post_charges import CHARGES_QUEUE
from leases.rent.models import Charge
from ledger.journal.models import Account, Transaction
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def posted() -> list[str]:
    return [c.due_on.isoformat() for c in Charge.objects.filter(posted_at__isnull=False).order_by("due_on", "id")]


def promised(queue: str = CHARGES_QUEUE) -> dict[str, datetime]:
    keys = dict(Charge.objects.values_list("public_id", "due_on"))
    return {str(keys.get(row.key, row.key)): row.due_at for row in Due.objects.filter(queue=queue).order_by("due_at")}


class TestSchedule:
    def test_stands_from_the_first_moment(self, w):
        lease = w.lease(end_on=date(2027, 1, 15), start=date(2026, 11, 1))
        assert list(lease.charges.order_by("id").values_list("due_on", "amount_minor", "category")) == [
            (date(2026, 11, 1), 150_000, "rent"),
            (date(2026, 12, 1), 150_000, "rent"),
            (date(2027, 1, 1), 72_581, "rent"),
        ]
        assert all(charge.public_id.startswith("chg_") for charge in lease.charges.all())

    def test_owes_at_once_what_is_due_today(self, w):
        lease = w.lease(start=date(2026, 11, 2))
        assert posted() == ["2026-11-02"]
        assert w.balance("L1500", lease=lease) == 145_000  # 29 of 30 days

    def test_owes_nothing_before_it_begins(self, w):
        lease = w.lease(start=date(2026, 11, 3))
        assert posted() == []
        assert w.balance("L1500", lease=lease) == 0
        assert next(iter(promised().values())) == datetime(2026, 11, 3, 5, tzinfo=UTC)  # midnight in New York

    def test_posts_the_past_of_one_that_began_long_ago(self, w):
        lease = w.lease(start=date(2026, 8, 15))
        assert posted() == ["2026-08-15", "2026-09-01", "2026-10-01", "2026-11-01"]
        assert w.balance("L1500", lease=lease) == 82_258 + 3 * 150_000
        dates = Transaction.objects.filter(kind="charge.due").order_by("effective_on").values_list("effective_on", "at")
        assert [(d.isoformat(), at) for d, at in dates] == [(d, w.now) for d in posted()]
        w.check()

    def test_promises_the_rest_at_midnight_of_the_property(self, w):
        w.lease(end_on=date(2027, 4, 30))
        assert {day: at.isoformat() for day, at in promised().items()} == {
            "2026-12-01": "2026-12-01T05:00:00+00:00",
            "2027-01-01": "2027-01-01T05:00:00+00:00",
            "2027-02-01": "2027-02-01T05:00:00+00:00",
            "2027-03-01": "2027-03-01T05:00:00+00:00",
            "2027-04-01": "2027-04-01T04:00:00+00:00",  # summer time
        }

    @pytest.mark.parametrize(("zone", "due"), [("Pacific/Kiritimati", ["2026-11-03"]), ("America/New_York", []), ("Pacific/Pago_Pago", [])])
    def test_asks_what_day_it_is_where_the_property_stands(self, w, zone, due):
        """10:00 on Monday in New York is 05:00 on Tuesday on Kiritimati."""
        home = w.property(w.alice, timezone=zone, units=[{"name": "1"}])
        w.lease(unit=home.units.get(), start=date(2026, 11, 3))
        assert posted() == due

    def test_that_has_no_end_shows_a_year_ahead(self, w):
        lease = w.lease(end_on=None)
        assert lease.charges.count() == 13
        assert promised(SCHEDULE_QUEUE) == {lease.public_id: datetime(2026, 12, 1, 5, tzinfo=UTC)}

    def test_that_has_no_end_and_begins_later_shows_a_year_from_then(self, w):
        lease = w.lease(start=date(2028, 3, 10), end_on=None)
        assert lease.charges.order_by("-due_on").first().period_end == date(2029, 3, 31)

    def test_is_refused_beyond_what_it_can_show(self, w):
        """A schedule that ends before its lease would let months go by that nobody owes."""
        with pytest.raises(InvalidInput, match="40 years") as refusal:
            w.lease(end_on=date(2067, 1, 1))
        assert refusal.value.param == "end_date"
        assert not Lease.objects.exists()
        assert w.lease(end_on=date(2066, 10, 31)).charges.count() == 480

    def test_is_refused_from_a_beginning_too_long_ago(self, w):
        with pytest.raises(InvalidInput, match="40 years") as refusal:
            w.lease(start=date(1987, 11, 1), end_on=None)
        assert refusal.value.param == "start_date"


class TestParties:
    def test_owe_jointly_without_shares(self, w):
        lease = w.lease(w.bob, w.person("carol", "renter"))
        (party,) = lease.parties.all()
        assert (party.label, party.weight, {r.party_id for r in lease.renters.all()}) == ("joint", 150_000, {party.id})
        assert party.account.code == f"L1500/{lease.public_id}:joint.usd"

    def test_owe_their_shares_each_on_its_own_account(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"percent": "60"}), (carol, {"percent": 40}))
        assert [(p.label, p.weight, p.account.balance_minor) for p in lease.parties.all()] == [
            (w.bob.public_id, 6000, 90_000),
            (carol.public_id, 4000, 60_000),
        ]
        assert [r.share for r in lease.renters.all()] == [{"percent": "60"}, {"percent": 40}]

    def test_are_told_the_engine_what_it_must_know(self, w):
        account = w.lease().parties.get().account
        assert (account.accepts_payments, account.payable_limit, account.pays_into) == (True, "balance", "operating")
        assert account.cost_account == Account.objects.get(number="L6100", subject=w.home.public_id)

    def test_stand_in_the_book_of_the_payee(self, w):
        assert str(w.lease().parties.get().account.book) == f"L/{w.payee.public_id}"

    def test_share_every_charge_to_the_cent(self, w):
        people = [w.bob, w.person("carol", "renter"), w.person("dan", "renter")]
        lease = w.lease(*((who, {"weight": 1}) for who in people), rent=100_001, start=date(2026, 10, 16), end_on=date(2026, 11, 30))
        owed = [p.account.balance_minor for p in w.reload(lease).parties.all()]
        assert sum(owed) == sum(c.amount_minor for c in lease.charges.all())
        assert max(owed) - min(owed) <= 2
        w.check()


class TestRefuses:
    @pytest.mark.parametrize("count", [0, RENTERS_LIMIT + 1])
    def test_no_renters_or_too_many(self, w, count):
        people = [(w.person(f"r{n}", "renter"), None) for n in range(count)] if count else []
        with pytest.raises(InvalidInput, match="renters") as refusal:
            open_with(w, people)
        assert refusal.value.param == "renters"

    def test_the_same_person_twice(self, w):
        with pytest.raises(InvalidInput, match="twice"):
            w.lease(w.bob, w.bob)

    def test_an_end_before_the_beginning(self, w):
        with pytest.raises(InvalidInput, match="before it starts") as refusal:
            w.lease(end_on=date(2026, 10, 31))
        assert refusal.value.param == "end_date"

    def test_shares_that_do_not_add_up(self, w):
        with pytest.raises(InvalidInput, match="100 percent"):
            w.lease((w.bob, {"percent": 99}))

    def test_and_leaves_nothing_behind(self, w):
        before = Account.objects.count()
        with pytest.raises(InvalidInput):
            w.lease((w.bob, {"percent": 99}))
        assert (Lease.objects.count(), Account.objects.count(), Charge.objects.count()) == (0, before, 0)


def open_with(w: World, renters: list) -> Lease:
    return open_lease(Terms(w.unit(), renters, 150_000, 0, date(2026, 11, 1), None, 1, {}), actor=SYSTEM, at=w.now)


class TestOverlap:
    """Both ends of a lease are days of it."""

    @pytest.fixture
    def let(self, w) -> Lease:
        return w.lease(start=date(2026, 11, 1), end_on=date(2027, 4, 30))

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2027-04-30", "2027-12-31"),
            ("2026-01-01", "2026-11-01"),
            ("2026-12-01", "2026-12-31"),
            ("2026-01-01", "2028-01-01"),
            ("2026-11-01", None),
            ("2026-01-01", None),
        ],
    )
    def test_is_refused_and_names_the_other(self, w, let, start, end):
        with pytest.raises(LeaseOverlaps) as refusal:
            w.lease(unit=let.unit, start=date.fromisoformat(start), end_on=end and date.fromisoformat(end))
        assert (refusal.value.status, refusal.value.code, refusal.value.details) == (409, "lease_overlaps", {"lease": let.public_id})
        assert Lease.objects.count() == 1

    @pytest.mark.parametrize(("start", "end"), [("2027-05-01", None), ("2026-01-01", "2026-10-31")])
    def test_is_none_the_day_before_or_after(self, w, let, start, end):
        assert w.lease(unit=let.unit, start=date.fromisoformat(start), end_on=end and date.fromisoformat(end))

    def test_is_none_in_another_unit(self, w, let):
        assert w.lease(start=let.start_on, end_on=let.end_on)

    def test_with_one_that_has_no_end_is_for_ever(self, w):
        let = w.lease(end_on=None)
        with pytest.raises(LeaseOverlaps):
            w.lease(unit=let.unit, start=date(2050, 1, 1), end_on=None)

    @pytest.mark.django_db(transaction=True)
    def test_is_refused_to_all_but_one_who_ask_at_once(self):
        w = World()
        unit, barrier = w.unit(), threading.Barrier(4, timeout=10)

        def ask(n: int) -> object:
            try:
                barrier.wait()
                return w.lease(unit=unit, start=date(2026, 11, 1 + n))
            except LeaseOverlaps as refusal:
                return refusal
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, range(4)))
        (opened,) = [a for a in answers if isinstance(a, Lease)]
        refusals = [a for a in answers if isinstance(a, LeaseOverlaps)]
        assert [r.details for r in refusals] == [{"lease": opened.public_id}] * 3
        w.check()


class TestTells:
    def test_the_lease_with_its_schedule_and_no_names(self, w):
        lease = w.lease(metadata={"a": "b"})
        event = Event.objects.get(type="lease.created")
        assert (event.object_id, event.data["rent_amount"], event.data["renters"]) == (lease.public_id, 150_000, [w.bob.public_id])
        assert [row["id"] for row in event.data["schedule"]] == list(lease.charges.order_by("id").values_list("public_id", flat=True))
        assert event.account_ids == [w.alice.public_id, w.payee.public_id, w.bob.public_id]
        assert not [word for word in ("Unit 1", "Linden", "@") if word in str(event.data)]
        assert lease.metadata == {"a": "b"}

    def test_every_charge_that_fell_due(self, w):
        w.lease(start=date(2026, 10, 1))
        found = Event.objects.filter(type="charge.due").order_by("id")
        assert [e.data["due_date"] for e in found] == ["2026-10-01", "2026-11-01"]


class TestExtendSchedules:
    def test_shows_a_month_more_every_month(self, w):
        lease = w.lease(end_on=None, due_day=31)
        first = list(lease.charges.order_by("due_on").values_list("public_id", "due_on"))
        w.later(days=92)  # Tuesday 2 February
        found = list(lease.charges.order_by("due_on").values_list("public_id", "due_on"))
        assert found[:13] == first
        assert [day.isoformat() for _, day in found[13:]] == ["2027-12-31", "2028-01-31", "2028-02-29"]
        assert posted() == ["2026-11-30", "2026-12-31", "2027-01-31"]
        w.check()

    def test_adds_nothing_twice(self, w):
        lease = w.lease(end_on=None)
        extend_schedules([lease.public_id, "lse_unknown"], w.now)
        assert lease.charges.count() == 13

    def test_leaves_a_lease_with_an_end_alone(self, w):
        lease = w.lease(end_on=date(2026, 12, 31))
        extend_schedules([lease.public_id], w.now)
        assert lease.charges.count() == 2
        assert not promised(SCHEDULE_QUEUE)

    def test_owes_what_fell_due_while_nobody_looked(self, w):
        """Everything stood still for fourteen months: the rents of all of them are owed when it goes on."""
        lease = w.lease(end_on=None)
        set_clock(w.now + timedelta(days=425), frozen=True)  # 1 January 2028
        make_partitions(w.now.date(), w.now.date())
        w.work()
        assert len(posted()) == 15
        assert w.balance("L1500", lease=lease) == 15 * 150_000
        w.check()
