"""Who is overdue, since when, and which steps that came to. Bob's rent of $1,500.00 is due on the first of November, a Sunday."""

from datetime import date

import pytest

from directpay.due.models import Due
from directpay.due.registry import QUEUES
from directpay.due.run import run_queue
from directpay.events.models import Event
from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from leases.arrears.actions.look import ARREARS_QUEUE, look_at_arrears
from leases.arrears.actions.set_policy import set_arrears_policy
from leases.arrears.ladder import Step
from leases.arrears.models import ArrearsCase, ArrearsPolicy
from leases.arrears.queries import late_fee_days
from leases.credits.actions import NewCredit, grant_credit
from leases.late_fees.actions.agree import agree_late_fee
from leases.receipts.actions import bounce_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from leases.transfers.actions import NewHome, give_credit, move_to_unit
from payments.methods.cards.actions import create_card
from payments.payins.actions.capture import capture_payment
from tests.leases.arrears.cast import cases, give, steps, told
from tests.leases.late_fees.cast import agreed
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(db: None) -> World:
    return World()


def at_day(w: World, day: int) -> None:
    """On to 10:00 on that day of November."""
    w.later(days=day - w.now.day)


class TestRecordedInTime:
    """The lease stood before its rent fell due: December's is the first that counts from its own day."""

    @pytest.fixture
    def lease(self, w):
        return w.lease(start=date(2026, 11, 10), rent=150_000, due_day=15)

    def test_it_works(self, w, lease):
        at_day(w, 17)
        assert cases(lease) == []
        at_day(w, 18)
        (case,) = cases(lease)
        assert (case.since_on, case.opened_on, case.closed_on) == (date(2026, 11, 15), date(2026, 11, 18), None)
        assert steps(lease) == ["reminder"]
        at_day(w, 24)
        assert steps(lease) == ["reminder"]
        at_day(w, 25)
        assert steps(lease) == ["reminder", "notice"]
        at_day(w, 30)
        assert steps(lease) == ["reminder", "notice", "staff"]
        assert told() == [("opened", None), ("step_reached", "reminder"), ("step_reached", "notice"), ("step_reached", "staff")]
        w.check()

    def test_a_step_keeps_what_was_overdue_then(self, w, lease):
        owed = lease.charges.order_by("due_on").first().amount_minor
        at_day(w, 18)
        give(w, lease, 20_000)
        at_day(w, 25)
        rows = Event.objects.filter(type="arrears.step_reached").order_by("id")
        assert [row.data["overdue_minor"] for row in rows] == [owed, owed - 20_000]
        assert rows[0].data["users"] == [w.bob.public_id]
        assert "name" not in str(rows[0].data)

    def test_money_ends_it(self, w, lease):
        at_day(w, 18)
        give(w, lease, 150_000)
        w.work()
        (case,) = cases(lease)
        assert (case.closed_on, case.reason) == (date(2026, 11, 18), "paid")
        at_day(w, 30)
        assert steps(lease) == ["reminder"]
        assert not Due.objects.filter(queue=ARREARS_QUEUE, key=case.public_id).exists()

    def test_a_payment_on_its_way_counts_as_paid(self, w, lease):
        w.pay(lease, "ach")
        at_day(w, 18)
        assert cases(lease) == []

    def test_what_came_back_is_overdue_since_its_own_due_date(self, w, lease):
        source = w.account(w.bob, NO_FUNDS)
        at_day(w, 17)
        payment = w.pay(lease, "ach", source=source)
        w.until(payment, "failed", "returned")
        at_day(w, 30)
        (case,) = cases(lease)
        assert case.since_on == date(2026, 11, 15)

    def test_what_a_card_promised_and_was_not_taken_is_overdue_at_once(self, w, lease):
        """While all of it was promised nothing was overdue; a part is taken, and nothing else is on its way."""
        card = create_card("pm_card_visa", user=w.bob, actor=SYSTEM, at=w.now)
        at_day(w, 17)
        payment = w.until(pay_rent(lease, PayRequest.by(card, rail="card", captures_later=True), actor=SYSTEM, at=w.now), "authorized")
        at_day(w, 20)
        assert cases(lease) == []
        capture_payment(payment, 10_000, actor=SYSTEM, at=w.now)
        w.work()
        (case,) = cases(lease)
        assert (case.since_on, case.opened_on) == (date(2026, 11, 15), date(2026, 11, 20))
        w.check()

    def test_a_bounced_cheque_opens_the_same_case_again_and_tells_no_step_twice(self, w, lease):
        at_day(w, 18)
        receipt = give(w, lease, 150_000)
        w.work()
        at_day(w, 26)
        bounce_receipt(receipt, actor=SYSTEM, at=w.now)
        w.work()
        (case,) = cases(lease)
        assert (case.closed_on, case.reason) == (None, "")
        assert steps(lease) == ["reminder", "notice"]
        assert told() == [("opened", None), ("step_reached", "reminder"), ("closed", None), ("opened", None), ("step_reached", "notice")]

    def test_of_several_steps_passed_at_once_the_highest_is_told(self, w, lease):
        receipt = give(w, lease, 150_000)
        at_day(w, 30)
        assert cases(lease) == []
        bounce_receipt(receipt, actor=SYSTEM, at=w.now)
        w.work()
        assert steps(lease) == ["reminder", "notice", "staff"]
        assert steps(lease, told=True) == ["staff"]
        assert told() == [("opened", None), ("step_reached", "staff")]

    def test_a_credit_ends_it_too(self, w, lease):
        at_day(w, 18)
        owed = lease.charges.order_by("due_on").first().amount_minor
        grant_credit(lease, NewCredit(lease.parties.get(), "credit", owed, "mended the roof"), actor=SYSTEM, at=w.now)
        w.work()
        assert cases(lease)[0].reason == "paid"

    def test_redelivery_finds_nothing_more(self, w, lease):
        at_day(w, 18)
        charge = lease.charges.order_by("due_on").first().public_id
        (case,) = cases(lease)
        account = case.party.account.public_id
        for keys in ([charge], [case.public_id], [account], [charge, case.public_id, account]):
            assert look_at_arrears(keys, w.now) == []
        assert steps(lease) == ["reminder"]

    def test_the_debt_after_it_has_a_case_of_its_own(self, w, lease):
        w.later(days=45)  # 17 December: two rents are open
        owed = lease.charges.order_by("due_on").first().amount_minor
        give(w, lease, owed)
        w.later(days=2)
        first, second = cases(lease)
        assert (first.reason, first.since_on) == ("paid", date(2026, 11, 15))
        assert (second.closed_on, second.since_on) == (None, date(2026, 12, 15))
        w.check()

    def test_months_at_once_end_where_days_would(self, w, lease):
        w.later(days=200)
        (case,) = cases(lease)
        assert steps(lease) == ["reminder", "notice", "staff"]
        assert case.since_on == date(2026, 11, 15)


def test_a_running_case_keeps_its_version(w):
    lease = w.lease(start=date(2026, 11, 10), due_day=15)
    at_day(w, 18)
    set_arrears_policy(w.payee, (Step("notice", 4), Step("staff", 5)), actor=SYSTEM, at=w.now)
    at_day(w, 24)
    assert steps(lease) == ["reminder"]
    (case,) = cases(lease)
    assert case.policy.standard
    later = w.lease(start=date(2026, 11, 10), due_day=25)
    w.later(days=6)
    assert steps(later) == ["notice", "staff"]
    assert ArrearsPolicy.objects.filter(payee=w.payee).count() == 2


def test_a_ladder_that_begins_sooner_is_in_time(w):
    lease = w.lease(start=date(2026, 11, 10), due_day=15)
    at_day(w, 15)
    set_arrears_policy(w.payee, (Step("reminder", 1),), actor=SYSTEM, at=w.now)
    at_day(w, 16)
    assert steps(lease) == ["reminder"]


def test_one_that_begins_later_waits(w):
    lease = w.lease(start=date(2026, 11, 10), due_day=15)
    at_day(w, 16)
    set_arrears_policy(w.payee, (Step("reminder", 8),), actor=SYSTEM, at=w.now)
    at_day(w, 22)
    assert cases(lease) == []
    at_day(w, 23)
    assert steps(lease) == ["reminder"]


def test_the_late_fee_stands_where_the_lease_judges_and_charges_once(w):
    lease = w.lease(start=date(2026, 11, 10), due_day=15, late_fee=agreed(5))
    at_day(w, 22)
    assert steps(lease) == ["reminder", "late_fee"]
    assert [fee.amount_minor for fee in lease.late_fees.all()] == [5_000]
    assert w.balance("L4300") == 5_000


def test_what_was_recorded_late_counts_from_then(w):
    lease = w.lease(late_fee=agreed(0))  # due on the first, recorded on the second
    at_day(w, 4)
    assert cases(lease) == []
    at_day(w, 5)
    (case,) = cases(lease)
    assert (case.since_on, case.counts_from) == (date(2026, 11, 1), date(2026, 11, 2))
    assert steps(lease) == ["reminder"]  # and no late fee, for there is none


def test_each_share_has_its_own(w):
    carol = w.person("carol", "renter")
    lease = w.lease((w.bob, {"percent": "50"}), (carol, {"percent": "50"}), start=date(2026, 11, 10), due_day=15)
    bobs = lease.parties.get(label=w.bob.public_id)
    give(w, lease, 75_000, party=bobs)
    w.later(days=16)
    (case,) = cases(lease)
    assert case.party.label == carol.public_id


def test_what_is_agreed_meanwhile_holds_for_the_roommate_who_is_late_since(w):
    carol = w.person("carol", "renter")
    lease = w.lease((w.bob, {"percent": "50"}), (carol, {"percent": "50"}), start=date(2026, 11, 10), due_day=15)
    bobs, carols = (lease.parties.get(label=person.public_id) for person in (w.bob, carol))
    give(w, lease, 75_000, party=carols)
    at_day(w, 19)
    agree_late_fee(lease, agreed(0), from_on=date(2026, 11, 19), actor=SYSTEM, at=w.now)
    add_charge(lease, NewCharge("utilities", 100_000, date(2026, 11, 20), carols), actor=SYSTEM, at=w.now)
    at_day(w, 24)
    both = [case for case in ArrearsCase.objects.order_by("id") if case.party_id in (bobs.id, carols.id)]
    assert [case.since_on for case in both] == [date(2026, 11, 15), date(2026, 11, 20)]
    assert late_fee_days(both) == late_fee_days(both[::-1]) == {bobs.id: None, carols.id: 1}


def test_who_owes_nothing_costs_one_question(w, django_assert_num_queries):
    leases = [w.lease(start=date(2026, 11, 10), due_day=15) for _ in range(3)]
    for lease in leases:
        give(w, lease, 150_000)
    charges = [lease.charges.order_by("due_on").first().public_id for lease in leases]
    at = w.now
    with django_assert_num_queries(3):  # two are the savepoint's
        look_at_arrears(charges, at)


def test_the_queue_works_a_set(w):
    leases = [w.lease(start=date(2026, 11, 10), due_day=15) for _ in range(3)]
    at_day(w, 17)
    set_clock(w.now.replace(day=18), frozen=True)
    run_queue(QUEUES[ARREARS_QUEUE], w.now)
    assert [steps(lease) for lease in leases] == [["reminder"]] * 3


class TestWhatWentFromOneToAnother:
    def test_a_debt_that_went_along_to_another_unit_comes_to_its_steps_there(self, w):
        lease = w.lease(start=date(2026, 10, 1), due_day=1)
        new = move_to_unit(lease, NewHome(w.unit(), date(2026, 11, 2), due_day=28), actor=SYSTEM, at=w.now)
        at_day(w, 5)
        assert [case.counts_from for case in cases(new)] == [date(2026, 11, 2)]
        assert steps(new) == ["reminder"]
        w.check()

    def test_who_gave_away_what_then_came_back_owes_it_from_the_day_of_the_gift(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1}), start=date(2026, 11, 2), rent=300_000, due_day=2)
        bob, hers = (lease.parties.get(label=user.public_id) for user in (w.bob, carol))
        give(w, lease, bob.account.balance_minor, "cash", party=bob)
        at_day(w, 10)
        cheque = give(w, lease, 60_000, party=bob)
        give_credit(bob, hers, 60_000, reason="as agreed", actor=SYSTEM, at=w.now)
        bounce_receipt(cheque, actor=SYSTEM, at=w.now)
        at_day(w, 13)
        (case,) = [case for case in cases(lease) if case.party_id == bob.id]
        assert (case.counts_from, steps(lease, case=case)) == (date(2026, 11, 10), ["reminder"])
        w.check()
