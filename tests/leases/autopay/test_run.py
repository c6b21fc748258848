from datetime import date, timedelta

import pytest

from directpay.events.actions import record
from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from leases.autopay.actions.run import run_autopays
from leases.autopay.actions.stopping import pause_autopay, resume_autopay, skip_run, turn_off
from leases.autopay.models import Autopay, AutopayRun
from leases.changes.actions import Renewal, end_lease, renew_lease
from leases.rent.actions.add_charge import NewCharge, add_charge
from payments.methods.events import fact
from payments.methods.mandates.actions import revoke_mandate
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from tests.at_once import at_once
from tests.leases.autopay.cast import FIRST, NINE, RENT, Renting

pytestmark = pytest.mark.django_db
A_MONTH = timedelta(days=31)


@pytest.fixture
def w() -> Renting:
    return Renting()


def told(run: AutopayRun) -> tuple[str, str, int | None]:
    return (run.status, run.reason, run.amount_minor)


class TestOnItsDay:
    def test_it_pays_what_is_owed_and_the_books_are_even(self, w):
        autopay = w.on()
        w.go(NINE)
        run, following = w.runs(autopay)
        (payment,) = w.payments(autopay)
        assert told(run) == ("paying", "", RENT)
        assert (payment.amount_minor, payment.tendered_on, payment.origin, payment.rail) == (RENT, FIRST, w.leased.public_id, "ach")
        assert payment.metadata == {"autopay": autopay.public_id, "autopay_run": run.public_id}
        assert [claim.amount_minor for claim in payment.claims.all()] == [RENT]
        assert (following.status, following.run_on) == ("planned", date(2027, 1, 1))
        w.later(minutes=5)
        assert w.fresh(payment).status in ("completed", "settled")
        assert w.balance("L1500", lease=w.leased) == 0
        w.check()

    def test_it_waits_for_the_hour(self, w):
        autopay = w.on()
        w.go(NINE - timedelta(seconds=1))
        assert w.payments(autopay) == []

    def test_it_goes_on_month_by_month(self, w):
        autopay = w.on()
        w.go(NINE + A_MONTH + A_MONTH + timedelta(hours=1))
        assert [run.run_on for run in w.runs(autopay)] == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)]
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT] * 3
        assert w.balance("L1500", lease=w.leased) == 0
        w.check()

    def test_it_pays_old_debt_and_other_charges_too(self, w):
        autopay = w.on()
        add_charge(w.leased, NewCharge("utilities", 9_000), actor=w.actor(w.alice), at=w.now)
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT + 9_000]

    def test_it_pays_nothing_when_nothing_is_owed_and_says_so(self, w):
        autopay = w.on()
        w.pay(w.leased, "instant", allow_duplicate=True)
        w.go(NINE)
        assert told(w.runs(autopay)[0]) == ("nothing", "nothing_owed", None)
        assert w.payments(autopay) == []
        assert Event.objects.filter(type="autopay.nothing", object_id=w.runs(autopay)[0].public_id).count() == 1

    def test_it_pays_nothing_that_is_on_its_way_already(self, w):
        autopay = w.on()
        w.go(NINE - timedelta(seconds=1))
        w.pay(w.leased, "wire")
        w.go(NINE)
        assert told(w.runs(autopay)[0]) == ("nothing", "on_its_way", None)

    def test_it_pays_the_rest_of_what_is_on_its_way(self, w):
        autopay = w.on()
        w.go(NINE - timedelta(seconds=1))
        w.pay(w.leased, "wire", amount=40_000)
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT - 40_000]
        w.later(minutes=30)
        assert w.balance("L1500", lease=w.leased) == 0
        w.check()

    def test_it_pays_december_though_january_is_on_its_way(self, w):
        """What is claimed for a later month is no reason not to pay this one."""
        autopay = w.on()
        w.go(NINE - timedelta(seconds=1))
        january = w.leased.charges.get(due_on=date(2027, 1, 1))
        w.pay(w.leased, "wire", charges=[(january.public_id, None)])
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT]

    def test_a_roommate_who_has_paid_the_joint_rent_leaves_nothing_to_pay(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease(w.bob, carol, start=FIRST, end_on=date(2027, 10, 31))
        autopay = w.on(lease)
        w.go(NINE - timedelta(seconds=1))
        w.pay(lease, "wire", source=w.account(carol), amount=RENT - 100)
        w.go(NINE)
        assert told(w.runs(autopay)[0]) == ("nothing", "amount_too_small", None) or [p.amount_minor for p in w.payments(autopay)] == [100]

    def test_two_roommates_who_both_pay_the_joint_rent_by_themselves_pay_it_once(self, w):
        """At one moment, in one set: the second sees what the first has paid."""
        carol = w.person("carol", "renter")
        lease = w.lease(w.bob, carol, start=FIRST, end_on=date(2027, 10, 31))
        his, hers = w.on(lease), w.on(lease, w.allowed(w.account(carol)), mode="up_to", amount_minor=100_000)
        w.go(NINE)
        assert sorted(p.amount_minor for a in (his, hers) for p in w.payments(a)) == [RENT]
        assert {told(w.runs(a)[0])[:2] for a in (his, hers)} == {("paying", ""), ("nothing", "on_its_way")}

    def test_two_roommates_who_both_pay_a_part_by_themselves_pay_it_together(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease(w.bob, carol, start=FIRST, end_on=date(2027, 10, 31))
        for source in (w.source, w.allowed(w.account(carol))):
            w.on(lease, source, mode="up_to", amount_minor=100_000)
        w.go(NINE)
        paid = list(Payment.objects.filter(origin=lease.public_id).order_by("id"))
        assert [p.amount_minor for p in paid] == [100_000, RENT - 100_000]
        assert [c.amount_minor for p in paid for c in p.claims.all()] == [100_000, RENT - 100_000]

    def test_each_roommate_pays_its_own_share(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"percent": 60}), (carol, {"percent": 40}), start=FIRST, end_on=date(2027, 10, 31))
        his, hers = w.on(lease), w.on(lease, w.allowed(w.account(carol)))
        w.go(NINE)
        assert [[p.amount_minor for p in w.payments(a)] for a in (his, hers)] == [[90_000], [60_000]]


class TestModes:
    def test_up_to_pays_no_more_than_its_maximum(self, w):
        autopay = w.on(mode="up_to", amount_minor=100_000)
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [100_000]

    def test_up_to_pays_what_is_owed_below_it(self, w):
        autopay = w.on(mode="up_to", amount_minor=500_000)
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT]

    def test_fixed_pays_its_amount_ahead_too(self, w):
        autopay = w.on(mode="fixed", amount_minor=200_000)
        w.go(NINE)
        (payment,) = w.payments(autopay)
        assert [c.amount_minor for c in payment.claims.order_by("id")] == [RENT, 50_000]

    def test_fixed_pays_no_more_than_can_be_paid(self, w):
        autopay = w.on(mode="fixed", amount_minor=900_000)
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [2 * RENT]

    def test_on_a_day_before_the_rent_falls_due_it_is_paid_in_time(self, w):
        autopay = w.on(day_of_month=28)
        w.go(NINE - timedelta(days=3))
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT]
        assert w.runs(autopay)[0].run_on == date(2026, 11, 28)

    def test_on_a_day_long_before_nothing_is_paid_ahead(self, w):
        autopay = w.on(day_of_month=15)
        w.go(NINE - timedelta(days=10))
        assert told(w.runs(autopay)[0])[:2] == ("nothing", "nothing_owed")


class TestStops:
    def test_a_run_that_is_skipped_pays_nothing_and_the_next_one_does(self, w):
        autopay = w.on()
        for _ in range(2):
            skip_run(autopay, FIRST, actor=w.actor(w.bob), at=w.now)
        w.go(NINE)
        assert [told(run)[0] for run in w.runs(autopay)] == ["skipped", "planned"]
        w.go(NINE + A_MONTH)
        assert [p.amount_minor for p in w.payments(autopay)] == [2 * RENT]

    def test_a_paused_autopay_lets_its_runs_go_by_until_it_is_resumed(self, w):
        autopay = w.on()
        pause_autopay(autopay, actor=w.actor(w.bob), at=w.now)
        w.go(NINE)
        assert told(w.runs(autopay)[0]) == ("missed", "paused", None)
        assert resume_autopay(autopay, actor=w.actor(w.bob), at=w.now).status == "active"
        w.go(NINE + A_MONTH)
        assert [p.amount_minor for p in w.payments(autopay)] == [2 * RENT]

    def test_it_is_paused_over_its_cap_and_says_so(self, w):
        autopay = w.on(cap_minor=RENT - 1)
        w.go(NINE)
        assert told(w.runs(autopay)[0]) == ("missed", "over_cap", None)
        stands = Autopay.objects.get()
        assert (stands.status, stands.reason, stands.by) == ("paused", "over_cap", "system:due")
        assert w.payments(autopay) == []
        assert Event.objects.filter(type="autopay.missed").get().data["wanted"] == RENT

    def test_it_is_paused_when_the_month_asks_for_so_much_more_than_the_last(self, w):
        autopay = w.on(cap_percent=20)
        w.go(NINE + timedelta(days=5))
        add_charge(w.leased, NewCharge("damages", RENT * 20 // 100 + 1), actor=w.actor(w.alice), at=w.now)
        w.go(NINE + A_MONTH)
        assert [told(run)[1] for run in w.runs(autopay)][:2] == ["", "over_cap"]

    def test_exactly_so_much_more_is_paid(self, w):
        autopay = w.on(cap_percent=20)
        w.go(NINE + timedelta(days=5))
        add_charge(w.leased, NewCharge("damages", RENT * 20 // 100), actor=w.actor(w.alice), at=w.now)
        w.go(NINE + A_MONTH)
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT, RENT * 120 // 100]

    def test_it_is_off_when_its_mandate_is_taken_back(self, w):
        autopay = w.on()
        revoke_mandate(autopay.mandate, actor=w.actor(w.bob), at=w.now)
        w.work()
        stands = Autopay.objects.get()
        assert (stands.status, stands.reason) == ("canceled", "mandate_revoked")
        w.go(NINE)
        assert w.payments(autopay) == []

    def test_a_mandate_that_is_taken_back_at_the_same_moment_is_not_used(self, w):
        autopay = w.on()
        w.go(NINE - timedelta(seconds=1))
        autopay.mandate.revoked_at, autopay.mandate.revoked_reason = w.now, "test"
        autopay.mandate.save()
        w.go(NINE)
        assert (w.payments(autopay), Autopay.objects.get().reason) == ([], "mandate_revoked")

    def test_it_is_paused_when_the_account_cannot_be_used_any_more(self, w):
        autopay = w.on()
        account = BankAccount.objects.select_related("user").get(id=w.source.id)
        with unit_of_work():
            account.mark_errored()
            account.version, account.changed_at = account.version + 1, w.now
            account.save()
            record([fact("errored", account, actor="test", at=w.now, was="verified")])
        w.go(NINE)
        assert (w.payments(autopay), Autopay.objects.get().reason) == ([], "bank_account_not_verified")

    def test_turned_off_it_never_runs_again(self, w):
        autopay = w.on()
        for _ in range(2):
            assert turn_off(autopay, actor=w.actor(w.bob), at=w.now).status == "canceled"
        w.go(NINE + A_MONTH)
        assert w.payments(autopay) == []
        assert w.on().status == "active"  # and may be turned on anew

    def test_it_ends_with_its_lease(self):
        w = Renting(end_on=date(2026, 12, 31))
        autopay = w.on()
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT]
        assert (Autopay.objects.get().status, [run.status for run in w.runs(autopay)]) == ("active", ["paying"]), "it has no day to come"
        w.go(NINE + timedelta(days=30))
        assert Autopay.objects.get().status == "active"
        w.go(NINE + timedelta(days=31))
        stands = Autopay.objects.get()
        assert (stands.status, stands.reason) == ("canceled", "lease_ended")

    def test_it_waits_for_what_is_on_its_way_when_the_lease_is_over(self):
        w = Renting(number="000000000009", end_on=date(2026, 12, 1))  # it stays on its way
        autopay = w.on()
        w.go(NINE + timedelta(days=6))
        assert ([p.status for p in w.payments(autopay)], Autopay.objects.get().status) == (["processing"], "active")

    def test_it_goes_on_with_a_lease_that_is_renewed(self):
        w = Renting(end_on=date(2026, 12, 31))
        autopay = w.on()
        w.go(NINE + timedelta(days=9))
        renew_lease(w.reload(w.leased), Renewal(date(2027, 2, 28)), actor=SYSTEM, at=w.now)
        w.work()
        assert [(run.run_on, run.status) for run in w.runs(autopay)][1:] == [(date(2027, 1, 1), "planned")]
        w.go(NINE + timedelta(days=62))
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT] * 3
        w.go(NINE + timedelta(days=91))
        assert Autopay.objects.get().reason == "lease_ended"

    def test_it_ends_sooner_when_the_lease_does(self):
        w = Renting(end_on=date(2026, 12, 31))
        w.on()
        w.go(NINE + timedelta(days=4))
        end_lease(w.reload(w.leased), date(2026, 12, 2), actor=SYSTEM, at=w.now)
        w.later(minutes=1)
        assert Autopay.objects.get().status == "canceled"


class TestOnce:
    def test_a_run_that_is_woken_twice_pays_once(self, w):
        autopay = w.on()
        w.go(NINE)
        run_autopays([w.runs(autopay)[0].public_id], w.now)
        assert len(w.payments(autopay)) == 1

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_at_once_make_one_payment(self):
        w = Renting()
        autopay = w.on()
        w.go(NINE - timedelta(seconds=1))
        (run,) = w.runs(autopay)
        answers = at_once(*[lambda: run_autopays([run.public_id], NINE)] * 4)
        assert answers == [None] * 4
        assert [p.amount_minor for p in Payment.objects.filter(autopay_attempt__isnull=False)] == [RENT]
        assert len(w.runs(autopay)) == 2

    @pytest.mark.django_db(transaction=True)
    def test_a_hand_that_pays_at_the_same_moment_pays_no_part_twice(self):
        w = Renting()
        autopay = w.on()
        w.go(NINE - timedelta(seconds=1))
        (run,) = w.runs(autopay)
        at_once(lambda: run_autopays([run.public_id], NINE), lambda: w.pay(w.leased, "wire"))
        assert sum(p.amount_minor for p in Payment.objects.filter(created_at__gte=NINE - timedelta(seconds=1))) == RENT

    def test_a_crash_before_the_commit_leaves_the_run_for_the_next_worker(self, w):
        autopay = w.on()
        w.go(NINE - timedelta(seconds=1))
        (run,) = w.runs(autopay)

        def die_before_the_commit() -> None:
            with unit_of_work():
                run_autopays([run.public_id], NINE)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            die_before_the_commit()
        assert w.payments(autopay) == []
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [RENT]


class TestNotices:
    def notices(self) -> list[tuple[str, int, int]]:
        found = Event.objects.filter(type="autopay.notice").order_by("id")
        return [(e.data["date"], e.data["days_ahead"], e.data["expected"]) for e in found]

    def test_come_seven_and_two_days_ahead_with_date_and_amount(self, w):
        w.on()
        w.go(NINE - timedelta(days=7))
        assert self.notices() == [("2026-12-01", 7, RENT)]
        add_charge(w.leased, NewCharge("utilities", 9_000), actor=w.actor(w.alice), at=w.now)
        w.go(NINE - timedelta(days=1))
        assert self.notices() == [("2026-12-01", 7, RENT), ("2026-12-01", 2, RENT + 9_000)]
        w.go(NINE)
        assert w.payments(Autopay.objects.get())[0].amount_minor == RENT + 9_000

    @pytest.mark.parametrize("order", [{}, {"mode": "fixed", "amount_minor": 200_000}, {"mode": "up_to", "amount_minor": 100_000}])
    @pytest.mark.parametrize("day", [None, 28, 15])
    def test_name_what_is_paid_then(self, w, order, day):
        autopay = w.on(day_of_month=day, **order)
        w.go(NINE + timedelta(days=1))
        first = w.runs(autopay)[0]
        assert first.told_days == 2
        assert (first.told_minor or None) == first.amount_minor

    def test_are_not_sent_while_it_is_paused(self, w):
        autopay = w.on()
        pause_autopay(autopay, actor=w.actor(w.bob), at=w.now)
        w.go(NINE - timedelta(days=1))
        assert self.notices() == []
