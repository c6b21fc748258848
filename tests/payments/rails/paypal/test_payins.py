"""Payments by wallet from the wish to the books: every outcome, and what is asked of PayPal for it."""

import pytest
from django.db import IntegrityError, connection, transaction

from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.events.queries import history_of
from directpay.kernel.errors import InvalidInput
from ledger.journal.models import Hold, Transaction
from payments.methods.wallets.paying import NoWalletsForDeposits
from payments.payins.actions.cancel import VOID_QUEUE, cancel_payment
from payments.payins.actions.capture import CAPTURE_WITHIN, capture_payment
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.actions.prove import come_back
from payments.payins.actions.submit import order_of, submit_payments
from payments.payins.models import Payment
from payments.payins.moving import moving
from payments.reconciliation.actions import LINES_QUEUE, fetch_lines
from payments.refunds.actions.create import refund_payment
from payments.refunds.models import Refund
from tests.payments.rails.paypal.conftest import AUTHORIZE, CAPTURE, CREATE, GET, REFUND, TAKE, VOID


def types_of(payment) -> list[str]:
    return [event.type.removeprefix("payment.") for event in history_of(payment.public_id)]


def approve(w, stand_in, payment, funding: str = "balance") -> Payment:
    """At PayPal, and back at ours."""
    assert stand_in.approve(payment.rail_reference, funding)
    come_back(payment.public_id, at=w.now)
    w.later(seconds=1)
    return w.fresh(payment)


def test_is_approved_and_then_taken(w, waiting, stand_in):
    assert waiting.action_url == f"{stand_in.url}/checkoutnow?token={waiting.rail_reference}"
    assert stand_in.asked(CAPTURE) == 0, "nothing is taken before that"
    done = approve(w, stand_in, waiting)
    assert (done.status, done.fee_minor, done.source.user) == ("completed", 4_380, w.bob)
    assert types_of(done) == ["initiated", "processing", "requires_action", "processing", "completed"]
    (order,) = stand_in.all("order")
    assert (order["status"], order["purchase_units"][0]["custom_id"]) == ("COMPLETED", done.public_id)
    w.check()


def test_stands_in_the_books_as_a_card_would(w, waiting, stand_in):
    """G3 and D4 with rail paypal: the clearing account, our fee, and what PayPal keeps (3.49% and 0.49 of 1,500.00)."""
    approve(w, stand_in, waiting)
    w.work()
    assert (w.balance("P2110"), w.balance("P4110/paypal")) == (150_000 - 4_380, 4_380)
    assert w.balance("L1500", lease=w.owed) == 0
    assert (w.balance("P5100/paypal"), w.balance("P1210/paypal")) == (5_284, 150_000 - 5_284)
    assert Transaction.objects.filter(reference__contains="-fee").count() == 1
    fetch_lines([waiting.public_id], w.now)
    assert w.balance("P5100/paypal") == 5_284, "a report that is read twice is posted once"
    w.check()


def test_an_approval_that_only_an_hour_tells_of_is_found(w, waiting, stand_in):
    """Neither an event nor the payer came back."""
    stand_in.approve(waiting.rail_reference)
    w.later(minutes=30)
    assert w.fresh(waiting).status == "completed"


def test_twice_back_and_twice_told_is_taken_once(w, waiting, stand_in):
    stand_in.approve(waiting.rail_reference)
    assert not stand_in.approve(waiting.rail_reference), "there is nothing to approve any more"
    for _ in range(2):
        come_back(waiting.public_id, at=w.now)
        w.work()
    w.later(seconds=5)
    assert not come_back(waiting.public_id, at=w.now)
    assert w.fresh(waiting).status == "completed"
    assert (len(stand_in.all("capture")), stand_in.asked(CAPTURE)) == (1, 1)


def test_that_nobody_approves_fails_after_three_hours(w, waiting, stand_in):
    w.later(hours=2, minutes=59)
    assert w.fresh(waiting).status == "requires_action"
    w.later(minutes=2)
    failed = w.fresh(waiting)
    assert (failed.status, failed.failure_code, failed.decline_code) == ("failed", "approval_expired", "")
    assert not stand_in.approve(waiting.rail_reference)
    assert w.balance("L1500", lease=w.owed) == 150_000
    w.check()


def test_that_paypal_has_forgotten_meanwhile_fails_too(w, waiting, stand_in):
    """As when nobody asked for six hours."""
    Due.objects.filter(queue=RAIL_QUEUE).update(due_at=w.now.replace(hour=23))
    w.later(hours=8, minutes=1)
    assert stand_in.all("order") == []
    assert w.fresh(waiting).failure_code == "approval_expired"


@pytest.mark.parametrize(("funding", "reason"), [("declined", "instrument_declined"), ("refused", "transaction_refused")])
def test_that_is_declined_fails_and_is_asked_for_no_more(w, waiting, stand_in, funding, reason):
    failed = approve(w, stand_in, waiting, funding)
    assert (failed.status, failed.failure_code, failed.decline_code) == ("failed", "wallet_declined", reason)
    stand_in.approve(failed.rail_reference)
    w.later(hours=1)
    assert (stand_in.asked(CAPTURE), stand_in.all("capture")) == (1, [])
    w.check()


def test_whose_payer_must_do_more_waits_again(w, waiting, stand_in):
    asked = approve(w, stand_in, waiting, "asks")
    assert (asked.status, asked.action_url) == ("requires_action", waiting.action_url)
    assert approve(w, stand_in, asked).status == "completed"


class TestByECheck:
    def test_is_on_its_way_until_it_clears(self, w, waiting, stand_in):
        sent = approve(w, stand_in, waiting, "echeck")
        assert sent.status == "processing"
        w.later(days=2)
        assert w.fresh(sent).status == "processing"
        w.later(days=1, hours=2)
        assert w.fresh(sent).status == "completed"
        assert (len(stand_in.all("capture")), stand_in.asked(CAPTURE)) == (1, 1)
        w.check()

    def test_may_bounce(self, w, waiting, stand_in):
        sent = approve(w, stand_in, waiting, "echeck_bounces")
        w.later(days=3, hours=2)
        assert w.fresh(sent).failure_code == "wallet_declined"
        assert w.balance("L1500", lease=w.owed) == 150_000
        w.check()


class TestCalledOff:
    def test_before_it_is_approved(self, w, waiting, stand_in):
        cancel_payment(waiting, actor=w.actor(w.bob), at=w.now)
        assert stand_in.approve(waiting.rail_reference), "PayPal knows nothing of it"
        w.later(hours=4)
        assert w.fresh(waiting).status == "canceled"
        assert stand_in.all("capture") == []
        assert stand_in.all("order")[0]["status"] == "VOIDED", "and its payer has it back"
        assert not Due.objects.filter(queue=VOID_QUEUE).exists()

    def test_after_it_is_approved_and_before_we_know(self, w, waiting, stand_in):
        """Whoever looks takes nothing: what may be called off is not captured."""
        stand_in.approve(waiting.rail_reference)
        cancel_payment(waiting, actor=w.actor(w.bob), at=w.now)
        w.later(hours=4)
        assert (w.fresh(waiting).status, stand_in.all("capture"), stand_in.asked(CAPTURE)) == ("canceled", [], 0)

    def test_while_paypal_is_ill_it_is_told_until_it_has_answered(self, w, waiting, stand_in):
        stand_in.faults.add("503", GET)
        cancel_payment(waiting, actor=w.actor(w.bob), at=w.now)
        w.work()
        assert Due.objects.filter(queue=VOID_QUEUE).exists()
        w.later(minutes=2)
        assert not Due.objects.filter(queue=VOID_QUEUE).exists()


class TestPromisedFirst:
    @pytest.fixture
    def authorized(self, w, pay, stand_in):
        made = pay(amount=10_000, captures_later=True)
        w.work()
        found = approve(w, stand_in, w.fresh(made))
        assert found.status == "authorized"
        return found

    def test_stands_as_a_hold(self, w, authorized, stand_in):
        """D2."""
        assert (stand_in.asked(AUTHORIZE), stand_in.asked(CAPTURE)) == (1, 0)
        assert Hold.objects.get().amount_minor == -10_000  # incoming, on the credit side
        assert w.balance("P2110") == 0
        w.check()

    def test_a_part_is_taken_and_the_rest_let_go(self, w, authorized, stand_in):
        """D3."""
        capture_payment(authorized, 8_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        taken = w.fresh(authorized)
        assert (taken.status, taken.amount_minor, taken.fee_minor) == ("completed", 8_000, 262)
        assert (w.balance("P2110"), w.balance("P1210/paypal")) == (7_738, 8_000 - 328)
        (capture,) = stand_in.all("capture")
        assert (capture["amount"]["value"], stand_in.all("authorization")[0]["status"]) == ("80.00", "CAPTURED")
        w.check()

    @pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "500_after", "reset_after"])
    def test_is_taken_once_however_often_it_is_asked_for(self, w, authorized, stand_in, kind):
        stand_in.faults.add(kind, TAKE)
        capture_payment(authorized, 8_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        assert w.fresh(authorized).status == "unknown"
        w.later(seconds=2)
        assert w.fresh(authorized).status == "completed"
        assert len(stand_in.all("capture")) == 1
        w.check()

    def test_is_let_go_at_paypal_when_it_is_called_off(self, w, authorized, stand_in):
        cancel_payment(authorized, actor=w.actor(w.alice), at=w.now)
        w.work()
        assert stand_in.all("authorization")[0]["status"] == "VOIDED"
        assert Hold.objects.get().state == "released"

    def test_and_when_nobody_took_it_in_seven_days(self, w, authorized, stand_in):
        """PayPal would keep it for 29."""
        w.later(seconds=CAPTURE_WITHIN.total_seconds() + 5)
        assert w.fresh(authorized).status == "canceled"
        assert (stand_in.all("authorization")[0]["status"], stand_in.asked(VOID)) == ("VOIDED", 1)

    def test_is_let_go_where_its_capture_is_declined(self, w, authorized, stand_in):
        """Or it would stand at PayPal for 29 days, and nobody here knew of it."""
        stand_in.mock(TAKE, "INSTRUMENT_DECLINED")
        capture_payment(authorized, 8_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        found = w.fresh(authorized)
        assert (found.status, found.failure_code, Hold.objects.get().state) == ("failed", "wallet_declined", "released")
        assert (stand_in.all("authorization")[0]["status"], stand_in.asked(VOID)) == ("VOIDED", 1)
        assert not Due.objects.filter(queue=VOID_QUEUE).exists()
        w.check()

    def test_is_let_go_where_a_capture_stands_there_declined(self, w, authorized, rail, stand_in):
        capture_payment(authorized, 8_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        (capture,) = stand_in.all("capture")
        stand_in.state.tables["capture"][capture["id"]]["status"] = "DECLINED"
        stand_in.state.tables["authorization"][stand_in.all("authorization")[0]["id"]]["status"] = "CREATED"
        (order,) = (order_of(payment) for payment in moving([authorized.public_id]))
        assert rail.void(order, w.now).state == "canceled"
        assert stand_in.all("authorization")[0]["status"] == "VOIDED"

    def test_that_paypal_let_go_of_is_canceled(self, w, authorized, stand_in):
        stand_in.mock(TAKE, "AUTHORIZATION_VOIDED")
        stand_in.state.tables["authorization"][stand_in.all("authorization")[0]["id"]]["status"] = "VOIDED"
        capture_payment(authorized, actor=w.actor(w.alice), at=w.now)
        w.work()
        assert w.fresh(authorized).status == "canceled"
        w.check()


class TestGivesBack:
    def test_a_part_goes_back_to_the_wallet(self, w, waiting, stand_in):
        """N3: before it has settled, out of pending."""
        done = approve(w, stand_in, waiting)
        made = refund_payment(done, 50_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        made = Refund.objects.get(id=made.id)
        (theirs,) = stand_in.all("refund")
        assert (made.status, made.rail, made.rail_reference, theirs["amount"]["value"]) == ("succeeded", "paypal", theirs["id"], "500.00")
        assert (w.balance("L1500", lease=w.owed), w.balance("P2310/paypal")) == (50_000, 0)
        w.check()

    def test_its_payer_reads_where_to(self, w, waiting, stand_in, mailoutbox):
        refund_payment(approve(w, stand_in, waiting), 50_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        (told,) = (mail for mail in mailoutbox if mail.subject == "$500.00 is on its way back to you")
        assert told.to == [w.bob.email]
        assert "It goes to your PayPal account, usually at once." in told.body

    @pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "500_after"])
    def test_once_whatever_becomes_of_the_answer(self, w, waiting, stand_in, kind):
        done = approve(w, stand_in, waiting)
        stand_in.faults.add(kind, REFUND)
        made = refund_payment(done, 50_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        w.later(minutes=5)
        made = Refund.objects.get(id=made.id)
        assert (made.status, len(stand_in.all("refund"))) == ("succeeded", 1)
        w.check()


class TestCrash:
    def test_between_the_intent_and_the_call(self, w, pay, stand_in):
        made = pay()
        submit_payments([made.public_id], at=w.now)  # … and the worker dies
        w.later(seconds=20)
        assert w.fresh(made).status == "requires_action"
        assert len(stand_in.all("order")) == 1

    def test_between_the_call_and_its_answer(self, w, pay, rail, stand_in):
        made = pay()
        submit_payments([made.public_id], at=w.now)
        rail.submit(order_of(w.fresh(made)), w.now)
        w.later(seconds=20)
        assert w.fresh(made).status == "requires_action"
        assert len(stand_in.all("order")) == 1

    def test_between_the_capture_and_its_answer(self, w, waiting, rail, stand_in):
        stand_in.approve(waiting.rail_reference)
        submitted = Payment.objects.get(id=waiting.id)
        come_back(waiting.public_id, at=w.now)
        run_all()  # it is ours to take now
        assert w.fresh(waiting).status in ("processing", "completed")
        rail.look_up(order_of(w.fresh(submitted)), w.now)
        w.later(seconds=20)
        assert w.fresh(waiting).status == "completed"
        assert len(stand_in.all("capture")) == 1
        w.check()


def test_a_report_that_does_not_come_is_fetched_later(w, waiting, stand_in):
    done = approve(w, stand_in, waiting)
    stand_in.faults.add("timeout_before", GET)
    fetch_lines([done.public_id], w.now)
    assert Due.objects.filter(queue=LINES_QUEUE, key=done.public_id).exists()
    w.later(minutes=2)
    assert not Due.objects.filter(queue=LINES_QUEUE, key=done.public_id).exists()
    assert w.balance("P5100/paypal") == 5_284


class TestRefuses:
    def test_where_paypal_is_not_set_up(self, w, pay, settings):
        settings.PAYPAL_CLIENT_SECRET = ""
        with pytest.raises(InvalidInput) as refused:
            pay()
        assert refused.value.code == "rail_not_available"

    def test_a_wallet_beside_a_bank_account(self, w, pay):
        with pytest.raises(InvalidInput) as refused:
            pay(bank_account=w.account(w.bob))
        assert refused.value.param == "payment_method"

    def test_a_deposit(self, w, pay, debt):
        type(debt).objects.filter(id=debt.id).update(pays_into="trust")
        with pytest.raises(NoWalletsForDeposits):
            pay()

    def test_nothing_and_too_much_in_the_database(self, w, waiting):
        account = w.account(w.bob)
        for change in (f"bank_account_id = {account.id}", "rail = 'ach'"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE payments_payment SET {change} WHERE id = {waiting.id}")


def test_with_a_wrong_secret_is_parked_for_a_person(w, pay, settings, stand_in):
    settings.PAYPAL_CLIENT_SECRET = "wrong-secret"
    made = pay()
    run_all()
    row = Due.objects.get(queue=RAIL_QUEUE, key=made.public_id)
    assert "does not take our client" in row.last_error
    assert "wrong-secret" not in row.last_error
    assert (w.fresh(made).status, stand_in.asked(CREATE)) == ("processing", 0)


def test_what_was_taken_is_what_was_ordered(w, waiting, stand_in):
    """Nobody counts it the same: nothing is posted, a person must look."""
    stand_in.approve(waiting.rail_reference)
    come_back(waiting.public_id, at=w.now)
    stored = stand_in.state.tables["order"][waiting.rail_reference]["purchase_units"][0]
    stored["amount"] = {"currency_code": "USD", "value": "1400.00"}
    w.later(seconds=1)
    found = w.fresh(waiting)
    assert found.status == "processing"
    assert "was asked for 150000" in Due.objects.get(queue=RAIL_QUEUE, key=waiting.public_id).last_error
