from datetime import date
from typing import Any

import pytest

from directpay.events.models import Event
from directpay.kernel.errors import DirectPayError, InvalidInput
from leases.autopay.actions.stopping import NoSuchRun, pause_autopay, resume_autopay, skip_run, turn_off
from leases.autopay.actions.turn_on import AutopayEnded, AutopayExists, Order, change_autopay, turn_on
from leases.autopay.models import Autopay
from payments.methods.actions import add_bank_account
from payments.methods.mandates.actions import revoke_mandate
from payments.methods.mandates.queries import MandateMissing
from payments.methods.queries import BankAccountNotVerified
from tests.at_once import at_once
from tests.leases.autopay.cast import FIRST, NINE, RENT, Renting

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> Renting:
    return Renting(paid=False)


class TestTurnOn:
    def test_it_works(self, w):
        autopay = w.on()
        (run,) = w.runs(autopay)
        assert (autopay.status, autopay.mode, autopay.mandate.bank_account) == ("active", "full_balance", w.source)
        assert (run.status, run.run_on, run.run_at) == ("planned", FIRST, NINE)

    def test_says_so_to_the_renter_alone(self, w):
        autopay = w.on()
        event = Event.objects.get(type="autopay.created")
        assert event.account_ids == [w.bob.public_id]
        assert event.data["id"] == autopay.public_id
        assert "bank_account" not in str(event.data)

    def test_pays_nothing_today_though_rent_is_owed(self, w):
        autopay = w.on()
        w.later(hours=1)
        assert w.payments(autopay) == []

    @pytest.mark.parametrize(("day", "first"), [(3, date(2026, 11, 3)), (2, date(2026, 12, 2)), (31, date(2026, 11, 30))])
    def test_begins_on_the_first_of_its_days_after_today(self, w, day, first):
        assert w.runs(w.on(day_of_month=day))[0].run_on == first

    def test_is_by_the_day_of_the_property(self, w):
        home = w.property(w.alice, timezone="Pacific/Kiritimati", units=[{"name": "1"}])
        (run,) = w.runs(w.on(w.lease(unit=home.units.get())))
        assert run.run_at.isoformat() == "2026-11-30T19:00:00+00:00"


class TestRefuses:
    def refused(self, w: Renting, kind: type[DirectPayError], param: str, lease: Any = None, **order: Any) -> DirectPayError:
        wish = Order(**{"bank_account": w.source, **order})
        with pytest.raises(kind) as refusal:
            turn_on(lease or w.leased, wish, actor=w.actor(w.bob), at=w.now)
        assert refusal.value.param == param
        assert not Autopay.objects.filter(status="active").exclude(lease=w.leased).exists()
        return refusal.value

    @pytest.mark.parametrize(
        ("param", "order"),
        [
            ("mode", {"mode": "half"}),
            ("amount", {"amount_minor": 5}),
            ("amount", {"mode": "fixed"}),
            ("amount", {"mode": "up_to", "amount_minor": 0}),
            ("day_of_month", {"day_of_month": 32}),
            ("day_of_month", {"day_of_month": 0}),
            ("rail", {"rail": "instant"}),
            ("cap_amount", {"cap_minor": 0}),
            ("cap_percent", {"cap_percent": -1}),
            ("cap_percent", {"cap_percent": 1001}),
        ],
    )
    def test_what_makes_no_sense_by_its_name(self, w, param, order):
        self.refused(w, InvalidInput, param, **order)

    def test_an_account_that_is_not_verified(self, w):
        details = {"account_holder_name": "B", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
        unproven = add_bank_account(w.bob, details, actor=w.actor(w.bob), at=w.now)
        self.refused(w, BankAccountNotVerified, "bank_account", bank_account=unproven)
        self.refused(w, BankAccountNotVerified, "backup_bank_account", backup_account=unproven)

    def test_an_account_without_a_mandate(self, w):
        self.refused(w, MandateMissing, "mandate", bank_account=w.account(w.bob))
        self.refused(w, MandateMissing, "backup_mandate", backup_account=w.account(w.bob))

    def test_a_mandate_that_was_taken_back_or_is_for_another_account(self, w):
        other = w.allowed(w.account(w.bob)).mandates.get()
        self.refused(w, MandateMissing, "mandate", mandate=other.public_id)
        revoke_mandate(w.source.mandates.get(), actor=w.actor(w.bob), at=w.now)
        self.refused(w, MandateMissing, "mandate")

    def test_somebody_elses_account(self, w):
        mallory = w.allowed(w.account(w.person("mallory", "renter")))
        self.refused(w, InvalidInput, "bank_account", bank_account=mallory)
        self.refused(w, InvalidInput, "backup_bank_account", backup_account=mallory)

    def test_the_same_account_as_its_own_backup(self, w):
        self.refused(w, InvalidInput, "backup_bank_account", backup_account=w.source)

    def test_a_lease_that_has_ended(self, w):
        ended = w.lease(start=date(2026, 9, 1), end_on=date(2026, 10, 31))
        assert self.refused(w, InvalidInput, "lease", lease=ended).code == "lease_ended"

    def test_a_lease_on_which_no_such_day_is_left(self, w):
        ending = w.lease(end_on=date(2026, 11, 20))
        assert self.refused(w, InvalidInput, "day_of_month", lease=ending, day_of_month=25).code == "lease_ended"
        self.refused(w, InvalidInput, "lease", lease=ending)

    def test_a_second_one_of_the_same_renter_and_names_the_first(self, w):
        first = w.on()
        pause_autopay(first, actor=w.actor(w.bob), at=w.now)
        assert self.refused(w, AutopayExists, "lease").details == {"autopay": first.public_id}

    @pytest.mark.django_db(transaction=True)
    def test_a_second_one_at_the_same_moment(self):
        w = Renting(paid=False)
        answers = at_once(w.on, w.on)
        assert sorted(type(a).__name__ for a in answers) == ["Autopay", "AutopayExists"]
        assert Autopay.objects.count() == 1


class TestChange:
    def change(self, w: Renting, autopay: Autopay, **order: Any) -> Autopay:
        return change_autopay(autopay, Order(**{"bank_account": w.source, **order}), actor=w.actor(w.bob), at=w.now)

    def test_holds_for_the_next_run(self, w):
        autopay = w.on()
        self.change(w, autopay, mode="fixed", amount_minor=70_000)
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [70_000]

    def test_moves_the_next_run_to_another_day_and_back(self, w):
        autopay = w.on()
        self.change(w, autopay, day_of_month=15)
        assert [run.run_on for run in w.runs(autopay)] == [date(2026, 11, 15)]
        self.change(w, autopay)
        assert [run.run_on for run in w.runs(autopay)] == [FIRST]
        w.go(NINE)
        assert [p.amount_minor for p in w.payments(autopay)] == [2 * RENT]

    def test_never_runs_again_on_a_day_on_which_it_ran(self, w):
        autopay = w.on()
        w.go(NINE)
        self.change(w, autopay, day_of_month=1)
        assert [run.run_on for run in w.runs(autopay)] == [FIRST, date(2027, 1, 1)]

    def test_takes_another_account_with_its_mandate(self, w):
        autopay = w.on()
        other = w.allowed(w.account(w.bob))
        self.change(w, autopay, bank_account=other)
        w.go(NINE)
        assert [p.bank_account for p in w.payments(autopay)] == [other]

    def test_refuses_somebody_elses_account(self, w):
        autopay = w.on()
        theirs = w.allowed(w.account(w.person("mallory", "renter")))
        with pytest.raises(InvalidInput) as refusal:
            self.change(w, autopay, bank_account=theirs)
        assert refusal.value.param == "bank_account"

    def test_refuses_one_that_was_turned_off(self, w):
        autopay = turn_off(w.on(), actor=w.actor(w.bob), at=w.now)
        for act in (
            lambda: self.change(w, autopay),
            lambda: pause_autopay(autopay, actor=w.actor(w.bob), at=w.now),
            lambda: resume_autopay(autopay, actor=w.actor(w.bob), at=w.now),
            lambda: skip_run(autopay, FIRST, actor=w.actor(w.bob), at=w.now),
        ):
            with pytest.raises(AutopayEnded):
                act()


def test_skipping_a_day_on_which_nothing_is_planned_names_the_next_one(w):
    autopay = w.on()
    with pytest.raises(NoSuchRun) as refusal:
        skip_run(autopay, date(2026, 12, 2), actor=w.actor(w.bob), at=w.now)
    assert (refusal.value.param, refusal.value.details) == ("date", {"date": "2026-12-01"})


def test_pausing_keeps_who_and_why(w):
    autopay = w.on()
    first = pause_autopay(autopay, reason="on holiday", actor=w.actor(w.bob), at=w.now)
    again = pause_autopay(autopay, actor=w.actor(w.alice), at=w.now)
    for row in (first, again):
        assert (row.status, row.reason, row.by) == ("paused", "on holiday", f"user:{w.bob.public_id}")
    assert Event.objects.filter(type="autopay.paused").count() == 1
