"""Money out: BOOKS.md B6 to B8 and B10 to B12 through the actions, with the balances as printed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from ledger.journal.actions import debit, place_hold
from ledger.journal.models import Account, Transaction
from payments.methods.actions import add_bank_account
from payments.methods.models import BankAccount
from payments.methods.queries import BankAccountNotVerified
from payments.payouts.actions.answer import record_payout_answers
from payments.payouts.actions.create import PAYOUT_QUEUE, NotAvailable
from payments.payouts.actions.send import work_on_payouts
from payments.payouts.models import Payout
from payments.rails.base import NoAnswer, NoSuchOrder
from tests.payments.conftest import answer
from tests.payments.payins.test_states import tried
from tests.world import World

pytestmark = pytest.mark.django_db
BACK = "009902050000"  # the bank that gets it sends it back: R02 on the fifth bank day
REFUSED = "000111111113"
SILENT = "000770000001"


def until(w: World, payout: Payout, *states: str, seconds: int = 60) -> Payout:
    for _ in range(seconds):
        w.work()
        payout = Payout.objects.select_related("payee", "bank_account").get(id=payout.id)
        if payout.status in states:
            return payout
        w.later(seconds=1)
    raise AssertionError(f"{payout.public_id} is {payout.status}, not {states}")


def standing(w: World) -> dict[str, int]:
    return {code: w.balance(code) for code in ("P2120", "P2160", "P1210/payout", "P1110", "L1100", "L1200")}


class TestTheRowsOfTheBooks:
    def test_b6_it_is_set_aside_when_it_is_made(self, rich, send):
        made = send()
        assert made.status == "created"
        assert standing(rich) == {"P2120": 0, "P2160": 149_800, "P1210/payout": 0, "P1110": 150_000, "L1100": 149_800, "L1200": 0}
        rich.check()

    def test_b7_and_b8_the_rail_confirms_and_the_bank_shows_it(self, rich, send):
        made = until(rich, send(), "paid")
        rich.later(seconds=5)
        reference = f"payout.paid:{made.public_id}"
        assert rich.balance_after(reference, "P2160") == 0
        assert rich.balance_after(reference, "L1100") == 0
        assert rich.balance_after(reference, "L1200") == 149_800
        assert standing(rich) == {"P2120": 0, "P2160": 0, "P1210/payout": 0, "P1110": 200, "L1100": 0, "L1200": 149_800}
        rich.check()

    def test_b10_one_that_is_refused_is_available_again(self, rich, send):
        made = until(rich, send(number=REFUSED), "failed")
        rich.later(minutes=5)
        assert (made.return_code, made.failure_code) == ("R02", "account_closed")
        assert standing(rich) == {"P2120": 149_800, "P2160": 0, "P1210/payout": 0, "P1110": 150_000, "L1100": 149_800, "L1200": 0}
        rich.check()

    def test_b11_and_b12_one_that_comes_back_is_available_again(self, rich, send):
        made = until(rich, send(number=BACK), "paid")
        made = until(rich, made, "returned")
        assert rich.balance_after(f"payout.returned:{made.public_id}", "L1200") == 0
        rich.later(minutes=5)
        assert standing(rich) == {"P2120": 149_800, "P2160": 0, "P1210/payout": 0, "P1110": 150_000, "L1100": 149_800, "L1200": 0}
        assert [e.type for e in Event.objects.filter(object_id=made.public_id).order_by("version")] == [
            "payout.created",
            "payout.in_transit",
            "payout.paid",
            "payout.returned",
        ]
        rich.check()


class TestRefuses:
    def test_more_than_is_available(self, rich, send):
        with pytest.raises(NotAvailable) as refused:
            send(149_801)
        assert (refused.value.param, refused.value.details["available"]) == ("amount", 149_800)
        assert not Payout.objects.exists()

    def test_what_is_held(self, rich, send):
        account = Account.objects.get(number="P2120", subject=rich.payee.public_id)
        with unit_of_work():
            place_hold(account, debit(account, 800), reference="hold-1", at=rich.now)
        with pytest.raises(NotAvailable):
            send(149_001)
        assert send(149_000).amount_minor == 149_000
        rich.check()

    def test_an_account_that_is_not_proven(self, rich, send):
        details = {"account_holder_name": "A", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
        fresh = add_bank_account(rich.alice, details, actor=rich.actor(rich.alice), at=rich.now)
        with pytest.raises(BankAccountNotVerified) as refused:
            send(bank_account=fresh)
        assert refused.value.param == "bank_account"

    def test_somebody_elses_account(self, rich, send):
        with pytest.raises(InvalidInput) as refused:
            send(bank_account=rich.account(rich.bob))
        assert refused.value.param == "bank_account"

    def test_an_account_that_keeps_deposits(self, rich, send):
        trust = rich.account(rich.alice)
        BankAccount.objects.filter(id=trust.id).update(purpose="trust")
        trust = BankAccount.objects.get(id=trust.id)
        with pytest.raises(InvalidInput) as refused:
            send(bank_account=trust)
        assert refused.value.code == "bank_account_purpose"

    @pytest.mark.parametrize("amount", [0, -1])
    def test_nothing_and_less(self, rich, send, amount):
        with pytest.raises(InvalidInput) as refused:
            send(amount)
        assert refused.value.param == "amount"

    def test_deposits_in_transit_are_never_available(self, rich, send):
        with pytest.raises(InvalidInput):
            send(1, purpose="deposit_forwarding")


class TestTheRail:
    def test_is_told_once_although_the_answer_was_lost(self, rich, send, sent):
        def lost(order, at):
            raise NoAnswer("silence")

        orders = sent(submit=lost, look_up=lambda order, at: answer("completed", at))
        made = send()
        work_on_payouts([made.public_id], rich.now)
        assert Payout.objects.get().status == "unknown"
        work_on_payouts([made.public_id], rich.now + timedelta(seconds=5))
        assert Payout.objects.get().status == "paid"
        assert len(orders) == 2  # handed over, then asked about
        assert Transaction.objects.filter(kind="payout.paid").count() == 1
        rich.check()

    def test_gets_the_order_of_one_that_died_before_the_call(self, rich, send, sent):
        def never(order, at):
            raise NoSuchOrder

        made = send()
        Died = type("Died", (BaseException,), {})

        def dies(order, at):
            raise Died

        sent(submit=dies)
        with pytest.raises(Died):
            work_on_payouts([made.public_id], rich.now)
        assert Payout.objects.get().status == "in_transit"
        orders = sent(submit=lambda order, at: answer("completed", at), look_up=never)
        work_on_payouts([made.public_id], rich.now)
        assert [order.id for order in orders] == [made.public_id, made.public_id]
        assert Payout.objects.get().status == "paid"
        rich.check()

    def test_a_silent_bank_is_asked_until_it_speaks(self, rich, send):
        made = until(rich, send(number=SILENT), "unknown")
        assert until(rich, made, "paid").rail_reference
        rich.later(minutes=1)
        rich.check()

    def test_a_late_answer_changes_nothing(self, rich, send, sent):
        sent(submit=lambda order, at: answer("completed", at), look_up=lambda order, at: answer("failed", at, code="R02"))
        made = send()
        work_on_payouts([made.public_id], rich.now)
        work_on_payouts([made.public_id], rich.now)
        assert Payout.objects.get().status == "paid"


class TestWhatNoRailSaysOfAPayoutYet:
    """Other rails say it of what they do: it must never read as paid."""

    @pytest.fixture
    def on_its_way(self, rich, send, sent) -> Payout:
        sent(submit=lambda order, at: answer("processing", at))
        made = send()
        work_on_payouts([made.public_id], rich.now)
        return made

    @pytest.fixture
    def hear(self, rich, on_its_way):
        def go(state: str, **more: Any) -> Payout:
            record_payout_answers({on_its_way.public_id: answer(state, rich.now, **more)}, at=rich.now)
            return Payout.objects.get()

        return go

    @pytest.mark.parametrize(("state", "status"), [("unknown", "unknown"), ("waiting", "in_transit")])
    def test_what_says_nothing_is_asked_again(self, rich, hear, state, status):
        before, later = standing(rich), rich.now + timedelta(seconds=30)
        assert hear(state, ask_again_at=later).status == status
        assert (Due.objects.get(queue=PAYOUT_QUEUE).due_at, standing(rich)) == (later, before)
        assert hear(state).status == status
        assert rich.now < Due.objects.get(queue=PAYOUT_QUEUE).due_at < later, "without a time of the rail's own, as after silence"
        assert hear("completed").status == "paid"
        rich.later(seconds=5)
        rich.check()

    @pytest.mark.parametrize("state", ["unknown", "waiting"])
    def test_and_of_one_that_failed_not_any_more(self, hear, state):
        hear("failed", code="R02")
        assert (hear(state).status, Due.objects.filter(queue=PAYOUT_QUEUE).exists()) == ("failed", False)

    def test_one_that_was_called_off_there_has_failed(self, rich, hear):
        made = hear("canceled")
        assert (made.status, made.paid_on, made.failure_code) == ("failed", None, "merchant_request")
        assert standing(rich) == {"P2120": 149_800, "P2160": 0, "P1210/payout": 0, "P1110": 150_000, "L1100": 149_800, "L1200": 0}
        rich.check()

    def test_one_that_came_back_before_anybody_heard_had_arrived(self, rich, hear):
        assert hear("returned", code="R02").status == "returned"
        assert set(Transaction.objects.filter(kind__startswith="payout.").values_list("kind", flat=True)) == {
            "payout.created",
            "payout.paid",
            "payout.returned",
        }

    @pytest.mark.parametrize("state", ["authorized", "requires_action", "arrived"])
    def test_anything_else_is_an_error_of_ours_and_posts_nothing(self, rich, hear, state):
        before = standing(rich)
        with pytest.raises(ValueError, match=state):
            hear(state)
        assert (Payout.objects.get().status, standing(rich)) == ("in_transit", before)


EDGES = {
    "created": "in_transit failed",
    "in_transit": "unknown paid failed",
    "unknown": "in_transit paid failed",
    "paid": "returned",
    "failed": "",
    "returned": "",
}


def test_the_database_takes_a_payout_along_its_edges_alone(rich, send):
    assert set(EDGES) == set(Payout.Status.values)
    found = tried("payments_payout", send().id, "created", EDGES)
    assert found == {(source, target) for source, after in EDGES.items() for target in after.split()}


def test_the_terms_are_frozen(rich, send):
    made = send()
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Payout.objects.filter(id=made.id).update(amount_minor=1)


def test_the_model_refuses_what_is_no_edge(rich, send):
    made = send()
    with pytest.raises(TransitionNotAllowed):
        made.confirm()
