"""How Stripe is asked: by which key and version, once, and so that nobody reads the key afterwards."""

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe

from directpay.ops.logs import MaskedJson
from payments.rails.base import NeedsAPerson, NoAnswer
from payments.rails.processors.turns import FIRST_WAIT, TURN_SECONDS
from payments.rails.registry import ask as ask_rail
from payments.rails.stripe import calls
from payments.rails.stripe.client import API_VERSION, client
from tests.architecture.tidiness import ROOT
from tests.payments.rails.stripe.conftest import KEY

CREATE = "POST /v1/payment_intents"


def test_asks_once_and_waits_no_longer_than_it_is_told(rail, order, stand_in, at):
    stand_in.faults.add("timeout_before", CREATE, times=-1)
    with pytest.raises(NoAnswer, match="ReadTimeout"):
        rail.submit(order(), at)
    assert stand_in.requests == [CREATE]


def test_speaks_one_version_whatever_the_accounts_own_is(configured, stand_in):
    answer = client().v1.payment_intents.list()
    assert answer.last_response.headers["Stripe-Version"] == API_VERSION
    assert stripe.api_version == API_VERSION, "the client's own: what it returns is what it says"


def test_tells_stripe_nothing_of_the_machine(configured):
    client()
    assert stripe.enable_telemetry is False
    assert stripe.log is None, "what is sent is printed nowhere"


def test_is_made_anew_when_the_key_changes(configured, settings):
    first = client()
    assert client() is first
    settings.STRIPE_SECRET_KEY = "sk_test_" + "another0" * 3
    assert client() is not first


class TestTheKey:
    """Wherever it goes wrong: in no log, no error and no repr."""

    @pytest.fixture
    def said(self, rail, order, stand_in, settings, at, caplog):
        caplog.set_level(logging.DEBUG)
        told = [repr(client()), repr(rail), str(vars(rail))]
        for kind in ("timeout_after", "503", "429", "409", "reset_before"):
            stand_in.faults.add(kind, CREATE)
            with pytest.raises(NoAnswer) as met:
                rail.submit(order(id=f"pay_{kind}"), at)
            told += chain(met.value)
        settings.STRIPE_SECRET_KEY = KEY[:-8] + "mistaken"
        with pytest.raises(NeedsAPerson) as refused:
            ask_rail("stripe", order(), at=at.replace(hour=23), first=True)
        formatter = MaskedJson()
        return [*told, *chain(refused.value), caplog.text, *(formatter.format(record) for record in caplog.records)]

    def test_is_never_said(self, said):
        assert "Stripe does not take our key" in "".join(said)
        assert [text for text in said if "standin0standin0" in text] == []


def chain(error: BaseException | None) -> list[str]:
    told = []
    while error is not None:
        told += [str(error), repr(error), repr(error.args)]
        error = error.__cause__ or error.__context__
    return told


def test_a_set_has_its_turn_and_no_more(rail, order, stand_in, at):
    """A slow Stripe holds up the other queues for one turn: the rest of the set is not asked, and waits a second."""
    before = calls.turn.spent(at)
    slow = stand_in.faults.add("hold", CREATE)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(rail.submit, order(), at)
        assert slow.met.wait(5)
        slow.released.set()
        assert first.result(5).state == "completed"
    assert calls.turn.spent(at) > before, "what it took is counted"
    calls.turn.spend(at, TURN_SECONDS)
    answer = ask_rail("stripe", order(id="pay_2"), at=at, first=True)
    assert (answer.state, answer.ask_again_at) == ("waiting", at + FIRST_WAIT)
    assert rail.submit(order(id="pay_2"), answer.ask_again_at).state == "completed"


def test_processes_that_do_not_ask_stripe_do_not_import_it():
    """0.15 to 0.2 seconds of every start."""
    code = "import django; django.setup()\nimport directpay.urls, directpay.celery, sys\nsys.exit('stripe' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]


@pytest.mark.parametrize(
    ("cause", "sent"),
    [
        (requests.exceptions.ConnectTimeout("no connection"), False),
        (requests.exceptions.ReadTimeout("no answer"), True),
        (requests.exceptions.SSLError("a certificate, or a record in between"), True),
        (requests.exceptions.ConnectionError("aborted", ConnectionResetError()), True),
        (None, True),
    ],
)
def test_only_what_had_no_connection_was_certainly_not_sent(cause, sent):
    error = stripe.APIConnectionError("x")
    error.__cause__ = cause
    assert calls.never_sent(error) is not sent
