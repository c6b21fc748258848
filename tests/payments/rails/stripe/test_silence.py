"""Answers that do not come, at every call: unknown, never declined; found again, once; nobody charged twice."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from directpay.breakers.shared import breaker_of
from directpay.ops.places import free_port
from payments.rails.base import NeedsAPerson, NoAnswer, NotSent
from payments.rails.registry import ask
from tests.payments.rails.stripe.conftest import wish

CREATE, READ, SEARCH = "POST /v1/payment_intents", "GET /v1/payment_intents/{id}", "GET /v1/payment_intents/search"
CAPTURE, CANCEL = "POST /v1/payment_intents/{id}/capture", "POST /v1/payment_intents/{id}/cancel"
SILENT = ["timeout_before", "timeout_after", "reset_before", "reset_after", "503", "409"]
HOUR = timedelta(hours=1)


def seconds(count):
    return timedelta(seconds=count)


def held(order, reference):
    return dataclasses.replace(order, reference=reference)


def one_intent(stand_in):
    """What Stripe has, all in all."""
    (intent,) = stand_in.all("payment_intent")
    return intent


class TestAnOrder:
    @pytest.mark.parametrize("kind", SILENT)
    def test_without_an_answer_is_asked_about_until_it_is_known_and_charged_once(self, rail, order, stand_in, at, kind):
        stand_in.faults.add(kind, CREATE, times=2)
        for call in (rail.submit, rail.look_up):
            with pytest.raises(NoAnswer) as silence:
                call(order(), at)
            assert not isinstance(silence.value, NotSent)
        answer = rail.look_up(order(), at + seconds(3))
        assert (answer.state, answer.reference) == ("completed", one_intent(stand_in)["id"])
        assert len(stand_in.all("charge")) == 1

    def test_that_two_workers_hold_at_once_is_charged_once(self, rail, order, settings, stand_in, at):
        settings.STRIPE_TIMEOUT_SECONDS = 5.0
        slow = stand_in.faults.add("hold", CREATE)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(rail.submit, order(), at)
            assert slow.met.wait(5)
            with pytest.raises(NoAnswer, match="409"):
                rail.look_up(order(), at)
            slow.released.set()
            assert first.result(5).state == "completed"
        assert rail.look_up(order(), at).reference == one_intent(stand_in)["id"]

    @pytest.mark.parametrize("kind", ["timeout_after", "reset_after"])
    def test_that_was_declined_in_silence_is_found_declined(self, rail, order, stand_in, at, kind):
        stand_in.faults.add(kind, CREATE)
        asked = order("pm_card_chargeDeclinedInsufficientFunds")
        with pytest.raises(NoAnswer):
            rail.submit(asked, at)
        found = rail.look_up(asked, at + seconds(1))
        assert (found.state, found.code) == ("failed", "card_declined/insufficient_funds")
        assert len(stand_in.all("charge")) == 1

    def test_whose_first_answer_was_an_error_500_is_found_by_its_metadata(self, rail, order, stand_in, moment, at):
        """Stripe keeps the 500 under the key and says it again and again, though the money has moved."""
        stand_in.faults.add("500_after", CREATE)
        for _ in range(2):
            with pytest.raises(NoAnswer):
                rail.submit(order(), at)
        moment.move(60)  # Stripe's search follows
        assert rail.look_up(order(), at + seconds(60)).state == "completed"
        assert len(stand_in.all("charge")) == 1

    def test_that_was_written_otherwise_the_first_time_is_found_by_its_metadata(self, rail, order, official, stand_in, moment, at):
        """An upgrade between two tries must not make a second intent, nor call the first one declined."""
        official.v1.payment_intents.create(wish(metadata={"payment": "pay_1"}), {"idempotency_key": "pay_1"})
        with pytest.raises(NoAnswer):
            rail.look_up(order(), at)
        moment.move(60)
        assert rail.look_up(order(), at + seconds(60)).reference == one_intent(stand_in)["id"]

    def test_that_moved_on_since_is_told_as_it_is_now(self, rail, order, stand_in, moment, at):
        stand_in.faults.add("timeout_after", CREATE)
        asked = order("pm_usBankAccount_success")
        with pytest.raises(NoAnswer):
            rail.submit(asked, at)
        moment.move(10 * 3600)
        assert rail.look_up(asked, at + 10 * HOUR).state == "processing"
        moment.move(4 * 86_400)
        assert rail.look_up(asked, at + 106 * HOUR).state == "completed"


class TestAfterStripeHasForgottenTheKey:
    def test_what_was_made_is_found_by_its_metadata(self, rail, order, stand_in, moment, at):
        stand_in.faults.add("timeout_after", CREATE)
        with pytest.raises(NoAnswer):
            rail.submit(order(), at)
        moment.move(30 * 3600)
        assert rail.look_up(order(), at + 30 * HOUR).state == "completed"
        assert stand_in.requests[1:] == [SEARCH]
        assert len(stand_in.all("payment_intent")) == 1

    def test_what_never_arrived_is_given_up_and_never_made(self, rail, order, stand_in, moment, at):
        stand_in.faults.add("timeout_before", CREATE)
        with pytest.raises(NoAnswer):
            rail.submit(order(), at)
        moment.move(22 * 3600)
        with pytest.raises(NoAnswer, match="does not find"):
            rail.look_up(order(), at + 22 * HOUR)
        moment.move(2 * 3600)
        answer = rail.look_up(order(), at + 24 * HOUR)
        assert (answer.state, answer.code) == ("failed", "never_received")
        assert stand_in.requests.count(CREATE) == 1
        assert stand_in.all("payment_intent") == []

    def test_what_was_made_at_the_last_moment_is_not_missed(self, rail, order, stand_in, moment, at):
        """The search is a minute behind: so long before the key is forgotten nothing is made any more."""
        moment.move(20 * 3600 - 1)
        stand_in.faults.add("timeout_after", CREATE)
        with pytest.raises(NoAnswer):
            rail.look_up(order(), at + 20 * HOUR - seconds(1))
        with pytest.raises(NoAnswer):
            rail.look_up(order(), at + 20 * HOUR)
        moment.move(60)
        assert rail.look_up(order(), at + 20 * HOUR + seconds(60)).state == "completed"
        assert len(stand_in.all("payment_intent")) == 1

    @pytest.mark.parametrize("kind", SILENT)
    def test_silence_of_the_search_is_silence(self, rail, order, stand_in, moment, at, kind):
        stand_in.faults.add(kind, SEARCH)
        with pytest.raises(NoAnswer):
            rail.look_up(order(), at + 30 * HOUR)


class TestWhatIsHeld:
    @pytest.mark.parametrize("kind", SILENT)
    @pytest.mark.parametrize(
        ("route", "verb", "state"), [(CAPTURE, "capture", "completed"), (CANCEL, "void", "canceled"), (READ, "look_up", "authorized")]
    )
    def test_ends_once_though_nobody_answered(self, rail, order, stand_in, at, kind, route, verb, state):
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        amount = (90_000,) if verb == "capture" else ()
        stand_in.faults.add(kind, route)
        with pytest.raises(NoAnswer):
            getattr(rail, verb)(asked, *amount, at)
        assert getattr(rail, verb)(asked, *amount, at).state == state
        assert one_intent(stand_in)["amount_received"] == (90_000 if verb == "capture" else 0)

    @pytest.mark.parametrize("kind", ["500_before", "500_after"])
    def test_is_taken_once_where_its_first_answer_was_an_error_500(self, rail, order, stand_in, at, kind):
        """Stripe says the 500 again for a day, whether it had done it or not: what it is now says which, and only then it is asked anew."""
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        stand_in.faults.add(kind, CAPTURE)
        with pytest.raises(NoAnswer):
            rail.capture(asked, 90_000, at)
        assert (rail.capture(asked, 90_000, at).state, one_intent(stand_in)["amount_received"]) == ("completed", 90_000)
        assert rail.capture(asked, 90_000, at + 30 * HOUR).state == "completed"
        (charge,) = stand_in.all("charge")
        assert charge["amount_captured"] == 90_000

    def test_is_let_go_where_the_first_answer_was_an_error_500(self, rail, order, stand_in, at):
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        stand_in.faults.add("500_before", CANCEL)
        with pytest.raises(NoAnswer):
            rail.void(asked, at)
        assert rail.void(asked, at).state == "canceled"

    def test_is_taken_where_the_key_is_bound_to_other_words(self, rail, order, official, stand_in, at):
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        official.v1.customers.create({}, {"idempotency_key": f"{asked.id}/capture"})
        assert rail.capture(asked, 90_000, at).state == "completed"

    def test_of_errors_500_without_end_is_promised_still_and_asked_for_anew(self, rail, order, stand_in, at):
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        stand_in.faults.add("500_before", CAPTURE, times=3)
        for _ in range(2):  # under each of two keys
            with pytest.raises(NoAnswer):
                rail.capture(asked, 90_000, at)
        assert rail.capture(asked, 90_000, at).state == "authorized"
        assert rail.capture(asked, 90_000, at + seconds(5)).state == "completed"

    def test_is_for_a_person_to_see_where_stripe_does_not_know_it(self, rail, order, at):
        with pytest.raises(NeedsAPerson, match="resource_missing"):
            rail.look_up(held(order(), "pi_of_another_account"), at)

    def test_is_known_without_trying_again(self, rail, order, stand_in, at):
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        stand_in.faults.add("timeout_after", CAPTURE)
        with pytest.raises(NoAnswer):
            rail.capture(asked, 90_000, at)
        found = rail.look_up(asked, at)
        assert (found.state, found.amount_minor) == ("completed", 90_000)


class TestNotSent:
    def test_where_nobody_listens(self, rail, order, settings, at):
        settings.STRIPE_API_BASE = f"http://127.0.0.1:{free_port(12_000)}"
        with pytest.raises(NotSent):
            rail.submit(order(), at)

    def test_where_there_is_no_such_host(self, rail, order, settings, at):
        settings.STRIPE_API_BASE = "http://stripe.invalid"
        with pytest.raises(NotSent):
            rail.submit(order(), at)

    def test_where_stripe_has_too_much_to_do(self, rail, order, stand_in, at):
        stand_in.faults.add("429", CREATE)
        with pytest.raises(NotSent):
            rail.submit(order(), at)
        assert rail.look_up(order(), at).state == "completed"


class TestTheBreaker:
    @pytest.fixture
    def broken(self, rail, order, stand_in, at):
        """Three times in vain at `at`."""
        stand_in.faults.add("503", CREATE, times=3)
        for n in range(3):
            with pytest.raises(NoAnswer):
                rail.submit(order(id=f"pay_{n}"), at)
        return rail

    def test_leaves_stripe_alone(self, broken, order, stand_in, at):
        asked = len(stand_in.requests)
        with pytest.raises(NotSent) as spared:
            broken.submit(order(id="pay_9"), at + seconds(5))
        assert (spared.value.ask_again_at, len(stand_in.requests)) == (at + seconds(30), asked)

    def test_lets_one_look_and_then_all(self, broken, order, stand_in, at):
        assert broken.submit(order(id="pay_9"), at + seconds(30)).state == "completed"
        assert breaker_of("stripe").state(at + seconds(30)) == "closed"
        assert [broken.look_up(order(id=f"pay_{n}"), at + seconds(31)).state for n in range(3)] == ["completed"] * 3
        assert len(stand_in.all("payment_intent")) == 4

    def test_stays_open_while_the_one_meets_silence(self, broken, order, stand_in, at):
        stand_in.faults.add("reset_before", CREATE)
        with pytest.raises(NoAnswer):
            broken.submit(order(), at + seconds(30))
        with pytest.raises(NotSent) as spared:
            broken.submit(order(), at + seconds(31))
        assert spared.value.ask_again_at == at + seconds(90)

    @pytest.mark.parametrize("token", ["pm_card_chargeDeclined", "pm_none"])
    def test_takes_no_decline_for_an_illness(self, rail, order, at, token):
        for n in range(5):
            assert rail.submit(order(token, id=f"pay_{n}"), at).state == "failed"
        assert breaker_of("stripe").state(at) == "closed"


class TestAWrongKey:
    def test_is_for_a_person_to_see_and_declines_nobody(self, rail, order, settings, stand_in, at, caplog):
        settings.STRIPE_SECRET_KEY = "sk_test_" + "wrongkey" * 3
        with pytest.raises(NeedsAPerson, match="does not take our key"):
            rail.submit(order(), at)
        assert "Stripe does not take our key" in caplog.text
        assert breaker_of("stripe").state(at) == "closed"

    def test_goes_through_the_registry(self, rail, order, settings, at):
        settings.STRIPE_SECRET_KEY = ""
        with pytest.raises(NeedsAPerson, match="not set up"):
            ask("stripe", order(), at=at, first=True)

    def test_so_does_a_question_that_stripe_does_not_understand(self, rail, order, at):
        with pytest.raises(NeedsAPerson, match="currency"):
            rail.submit(order(currency="xyz"), at)


def test_what_is_asked_again_and_when(rail, order, stand_in, at):
    """1, 2, 4, 8, 16 seconds after the last; then the patience of payins."""
    stand_in.faults.add("409", CREATE, times=-1)
    moment, waits = at, []
    while (answer := ask("stripe", order(), at=moment, first=moment == at)) is not None:
        assert answer.state == "unknown"
        waits.append((answer.ask_again_at - moment).total_seconds())
        moment = answer.ask_again_at
    assert waits == [1, 2, 4, 8, 16]
