"""What the landlord decides: approved, dismissed, waived; each once, each refusal naming its field."""

from datetime import date, timedelta

import pytest

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.late_fees.actions.agree import agree_late_fee
from leases.late_fees.actions.decide import (
    LateFeeNotProposed,
    LateFeeNotWaivable,
    WaiverTooLarge,
    approve_late_fee,
    dismiss_late_fee,
)
from leases.late_fees.models import LateFee
from leases.receipts.actions import bounce_receipt
from leases.rent.queries import payable_charges
from tests.leases.late_fees.cast import agreed, fees, give, let, waive
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def proposal(w: World, **terms) -> LateFee:
    lease = let(w, mode="proposed", **terms)
    w.later(days=6)
    return fees(lease)[0]


def kinds(fee: LateFee) -> list[tuple[str, int]]:
    return list(Event.objects.filter(object_id=fee.public_id).order_by("version").values_list("type", "version"))


class TestAProposal:
    def test_is_owed_by_nobody_until_it_is_approved(self, w):
        fee = proposal(w)
        assert (fee.status, w.balance("L1500", lease=fee.lease), w.balance("L4300")) == ("proposed", 150_000, 0)
        w.later(days=2)
        done = approve_late_fee(fee, actor=SYSTEM, at=w.now)
        assert (done.status, done.assessed_on, done.reason_on) == ("assessed", date(2026, 11, 10), date(2026, 11, 1))
        assert (w.balance("L1500", lease=fee.lease), w.balance("L4300")) == (155_000, 5_000)
        assert kinds(fee) == [("late_fee.proposed", 1), ("late_fee.assessed", 2)]
        w.check()

    def test_is_decided_once(self, w):
        fee = proposal(w)
        approve_late_fee(fee, actor=SYSTEM, at=w.now)
        for decide in (approve_late_fee, dismiss_late_fee):
            with pytest.raises(LateFeeNotProposed, match="charged already"):
                decide(fee, actor=SYSTEM, at=w.now)
        assert w.balance("L4300") == 5_000

    def test_that_was_dismissed_comes_no_more(self, w):
        fee = proposal(w, flat_minor=2_000, daily_minor=500)
        dismiss_late_fee(fee, actor=SYSTEM, at=w.now)
        with pytest.raises(LateFeeNotProposed, match="dismissed already"):
            approve_late_fee(fee, actor=SYSTEM, at=w.now)
        w.later(days=4)
        assert [one.status for one in fees(fee.lease)] == ["dismissed", "dismissed"]
        assert w.balance("L1500", lease=fee.lease) == 150_000
        assert kinds(fee) == [("late_fee.proposed", 1), ("late_fee.dismissed", 2)]

    def test_is_made_for_a_cheque_that_came_back_too(self, w):
        lease = let(w, mode="proposed", returned_fee_minor=2_500)
        cheque = give(w, lease, 150_000)
        bounce_receipt(cheque, actor=SYSTEM, at=w.now)
        w.work()
        (fee,) = fees(lease)
        assert (fee.kind, fee.status) == ("returned_payment", "proposed")
        approve_late_fee(fee, actor=SYSTEM, at=w.now)
        assert w.balance("L4310") == 2_500
        w.check()


class TestAWaiver:
    def test_of_a_part_serves_its_fee_before_what_is_older(self, w):
        lease = let(w)
        w.later(days=6)
        waive(w, fees(lease)[0], 2_000)
        party = lease.parties.get()
        left = {row.charge.category: row.open_minor for row in payable_charges(lease, party, [party]).rows if row.charge.posted_at}
        assert left == {"rent": 150_000, "fee": 3_000}
        assert (w.balance("L1500", lease=lease), w.balance("L4300")) == (153_000, 3_000)
        w.check()

    def test_of_a_fee_that_was_paid_stands_as_paid_ahead(self, w):
        lease = let(w)
        w.later(days=6)
        give(w, lease, 155_000)
        waive(w, fees(lease)[0])
        assert w.balance("L1500", lease=lease) == -5_000
        w.later(days=24)  # December falls due
        assert w.balance("L1500", lease=lease) == 145_000
        w.check()

    def test_is_no_larger_than_the_fee(self, w):
        lease = let(w)
        w.later(days=6)
        with pytest.raises(WaiverTooLarge) as refused:
            waive(w, fees(lease)[0], 5_001)
        assert (refused.value.param, refused.value.details["amount"]) == ("amount", 5_000)
        assert w.balance("L4300") == 5_000

    def test_happens_once(self, w):
        lease = let(w)
        w.later(days=6)
        (fee,) = fees(lease)
        waive(w, fee, 1_000)
        with pytest.raises(LateFeeNotWaivable, match="waived already"):
            waive(w, fee, 1_000)
        assert (w.balance("L4300"), fees(lease)[0].waived_minor) == (4_000, 1_000)
        assert kinds(fee) == [("late_fee.assessed", 1), ("late_fee.waived", 2)]

    def test_is_of_what_was_charged_for_lateness_alone(self, w):
        with pytest.raises(LateFeeNotWaivable, match="never charged"):
            waive(w, proposal(w))
        lease = let(w, returned_fee_minor=2_500)
        bounce_receipt(give(w, lease, 1_000), actor=SYSTEM, at=w.now)
        w.work()
        with pytest.raises(LateFeeNotWaivable, match="a credit"):
            waive(w, fees(lease)[0])

    def test_of_several_who_owe_forgives_each_a_share(self, w):
        carol = w.person("carol", "renter")
        lease = let(w, (w.bob, {"percent": 60}), (carol, {"percent": 40}))
        w.later(days=6)
        waive(w, fees(lease)[0], 1_000)
        assert w.balance("L1500", lease=lease, label=w.bob.public_id) == 90_000 + 2_400
        assert w.balance("L1500", lease=lease, label=carol.public_id) == 60_000 + 1_600
        w.check()


class TestAnAgreement:
    def test_is_for_what_falls_due_from_its_day_and_the_old_one_stays(self, w):
        lease = let(w, grace_days=5)
        agree_late_fee(lease, agreed(3, flat_minor=9_000), from_on=date(2026, 12, 1), actor=SYSTEM, at=w.now)
        w.later(days=40)
        assert [(fee.amount_minor, fee.assessed_on, fee.policy.grace_days) for fee in fees(lease)] == [
            (5_000, date(2026, 11, 7), 5),
            (9_000, date(2026, 12, 5), 3),
        ]
        assert lease.late_fee_policies.count() == 2

    def test_that_begins_on_a_due_date_judges_what_fell_due_that_morning(self, w):
        lease = let(w, grace_days=5)
        give(w, lease, 150_000)
        w.later(days=29)  # the first of December, ten in the morning
        agree_late_fee(lease, agreed(2), actor=SYSTEM, at=w.now)
        w.later(days=3)
        assert [fee.assessed_on for fee in fees(lease)] == [date(2026, 12, 4)]

    def test_ends_what_was_agreed_from_a_day(self, w):
        lease = let(w)
        give(w, lease, 150_000)
        agree_late_fee(lease, agreed(5, mode="off"), from_on=date(2026, 11, 15), actor=SYSTEM, at=w.now)
        w.later(days=40)
        assert fees(lease) == []

    @pytest.mark.parametrize("days", [-1, 367])
    def test_is_neither_for_yesterday_nor_for_a_day_far_away(self, w, days):
        with pytest.raises(InvalidInput) as refused:
            agree_late_fee(let(w), agreed(), from_on=date(2026, 11, 2) + timedelta(days=days), actor=SYSTEM, at=w.now)
        assert refused.value.param == "from_date"
