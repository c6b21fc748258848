"""Where PayPal does not answer: at each call, what is known afterwards, and that nothing happens twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from directpay.breakers.shared import breaker_of
from directpay.ops.places import free_port
from payments.rails.base import NeedsAPerson, NoAnswer, NotSent
from payments.rails.registry import ask
from tests.payments.rails.paypal.conftest import AUTHORIZE, CAPTURE, CREATE, GET, TAKE, VOID

LOST = ["timeout_before", "timeout_after", "reset_before", "reset_after", "500_before", "500_after", "503", "429", "409"]


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.fixture
def made(rail, order, stand_in, at):
    """An order that its payer has approved."""
    asked = order()
    asked = replace(asked, reference=rail.submit(asked, at).reference)
    stand_in.approve(asked.reference)
    return asked


@pytest.fixture
def held(rail, order, stand_in, at):
    """One that is authorised."""
    asked = order(capture=False)
    asked = replace(asked, reference=rail.submit(asked, at).reference)
    stand_in.approve(asked.reference)
    assert rail.look_up(asked, at).state == "authorized"
    return asked


@pytest.mark.parametrize("kind", LOST)
class TestIsUnknown:
    def test_when_it_is_made(self, rail, order, stand_in, at, kind):
        stand_in.faults.add(kind, CREATE)
        with pytest.raises(NoAnswer) as silence:
            rail.submit(order(), at)
        assert not isinstance(silence.value, NotSent)
        assert silence.value.ask_again_at == at + seconds(1)
        assert rail.look_up(order(), at + seconds(1)).state == "requires_action"
        assert len(stand_in.all("order")) == 1

    def test_when_it_is_looked_at(self, rail, made, stand_in, at, kind):
        stand_in.faults.add(kind, GET)
        with pytest.raises(NoAnswer):
            rail.look_up(replace(made, only_look=True), at)
        assert rail.look_up(replace(made, only_look=True), at).state == "processing"

    def test_when_it_is_captured(self, rail, made, stand_in, at, kind):
        stand_in.faults.add(kind, CAPTURE)
        with pytest.raises(NoAnswer):
            rail.look_up(made, at)
        assert (rail.look_up(made, at).state, rail.look_up(made, at).amount_minor) == ("completed", 150_000)
        assert len(stand_in.all("capture")) == 1

    def test_when_it_is_authorised(self, rail, order, stand_in, at, kind):
        asked = order(capture=False)
        asked = replace(asked, reference=rail.submit(asked, at).reference)
        stand_in.approve(asked.reference)
        stand_in.faults.add(kind, AUTHORIZE)
        with pytest.raises(NoAnswer):
            rail.look_up(asked, at)
        assert rail.look_up(asked, at).state == "authorized"
        assert len(stand_in.all("authorization")) == 1

    @pytest.mark.parametrize(("verb", "route", "state"), [("capture", TAKE, "completed"), ("void", VOID, "canceled")])
    def test_when_what_is_held_ends(self, rail, held, stand_in, at, kind, verb, route, state):
        amount = (90_000,) if verb == "capture" else ()
        stand_in.faults.add(kind, route)
        with pytest.raises(NoAnswer):
            getattr(rail, verb)(held, *amount, at)
        assert getattr(rail, verb)(held, *amount, at).state == state
        assert len(stand_in.all("capture")) == (1 if verb == "capture" else 0)


class TestWaits:
    def test_where_nobody_listens(self, rail, order, settings, at):
        settings.PAYPAL_API_BASE = f"http://127.0.0.1:{free_port(12_000)}"
        assert ask("paypal", order(), at=at, first=True).state == "waiting"

    def test_where_there_is_no_such_host(self, rail, order, settings, at):
        settings.PAYPAL_API_BASE = "http://paypal.invalid"
        with pytest.raises(NotSent):
            rail.submit(order(), at)


class TestWhoseAnswerNeverCame:
    def test_is_the_same_request_for_five_hours(self, rail, order, stand_in, moment, at):
        stand_in.faults.add("reset_after", CREATE)
        with pytest.raises(NoAnswer):
            rail.submit(order(), at)
        moment.move(2 * 3600)
        assert rail.look_up(order(), at + timedelta(hours=2)).state == "requires_action"
        assert len(stand_in.all("order")) == 1

    def test_was_never_received_after_that_for_nobody_could_approve_it(self, rail, order, stand_in, at, caplog):
        found = rail.look_up(order(), at + timedelta(hours=5))
        assert (found.state, found.code) == ("failed", "never_received")
        assert stand_in.asked(CREATE) == 0
        assert "given up" in caplog.text


class TestForAPerson:
    def test_a_reference_that_paypal_does_not_know(self, rail, order, at):
        """It may have been taken: nobody calls that a failure."""
        with pytest.raises(NeedsAPerson, match="404"):
            rail.look_up(order(reference="OFANOTHERACCOUNT1"), at + timedelta(days=1))

    def test_before_its_time_has_passed_even_where_nothing_was_taken(self, rail, order, at):
        with pytest.raises(NeedsAPerson):
            rail.look_up(order(reference="OFANOTHERACCOUNT1", only_look=True), at)

    def test_what_paypal_does_not_understand(self, rail, order, at):
        with pytest.raises(NeedsAPerson, match="CURRENCY_NOT_SUPPORTED"):
            rail.submit(order(currency="kwd"), at)

    def test_an_order_of_somebody_elses(self, rail, made, at):
        with pytest.raises(NeedsAPerson, match="is for pay_1"):
            rail.look_up(replace(made, id="pay_2"), at)

    def test_where_another_order_was_paid_for_the_same_invoice(self, rail, made, stand_in, at):
        stand_in.mock(CAPTURE, "DUPLICATE_INVOICE_ID")
        with pytest.raises(NeedsAPerson, match="DUPLICATE_INVOICE_ID"):
            rail.look_up(made, at)

    def test_where_it_is_not_set_up(self, rail, order, settings, at):
        settings.PAYPAL_CLIENT_ID = ""
        with pytest.raises(NeedsAPerson, match="not set up"):
            ask("paypal", order(), at=at, first=True)


class TestTheBreaker:
    @pytest.fixture
    def broken(self, rail, order, stand_in, at):
        """Three times in vain at `at`."""
        stand_in.faults.add("503", CREATE, times=3)
        for n in range(3):
            with pytest.raises(NoAnswer):
                rail.submit(order(id=f"pay_{n}"), at)
        return rail

    def test_opens_and_leaves_paypal_alone(self, broken, order, stand_in, at):
        asked = len(stand_in.requests)
        with pytest.raises(NotSent) as spared:
            broken.submit(order(id="pay_9"), at + seconds(5))
        assert (spared.value.ask_again_at, len(stand_in.requests)) == (at + seconds(30), asked)

    def test_lets_one_look_and_then_all(self, broken, order, stand_in, at):
        assert breaker_of("paypal").state(at + seconds(30)) == "half_open"
        assert broken.submit(order(id="pay_9"), at + seconds(30)).state == "requires_action"
        assert breaker_of("paypal").state(at + seconds(30)) == "closed"
        assert [broken.look_up(order(id=f"pay_{n}"), at + seconds(31)).state for n in range(3)] == ["requires_action"] * 3
        assert len(stand_in.all("order")) == 4

    def test_takes_no_decline_for_an_illness(self, rail, order, stand_in, at):
        for n in range(5):
            stand_in.mock(CREATE, "TRANSACTION_REFUSED")
            assert rail.submit(order(id=f"pay_{n}"), at).state == "failed"
        assert breaker_of("paypal").state(at) == "closed"


def test_what_is_asked_again_and_when(rail, order, stand_in, at):
    """1, 2, 4, 8, 16 seconds after the last; then the patience of payins."""
    stand_in.faults.add("409", CREATE, times=-1)
    moment, waits = at, []
    while (answer := ask("paypal", order(), at=moment, first=moment == at)) is not None:
        assert answer.state == "unknown"
        waits.append((answer.ask_again_at - moment).total_seconds())
        moment = answer.ask_again_at
    assert waits == [1, 2, 4, 8, 16]
