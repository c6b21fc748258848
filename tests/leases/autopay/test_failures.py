from datetime import date, timedelta
from typing import Any

import pytest

from directpay.events.models import Event
from directpay.people.actor import SYSTEM
from leases.autopay.actions.outcomes import look_at_failures, run_retries
from leases.autopay.actions.stopping import pause_autopay, turn_off
from leases.autopay.models import Autopay, AutopayAttempt
from leases.contracts.late_fee import LateFeeTerms
from leases.policies.actions import set_payment_policy
from leases.policies.queries import Policy
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from payments.retries.models import Reattempt, Retry
from tests.leases.autopay.cast import FIRST, NINE, RENT, Renting
from tests.world import NO_FUNDS, PAYS

pytestmark = pytest.mark.django_db
CLOSED, NOT_ALLOWED, DISPUTED = "000111111113", "000333333335", "009910040000"  # R02, R29, R10 four bank days after it landed


def failing(
    number: str = NO_FUNDS, *, backup: str = "", end_on: date | None = None, late_fee: LateFeeTerms | None = None, **order: Any
) -> tuple[Renting, Autopay]:
    w = Renting(number=number, end_on=end_on, late_fee=late_fee)
    more = {"backup_account": w.allowed(w.account(w.bob, backup))} if backup else {}
    return w, w.on(**more, **order)


def tries(w: Renting, autopay: Autopay) -> list[tuple[str, int, int]]:
    """Kind, whole days after the day of the run, amount."""
    found = AutopayAttempt.objects.filter(run__autopay=autopay).select_related("payment").order_by("id")
    return [(a.kind, (a.payment.created_at - NINE).days, a.payment.amount_minor) for a in found]


def stands(autopay: Autopay) -> tuple[str, str]:
    row = Autopay.objects.get(id=autopay.id)
    return row.status, row.reason


class TestWithoutMoney:
    def test_it_is_tried_three_and_five_days_later_and_then_paused(self):
        w, autopay = failing()
        w.go(NINE + timedelta(days=25))
        assert tries(w, autopay) == [("first", 0, RENT), ("retry", 3, RENT), ("retry", 8, RENT)]
        assert stands(autopay) == ("paused", "failed")
        assert [(r.status, r.reason) for r in w.runs(autopay)] == [("failed", "R01"), ("planned", "")]
        assert Retry.objects.get().reason == "exhausted"
        assert w.balance("L1500", lease=w.leased) == RENT
        w.check()

    @pytest.mark.parametrize("backup", ["", PAYS])
    def test_a_fee_that_has_come_since_does_not_make_a_part_of_it(self, backup):
        """The lease takes all that is owed or nothing; what the run pays again was all, and its bank allows no other sum."""
        w, autopay = failing(backup=backup, late_fee=LateFeeTerms(5, flat_minor=5_000))
        set_payment_policy(w.leased, Policy(partial="none"), actor=SYSTEM, at=w.now)
        w.go(NINE + timedelta(days=25))
        again = [("backup", 8, RENT)] if backup else []
        assert tries(w, autopay) == [("first", 0, RENT), ("retry", 3, RENT), ("retry", 8, RENT), *again]
        assert stands(autopay) == (("active", "") if backup else ("paused", "failed"))
        assert w.balance("L1500", lease=w.leased) == 5_000 + (0 if backup else RENT)
        w.check()

    def test_the_lease_is_not_touched_and_a_hand_can_pay(self):
        w, _ = failing()
        w.go(NINE + timedelta(days=25))
        w.pay(w.leased, "instant", source=w.account(w.bob))
        w.later(minutes=5)
        assert w.balance("L1500", lease=w.leased) == 0

    def test_a_retry_says_so_on_the_bank_statement(self):
        w, autopay = failing()
        w.go(NINE + timedelta(days=4))
        first, again = w.payments(autopay)
        assert "entry_description" not in first.metadata
        assert (again.metadata["entry_description"], again.metadata["retry_of"]) == ("RETRY PYMT", first.public_id)
        assert Reattempt.objects.get().description == "RETRY PYMT"

    def test_the_backup_account_pays_once_after_the_last_retry(self):
        w, autopay = failing(backup="000123456789")
        w.go(NINE + timedelta(days=25))
        assert tries(w, autopay)[2:] == [("retry", 8, RENT), ("backup", 8, RENT)]
        assert stands(autopay) == ("active", "")
        assert w.balance("L1500", lease=w.leased) == 0
        w.check()

    def test_the_last_rent_of_a_lease_is_tried_again_and_paid_from_the_backup_too(self):
        w, autopay = failing(backup="000123456789", end_on=date(2026, 12, 31))
        w.go(NINE + timedelta(days=25))
        assert tries(w, autopay) == [("first", 0, RENT), ("retry", 3, RENT), ("retry", 8, RENT), ("backup", 8, RENT)]
        assert w.balance("L1500", lease=w.leased) == 0
        w.go(NINE + timedelta(days=31))
        assert stands(autopay) == ("canceled", "lease_ended")
        w.check()

    def test_a_backup_that_fails_too_is_not_tried_again(self):
        w, autopay = failing(backup=NO_FUNDS)
        w.go(NINE + timedelta(days=25))
        assert [kind for kind, _, _ in tries(w, autopay)] == ["first", "retry", "retry", "backup"]
        assert stands(autopay) == ("paused", "failed")

    def test_what_was_paid_by_hand_meanwhile_is_not_tried_again(self):
        w, autopay = failing()
        w.go(NINE + timedelta(days=1))
        w.pay(w.leased, "instant", source=w.account(w.bob))
        w.go(NINE + timedelta(days=20))
        assert tries(w, autopay) == [("first", 0, RENT)]
        first, _ = w.runs(autopay)
        assert (first.status, first.reason) == ("nothing", "nothing_owed")
        assert stands(autopay) == ("active", "")

    def test_of_what_was_paid_in_part_the_rest_is_tried_and_is_no_re_initiation(self):
        w, autopay = failing()
        w.go(NINE + timedelta(days=1))
        w.pay(w.leased, "instant", amount=50_000, source=w.account(w.bob))
        w.go(NINE + timedelta(days=4))
        assert tries(w, autopay)[1] == ("retry", 3, RENT - 50_000)
        assert Reattempt.objects.get().description == ""

    def test_the_next_month_never_makes_a_retry_larger(self):
        w, autopay = failing(day_of_month=29)  # the retries fall beyond the first, when December is owed as well
        w.go(NINE + timedelta(days=25))
        assert [amount for _, _, amount in tries(w, autopay)] == [RENT] * 3

    def test_nothing_is_tried_while_it_is_paused(self):
        w, autopay = failing()
        w.go(NINE + timedelta(days=1))
        pause_autopay(autopay, actor=w.actor(w.bob), at=w.now)
        w.go(NINE + timedelta(days=20))
        assert tries(w, autopay) == [("first", 0, RENT)]
        assert Retry.objects.get().reason == "paused"

    def test_nothing_is_tried_after_it_was_turned_off(self):
        w, autopay = failing()
        w.go(NINE + timedelta(days=1))
        turn_off(autopay, actor=w.actor(w.bob), at=w.now)
        w.go(NINE + timedelta(days=20))
        assert tries(w, autopay) == [("first", 0, RENT)]
        assert Retry.objects.get().state == "ended"

    def test_the_same_failure_told_twice_plans_one_retry(self):
        w, autopay = failing()
        w.go(NINE + timedelta(days=1))
        (payment,) = w.payments(autopay)
        before = Retry.objects.get()
        look_at_failures([payment.public_id], w.now)
        after = Retry.objects.get()
        assert (after.version, after.next_at, after.count) == (before.version, before.next_at, 0)

    def test_a_retry_that_is_woken_twice_pays_once(self):
        w, autopay = failing()
        w.go(NINE + timedelta(days=4))
        run = w.runs(autopay)[0]
        run_retries([run.public_id], w.now)
        assert len(tries(w, autopay)) == 2

    def test_another_payment_of_the_renter_is_not_retried(self):
        w, _ = failing()
        w.later(days=1)
        w.pay(w.leased, source=BankAccount.objects.get(id=w.source.id))
        w.later(days=10)
        assert not Retry.objects.exists()
        assert Payment.objects.filter(status="failed").count() == 1

    def test_two_roommates_whose_payments_failed_retry_no_more_than_is_owed(self):
        w = Renting(number=NO_FUNDS)
        carol = w.person("carol", "renter")
        lease = w.lease(w.bob, carol, start=FIRST, end_on=date(2027, 10, 31))
        for source in (w.source, w.allowed(w.account(carol, NO_FUNDS))):
            w.on(lease, source, mode="up_to", amount_minor=100_000)
        w.go(NINE + timedelta(days=1))
        w.pay(lease, "instant", amount=30_000, source=w.account(w.bob))
        w.go(NINE + timedelta(days=4))
        again = AutopayAttempt.objects.filter(run__autopay__lease=lease, kind="retry").values_list("payment__amount_minor", flat=True)
        assert sum(again) == RENT - 30_000


class TestForAnotherReason:
    def test_a_closed_account_is_not_tried_again(self):
        w, autopay = failing(CLOSED)
        w.go(NINE + timedelta(days=20))
        assert tries(w, autopay) == [("first", 0, RENT)]
        assert stands(autopay) == ("paused", "failed")

    def test_for_a_closed_account_the_backup_pays_and_its_owner_must_look(self):
        w, autopay = failing(CLOSED, backup="000123456789")
        w.go(NINE + timedelta(days=20))
        assert [kind for kind, _, _ in tries(w, autopay)] == ["first", "backup"]
        assert stands(autopay) == ("paused", "account_closed")
        assert w.balance("L1500", lease=w.leased) == 0

    def test_what_was_not_authorised_ends_it_without_the_backup(self):
        w, autopay = failing(NOT_ALLOWED, backup="000123456789")
        w.go(NINE + timedelta(days=20))
        assert [kind for kind, _, _ in tries(w, autopay)] == ["first"]
        assert stands(autopay) == ("canceled", "mandate_revoked")
        autopay.mandate.refresh_from_db()
        assert (autopay.mandate.status, autopay.mandate.revoked_reason) == ("inactive", "R29")

    def test_a_dispute_of_money_that_had_come_ends_it(self):
        w, autopay = failing(DISPUTED)
        w.go(NINE + timedelta(days=10))
        assert w.fresh(w.payments(autopay)[0]).status == "returned"
        assert stands(autopay) == ("canceled", "mandate_revoked")
        assert Event.objects.filter(type="mandate.revoked").get().data["reason"] == "R10"
        assert w.balance("L1500", lease=w.leased) == RENT
        w.check()

    def test_a_backup_that_was_not_authorised_leaves_autopay_paused_without_one(self):
        w, autopay = failing(backup=NOT_ALLOWED)
        w.go(NINE + timedelta(days=20))
        assert stands(autopay) == ("paused", "failed")
        assert Autopay.objects.get(id=autopay.id).backup_account is None
