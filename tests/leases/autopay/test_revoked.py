"""What was made under a mandate and has not left for the bank is not taken once the mandate is taken back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from directpay.due.models import Due
from directpay.events.queries import history_of
from directpay.events.unit import unit_of_work
from leases.autopay.actions.turn_on import change_autopay, order_of
from leases.autopay.models import Autopay, AutopayAttempt
from leases.autopay.models import AutopayRun as Run
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.methods.mandates.actions import revoke_mandate, void_mandates
from payments.methods.mandates.models import Mandate
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.actions.submit import submit_payments, work_on_rail
from payments.payins.models import Payment
from payments.payins.queries import live_claims
from payments.retries.models import Retry
from tests.at_once import at_once
from tests.leases.autopay.cast import FIRST, NINE, RENT, Renting
from tests.world import NO_FUNDS

CUT_OFFS = {"ach": datetime(2026, 12, 1, 21, 45, tzinfo=UTC), "same_day_ach": datetime(2026, 12, 1, 19, 45, tzinfo=UTC)}
FIVE_PAST = NINE + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _by_calendar(settings):
    settings.RAIL_PROFILE = "calendar"


def waiting(rail: str = "ach", number: str = "000123456789", **order) -> tuple[Renting, Autopay, Payment]:
    """Nine o'clock: the payment is made, and leaves in the afternoon."""
    w = Renting(paid=False, number=number, start=FIRST)
    autopay = w.on(rail=rail, **order)
    w.go(FIVE_PAST)
    (made,) = w.payments(autopay)
    assert (made.status, made.mandate) == ("initiated", autopay.mandate)
    return w, autopay, made


def take_back(w: Renting, autopay: Autopay) -> None:
    revoke_mandate(autopay.mandate, actor=w.actor(w.bob), at=w.now)


def untouched(w: Renting, made: Payment) -> None:
    found = w.fresh(made)
    assert (found.status, found.failure_code, found.placed_at) == ("failed", "mandate_revoked", None)
    assert "taken back" in found.failure_message
    assert [e.type for e in history_of(made.public_id)] == ["payment.initiated", "payment.failed"]
    assert w.balance("L1500", lease=w.leased) == RENT
    w.check()


@pytest.mark.django_db
class TestTakenBackBeforeItLeaves:
    @pytest.mark.parametrize("rail", CUT_OFFS)
    def test_it_is_not_sent(self, rail):
        w, autopay, made = waiting(rail)
        take_back(w, autopay)
        w.go(CUT_OFFS[rail] + timedelta(days=5))
        untouched(w, made)

    def test_it_ends_at_once_and_what_it_was_for_can_be_paid(self):
        w, autopay, made = waiting()
        take_back(w, autopay)
        w.work()
        untouched(w, made)
        assert not any(live_claims([claim.debit_reference for claim in made.claims.all()]).values())
        assert w.pay(w.leased, "instant", source=w.account(w.bob)).status == "initiated"

    def test_the_run_and_its_autopay_end_and_nothing_is_tried_again(self):
        w, autopay, made = waiting()
        take_back(w, autopay)
        w.go(NINE + timedelta(days=20))
        found, run = Autopay.objects.get(), Run.objects.get(attempts__payment=made)
        assert (found.status, found.reason, run.status, run.reason) == ("canceled", "mandate_revoked", "failed", "mandate_revoked")
        assert (Retry.objects.count(), AutopayAttempt.objects.count()) == (0, 1)

    def test_no_other_account_pays_instead(self):
        w = Renting(paid=False, start=FIRST)
        autopay = w.on(backup_account=w.allowed(w.account(w.bob, "000123456780")))
        w.go(FIVE_PAST)
        take_back(w, autopay)
        w.go(NINE + timedelta(days=20))
        assert [p.status for p in w.payments(autopay)] == ["failed"]

    def test_an_autopay_that_stands_on_another_by_then_goes_on(self):
        w, autopay, made = waiting()
        other = w.allowed(w.account(w.bob, "000123456780"))
        change_autopay(autopay, replace(order_of(autopay), bank_account=other), actor=w.actor(w.bob), at=w.now)
        take_back(w, autopay)
        w.go(CUT_OFFS["ach"] + timedelta(hours=1))
        assert (w.fresh(made).status, Autopay.objects.get().status) == ("failed", "active")

    def test_the_payer_is_written_to(self, mailoutbox):
        w, autopay, made = waiting()
        take_back(w, autopay)
        w.go(FIVE_PAST + timedelta(minutes=5))
        assert any("taken back" in mail.body and made.reference in mail.body for mail in mailoutbox)

    def test_nor_where_the_bank_said_that_it_never_stood(self):
        w, autopay, made = waiting()
        void_mandates({autopay.bank_account_id: "R10"}, at=w.now)
        w.go(CUT_OFFS["ach"] + timedelta(days=5))
        untouched(w, made)

    def test_of_a_set_the_others_leave(self):
        w, autopay, made = waiting()
        other = w.pay(w.lease(), source=w.account(w.bob))
        Mandate.objects.filter(id=autopay.mandate_id).update(revoked_at=w.now, revoked_reason="test")  # and nobody has looked yet
        assert submit_payments([made.public_id, other.public_id], at=CUT_OFFS["ach"]) == {other.public_id}
        assert (w.fresh(made).status, w.fresh(other).status) == ("failed", "processing")

    def test_its_promise_to_the_rail_is_let_go(self):
        w, autopay, made = waiting()
        Mandate.objects.filter(id=autopay.mandate_id).update(revoked_at=w.now, revoked_reason="test")
        work_on_rail([made.public_id], CUT_OFFS["ach"])
        assert not Due.objects.filter(queue=RAIL_QUEUE, key=made.public_id).exists()

    def test_another_mandate_that_was_taken_back_leaves_it_alone(self):
        w, _, made = waiting()
        other = w.allowed(w.account(w.bob, "000123456780"))
        revoke_mandate(other.mandates.get(), actor=w.actor(w.bob), at=w.now)
        w.go(CUT_OFFS["ach"] + timedelta(hours=1))
        assert w.fresh(made).status == "processing"

    def test_what_the_payer_pays_by_hand_leaves_all_the_same(self):
        """It is his order of the moment, and he may call it off."""
        w = Renting(paid=False, start=FIRST)
        w.go(FIVE_PAST)
        request = PayRequest(rail="ach", bank_account=w.source, amount_minor=RENT)
        made = pay_rent(w.leased, request, actor=w.actor(w.bob), at=w.now)
        revoke_mandate(w.source.mandates.get(), actor=w.actor(w.bob), at=w.now)
        w.go(CUT_OFFS["ach"] + timedelta(hours=1))
        assert (made.mandate, w.fresh(made).status) == (None, "processing")

    def test_what_somebody_else_debits_stands_on_the_mandate(self):
        w = Renting(paid=False, start=FIRST)
        w.go(FIVE_PAST)
        clerk = w.person("carla", "staff")
        request = PayRequest(rail="ach", bank_account=w.source, amount_minor=RENT)
        made = pay_rent(w.leased, request, actor=w.actor(clerk), at=w.now)
        assert made.mandate == w.source.mandates.get()
        revoke_mandate(made.mandate, actor=w.actor(w.bob), at=w.now)
        w.go(CUT_OFFS["ach"] + timedelta(hours=1))
        untouched(w, made)


@pytest.mark.django_db
class TestTakenBackAfterwards:
    def test_what_has_left_goes_on(self):
        w, autopay, made = waiting()
        w.go(CUT_OFFS["ach"] + timedelta(minutes=1))
        take_back(w, autopay)
        w.go(CUT_OFFS["ach"] + timedelta(days=14))
        assert w.fresh(made).status == "settled"

    def test_a_retry_that_waits_for_the_file_is_not_sent(self):
        w, autopay, made = waiting(number=NO_FUNDS)
        w.go(NINE + timedelta(days=4))
        assert w.fresh(made).status == "failed"
        while len(w.payments(autopay)) == 1 or w.payments(autopay)[-1].status != "initiated":
            assert w.now < NINE + timedelta(days=20)
            w.later(hours=1)
        again = w.payments(autopay)[-1]
        assert again.mandate == autopay.mandate
        take_back(w, autopay)
        w.later(days=20)
        found = w.fresh(again)
        assert (found.status, found.failure_code, len(w.payments(autopay))) == ("failed", "mandate_revoked", 2)
        assert not Retry.objects.filter(state__in=["waiting", "due"])
        w.check()


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    """Whoever has the mandate first is followed by the other."""

    def first(self, leads: Callable[[], object], follows: Callable[[], object]) -> None:
        with ThreadPoolExecutor(1) as pool:
            with unit_of_work():
                leads()
                later = pool.submit(and_hang_up, follows)
                for _ in range(500):
                    if somebody_waits():
                        break
                    wait([later], timeout=0.02)
                assert not later.done()
            later.result(timeout=10)

    def test_taken_back_first_it_is_not_sent(self):
        w, autopay, made = waiting()
        self.first(lambda: take_back(w, autopay), lambda: submit_payments([made.public_id], at=CUT_OFFS["ach"]))
        untouched(w, made)

    def test_sent_first_it_has_gone(self):
        w, autopay, made = waiting()
        self.first(lambda: submit_payments([made.public_id], at=CUT_OFFS["ach"]), lambda: take_back(w, autopay))
        assert w.fresh(made).status == "processing"
        assert Mandate.objects.get(id=autopay.mandate_id).status == "inactive"

    def test_however_they_meet_one_of_them_wins(self):
        w, autopay, made = waiting()
        answers = at_once(lambda: take_back(w, autopay), lambda: submit_payments([made.public_id], at=CUT_OFFS["ach"]))
        assert not [a for a in answers if isinstance(a, Exception)]
        assert w.fresh(made).status == ("processing" if answers[1] else "failed")


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def and_hang_up(call: Callable[[], object]) -> None:
    try:
        call()
    finally:
        connection.close()
