"""What an event does: the rail is asked about its payment, once; what fails is tried again, parked, swept and replayed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import psycopg
import pytest

from directpay.due.models import Due
from directpay.events.unit import unit_of_work
from directpay.ops.metrics import exposition
from payments.payins.actions.capture import VOID_QUEUE
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import Payment
from payments.rails.ach import Ach
from payments.rails.base import Answer, Order
from payments.rails.registry import RAILS
from payments.reconciliation.processor_payouts.actions import PROCESSORS_QUEUE
from payments.refunds.actions.answer import change, lock_refunds
from payments.refunds.actions.create import REFUND_QUEUE, refund_payment
from payments.refunds.models import Refund
from payments.returns.actions import WATCH_QUEUE
from tests.webhooks.inbound.signing import stripe_event
from tests.world import NO_FUNDS, World
from webhooks.inbound.actions.forget import forget_bodies
from webhooks.inbound.actions.keep import WORK_QUEUE
from webhooks.inbound.actions.replay import foresee, in_range, replay
from webhooks.inbound.actions.work import QUICK_ATTEMPTS, pause, work_on_inbox
from webhooks.inbound.models import Collision, ProviderEvent
from webhooks.inbound.queries import failures

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


class Told(World):
    """Payments on their way by a rail that Stripe tells us of; each is looked at again in a day."""

    def flying(self, status: str = "processing", rail: str = "stripe") -> Payment:
        self.fee("stripe", 0)
        payment = self.until(self.pay(self.lease(), rail), status)
        Due.objects.filter(key=payment.public_id).update(due_at=self.now + A_DAY)
        return payment

    def worked(self, event: ProviderEvent) -> ProviderEvent:
        work_on_inbox([event.public_id], self.now)
        event.refresh_from_db()
        return event

    def due(self, queue: str, key: str) -> timedelta:
        """How long until it is looked at."""
        return Due.objects.get(queue=queue, key=key).due_at - self.now


class ToldOf(Ach):
    """The simulated bank under the name of the provider."""

    name = "stripe"

    def refund(self, order: Order, at: datetime) -> Answer:
        return self.look_up(order, at)

    def look_up_refund(self, order: Order, at: datetime) -> Answer:
        return self.look_up(order, at)


@pytest.fixture
def w(sender, settings) -> Iterator[Told]:
    RAILS["stripe"], settings.STRIPE_SECRET_KEY = ToldOf, "sk_test_" + "x" * 24
    yield Told()
    del RAILS["stripe"]


def intent(payment: Payment, **more: str) -> dict:
    """As the provider knows it."""
    return {"id": f"stripe-{payment.public_id}", **more}


def told(sender, event_id: str = "evt_1", **more) -> ProviderEvent:
    sender.send(stripe_event(event_id, **more))
    return sender.kept(event_id)


def test_it_works(w, sender):
    payment = w.flying()
    event = w.worked(told(sender, about=intent(payment)))
    assert (event.state, event.effects, event.next_at, event.attempts) == ("processed", [payment.public_id], None, 0)
    assert w.due(RAIL_QUEUE, payment.public_id) == timedelta()


def test_the_promise_to_work_on_it_stands_with_the_event(w, sender):
    event = told(sender)
    assert w.due(WORK_QUEUE, event.public_id) == timedelta()
    w.work()
    event.refresh_from_db()
    assert event.state == "ignored"
    assert not Due.objects.filter(queue=WORK_QUEUE).exists()


def test_our_own_id_names_a_payment_whose_reference_never_came(w, sender):
    payment = w.flying()
    event = w.worked(told(sender, about={"metadata": {"payment": payment.public_id}}))
    assert event.effects == [payment.public_id]


def test_a_charge_names_the_payment_through_its_intent(w, sender):
    payment = w.flying()
    event = w.worked(told(sender, kind="charge.failed", about={"id": "ch_1", "object": "charge", "payment_intent": intent(payment)["id"]}))
    assert event.effects == [payment.public_id]


def test_a_cleared_payment_is_asked_whether_it_still_stands(w, sender):
    payment = w.flying("completed")
    event = w.worked(told(sender, kind="charge.failed", about=intent(payment)))
    assert event.effects == [payment.public_id]
    assert w.due(WATCH_QUEUE, payment.public_id) == timedelta()


@pytest.mark.parametrize(
    ("key", "about", "reason"),
    [
        ("", {"id": "po_1", "object": "payout"}, "stripe cannot be asked about it: its key is not set"),
        ("sk_test_" + "x" * 24, {"id": "pi_1"}, "no payout is named"),
        ("sk_test_" + "x" * 24, None, "no payout is named"),
    ],
)
def test_a_payout_that_cannot_be_asked_about_is_ignored(w, sender, settings, key, about, reason):
    settings.STRIPE_SECRET_KEY = key
    event = w.worked(told(sender, kind="payout.paid", about=about))
    assert (event.state, event.reason, event.effects) == ("ignored", reason, [])


def test_a_payout_of_stripes_is_asked_for_by_its_name(w, sender, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_" + "x" * 24
    event = w.worked(told(sender, kind="payout.paid", about={"id": "po_1", "object": "payout"}))
    assert (event.state, event.effects) == ("processed", ["stripe/po_1"])
    assert w.due(PROCESSORS_QUEUE, "stripe/po_1") == timedelta()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("product.created", "nothing here depends on product.created"),
        ("", "nothing here depends on an event without a kind that can be kept"),
        ("charge.dispute.created", "disputes are not handled yet"),
        ("payment_intent.succeeded", "no payment of ours is meant"),
    ],
)
def test_the_rest_is_ignored_with_its_reason(w, sender, kind, reason):
    event = w.worked(told(sender, kind=kind))
    assert (event.state, event.reason, event.effects) == ("ignored", reason, [])


class TestOfARefund:
    """The rail gives back as it would take: what it is asked is all that matters here."""

    @pytest.fixture
    def refund(self, w) -> Refund:
        w.fee("stripe", 0)
        paid = w.until(w.pay(w.lease(), "stripe"), "completed")
        made = refund_payment(paid, 1_000, actor=w.actor(w.alice), at=w.now)
        Refund.objects.filter(id=made.id).update(rail_reference="re_stripes")
        Due.objects.filter(key=made.public_id).update(due_at=w.now + A_DAY)
        return made

    @pytest.mark.parametrize("kind", ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"])
    @pytest.mark.parametrize("name", ["theirs", "ours"])
    def test_the_rail_is_asked_about_it(self, w, sender, refund, kind, name):
        with unit_of_work():  # as its worker would
            change(lock_refunds([refund.public_id])[0], "submit", "submitted", actor="system:test", at=w.now)
        about = {"id": "re_stripes"} if name == "theirs" else {"id": "re_lost", "metadata": {"refund": refund.public_id}}
        event = w.worked(told(sender, kind=kind, about={"object": "refund", **about}))
        assert (event.state, event.effects) == ("processed", [refund.public_id])
        assert w.due(REFUND_QUEUE, refund.public_id) == timedelta()

    def test_one_of_which_the_rail_does_not_know_yet_is_left(self, w, sender, refund):
        event = w.worked(told(sender, kind="refund.updated", about={"id": "re_stripes"}))
        assert (event.state, event.reason) == ("ignored", f"{refund.public_id} is pending")
        assert w.due(REFUND_QUEUE, refund.public_id) == A_DAY

    def test_one_that_somebody_gave_by_hand_is_none_of_ours(self, w, sender, refund):
        about = {"id": "re_byhand", "payment_intent": f"stripe-{refund.payment.public_id}"}
        event = w.worked(told(sender, kind="refund.created", about=about))
        assert (event.state, event.reason) == ("ignored", "no refund of ours is meant")


def test_an_event_about_a_payment_that_has_ended_is_ignored(w, sender):
    w.fee("stripe", 0)
    payment = w.until(w.pay(w.lease(), "stripe", source=w.account(w.bob, NO_FUNDS)), "failed")
    event = w.worked(told(sender, kind="payment_intent.payment_failed", about=intent(payment)))
    assert (event.state, event.reason) == ("ignored", f"{payment.public_id} is failed")


def test_unless_it_says_that_money_was_taken_then_the_processor_is_asked_to_let_go(w, sender):
    w.fee("stripe", 0)
    payment = w.until(w.pay(w.lease(), "stripe", source=w.account(w.bob, NO_FUNDS)), "failed")
    event = w.worked(told(sender, kind="payment_intent.succeeded", about=intent(payment)))
    assert (event.state, event.effects) == ("processed", [payment.public_id])
    assert w.due(VOID_QUEUE, payment.public_id) == timedelta()


def test_a_payment_of_another_rail_is_not_meant(w, sender):
    payment = w.flying(rail="ach")
    event = w.worked(told(sender, about={"metadata": {"payment": payment.public_id}}))
    assert event.reason == "no payment of ours is meant"


def test_an_event_is_worked_on_once(w, sender):
    payment = w.flying()
    event = w.worked(told(sender, about=intent(payment)))
    Due.objects.filter(key=payment.public_id).update(due_at=w.now + A_DAY)
    assert w.worked(event).state == "processed"
    assert w.due(RAIL_QUEUE, payment.public_id) == A_DAY


def test_a_set_asks_the_database_as_often_as_one_event(w, sender, django_assert_max_num_queries):
    for n in range(20):
        told(sender, f"evt_{n}", about=intent(w.flying()))
    keys = list(ProviderEvent.objects.values_list("public_id", flat=True))
    with django_assert_max_num_queries(10):
        work_on_inbox(keys, w.now)
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {"processed"}


def test_the_pauses_are_powers_of_two_and_an_hour_at_most():
    assert [pause(n).total_seconds() for n in range(1, QUICK_ATTEMPTS)] == [2, 4, 8, 16]
    assert {pause(n).total_seconds() for n in range(QUICK_ATTEMPTS, 40)} == {3600}


BREAK = """
CREATE FUNCTION no_promises() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
CREATE TRIGGER no_promises BEFORE INSERT OR UPDATE ON directpay_due FOR EACH ROW WHEN (NEW.key = '{key}') EXECUTE FUNCTION no_promises();
"""
MEND = "DROP TRIGGER IF EXISTS no_promises ON directpay_due; DROP FUNCTION IF EXISTS no_promises"


@pytest.mark.django_db(transaction=True)
class TestFails:
    """The database refuses to promise anything for one payment."""

    @pytest.fixture
    def broken(self, w, superuser: psycopg.Connection) -> Iterator[Payment]:
        payment = w.flying()
        superuser.execute(BREAK.format(key=payment.public_id))
        yield payment
        superuser.execute(MEND)

    def test_is_tried_five_times_and_parked_then(self, w, sender, broken):
        event = told(sender, about=intent(broken))
        seen = []
        for _ in range(QUICK_ATTEMPTS):
            event = w.worked(event)
            seen.append((event.state, event.attempts, (event.next_at - w.now).total_seconds()))
        assert seen == [("waiting", 1, 2), ("waiting", 2, 4), ("waiting", 3, 8), ("waiting", 4, 16), ("parked", 5, 3600)]
        assert "the disk is full" in event.last_error
        assert w.due(WORK_QUEUE, event.public_id) == timedelta(hours=1)
        assert [(f.kind, f.count, f.waiting) for f in failures()] == [("payment_intent.succeeded", 1, False)]
        assert 'directpay_inbox_events{provider="stripe",state="parked"} 1' in exposition()

    def test_spoils_no_other_event(self, w, sender, broken):
        fine = w.flying()
        bad, good = told(sender, about=intent(broken)), told(sender, "evt_2", about=intent(fine))
        work_on_inbox([bad.public_id, good.public_id], w.now)
        bad.refresh_from_db()
        good.refresh_from_db()
        assert (bad.state, good.state, good.effects) == ("waiting", "processed", [fine.public_id])

    def test_the_slow_sweep_finds_it_mended(self, w, sender, broken, superuser):
        event = told(sender, about=intent(broken))
        for _ in range(QUICK_ATTEMPTS):
            w.worked(event)
        superuser.execute(MEND)
        w.later(hours=1, seconds=1)
        event.refresh_from_db()
        assert event.state == "processed"

    def test_replay_begins_anew_at_once(self, w, sender, broken, superuser):
        event = told(sender, about=intent(broken))
        for _ in range(QUICK_ATTEMPTS):
            w.worked(event)
        superuser.execute(MEND)
        assert [one.said for one in foresee([event])] == [f"ask about {broken.public_id}"]
        event.refresh_from_db()
        assert event.state == "parked"
        assert replay([event], at=w.now) == 1
        w.work()
        event.refresh_from_db()
        assert (event.state, event.attempts, event.replays) == ("processed", 0, 1)


class TestReplay:
    def test_a_range_by_provider_kind_state_and_time(self, w, sender):
        for n, kind in enumerate(("charge.failed", "charge.succeeded", "product.created")):
            w.worked(told(sender, f"evt_{n}", kind=kind))
            w.later(minutes=1)
        assert [e.event_id for e in in_range(kind="charge.*")] == ["evt_0", "evt_1"]
        assert [e.event_id for e in in_range(kind="charge.failed", provider="stripe", state="ignored")] == ["evt_0"]
        assert [e.event_id for e in in_range(since=w.now - timedelta(minutes=2), until=w.now - timedelta(minutes=1))] == ["evt_1"]
        assert not in_range(provider="paypal").exists()

    def test_leaves_alone_what_waits_anyhow(self, w, sender):
        event = told(sender)
        assert replay([event], at=w.now) == 0
        event.refresh_from_db()
        assert event.replays == 0

    def test_of_an_ignored_one_finds_the_payment_that_came_later(self, w, sender):
        event = w.worked(told(sender, about={"metadata": {"payment": "pay_later"}}))
        assert event.reason == "no payment of ours is meant"
        ProviderEvent.objects.update(ours=[(payment := w.flying()).public_id])
        replay([event], at=w.now)
        assert w.worked(event).effects == [payment.public_id]

    def test_judges_anew_whether_it_is_for_us(self, w, sender, settings):
        """The account was not named yet when its events began to come."""
        payment = w.flying()
        sender.send(stripe_event("evt_1", about=intent(payment), account="acct_other"))
        event = w.worked(sender.kept("evt_1"))
        assert event.reason == "an event of another account"
        settings.STRIPE_ACCOUNT = "acct_other"
        assert [one.said for one in foresee([event])] == [f"ask about {payment.public_id}"]
        replay([event], at=w.now)
        assert (w.worked(event).flag, event.effects) == ("", [payment.public_id])

    def test_a_body_that_was_dropped_stays_as_it_was_judged(self, w, sender, settings):
        sender.send(stripe_event("evt_1", account="acct_other"))
        event = w.worked(sender.kept("evt_1"))
        with unit_of_work():
            forget_bodies(["all"], w.now + timedelta(days=settings.KEEP_PROVIDER_BODIES_DAYS, seconds=1))
        settings.STRIPE_ACCOUNT = "acct_other"
        replay([event], at=w.now)
        assert w.worked(event).reason == "an event of another account"


def test_what_collides_after_a_body_was_dropped_is_dropped_in_its_turn(w, sender, settings):
    w.worked(told(sender))
    for days in (1, 2 * settings.KEEP_PROVIDER_BODIES_DAYS):
        with unit_of_work():
            forget_bodies(["all"], w.now + timedelta(days=days + settings.KEEP_PROVIDER_BODIES_DAYS))
        if days == 1:
            sender.send(stripe_event("evt_1", about={"amount": 1}))
            assert bytes(Collision.objects.get().body)
    assert bytes(Collision.objects.get().body) == b""


def test_bodies_are_forgotten_after_some_months_and_what_came_of_them_is_not(w, sender, settings):
    done, open_ = w.worked(told(sender)), told(sender, "evt_2")
    sender.send(stripe_event("evt_1", about={"amount": 1}))
    at = w.now + timedelta(days=settings.KEEP_PROVIDER_BODIES_DAYS, seconds=1)
    with unit_of_work():
        forget_bodies(["all"], at)
    done.refresh_from_db()
    open_.refresh_from_db()
    assert (done.raw, done.headers, done.forgotten_at, done.kind) == (b"", {}, at, "payment_intent.succeeded")
    assert (bytes(done.collisions.get().body), open_.raw != b"") == (b"", True)
