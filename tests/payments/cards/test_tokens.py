"""A card typed in: what is taken, and that its number goes nowhere."""

import logging

import psycopg
import pytest

from directpay.kernel.errors import InvalidInput
from payments.methods.cards.actions import create_card
from payments.methods.cards.models import CardToken
from payments.rails.cards.sandbox import BY_NUMBER, CARDS
from tests.directpay.cast import Caller, error_of, key_of
from tests.payments.cards.conftest import VISA, typed
from tests.world import World

pytestmark = pytest.mark.django_db
TOKENS = "/api/v1/tokens"


class TestToken:
    def test_it_works(self, w, bob):
        answer = bob.post(TOKENS, typed(name="Bob Brown"))
        assert answer.status_code == 201, answer.content
        made = answer.json()
        assert made["id"].startswith("tok_")
        assert (made["object"], made["type"], made["used"]) == ("token", "card", False)
        shown = made["card"]
        assert (shown["brand"], shown["last4"], shown["funding"], shown["name"]) == ("visa", "4242", "credit", "Bob Brown")
        assert (shown["exp_month"], shown["exp_year"], shown["checks"]["cvc_check"]) == (11, 2029, "pass")

    def test_keeps_the_processor_and_its_name_of_the_card(self, token):
        row = CardToken.objects.get(public_id=token())
        assert (row.processor, row.processor_card) == ("simulated", "pm_card_visa")

    def test_takes_a_form_and_a_short_year_and_spaces(self, bob):
        answer = bob.post(TOKENS, typed("4242 4242 4242 4242", exp_year=29))
        assert (answer.status_code, answer.json()["card"]["exp_year"]) == (201, 2029)

    def test_finds_the_same_number_again_without_showing_it(self, token):
        first, again, other = (CardToken.objects.get(public_id=token(n)) for n in (VISA, VISA, "5555555555554444"))
        assert first.fingerprint == again.fingerprint != other.fingerprint

    def test_is_taken_from_a_publishable_key_which_sees_none(self, w):
        caller = Caller(key_of(w.bob, kind="publishable"))
        made = caller.post(TOKENS, typed())
        assert made.status_code == 201, made.content
        assert caller.get(f"{TOKENS}/{made.json()['id']}").status_code == 403

    def test_is_nobody_elses_to_see(self, w, token):
        assert Caller(key_of(w.alice)).get(f"{TOKENS}/{token()}").status_code == 404

    def test_has_no_list(self, bob):
        assert bob.get(TOKENS).status_code == 405

    @pytest.mark.parametrize("card", [c for c in CARDS if c.number], ids=lambda c: c.name)
    def test_knows_every_published_number(self, card, bob):
        answer = bob.post(TOKENS, typed(card.number, cvc="1" * card.cvc_length))
        assert (answer.status_code, answer.json()["card"]["brand"]) == (201, card.brand)
        assert answer.json()["card"]["checks"]["cvc_check"] == ("fail" if card.cvc_fails else "pass")

    def test_without_a_security_code_leaves_it_unchecked(self, bob):
        body = typed()
        del body["card"]["cvc"]
        assert bob.post(TOKENS, body).json()["card"]["checks"]["cvc_check"] == "unchecked"


class TestRefuses:
    @pytest.mark.parametrize(
        ("changes", "code", "param"),
        [
            ({"number": "4242424242424241"}, "incorrect_number", "card[number]"),
            ({"number": "4242"}, "incorrect_number", "card[number]"),
            ({"number": "lots"}, "incorrect_number", "card[number]"),
            ({"number": "٤" * 16}, "incorrect_number", "card[number]"),
            ({"exp_month": 13}, "invalid_expiry_month", "card[exp_month]"),
            ({"exp_year": 2025}, "invalid_expiry_year", "card[exp_year]"),
            ({"exp_year": 2099}, "invalid_expiry_year", "card[exp_year]"),
            ({"exp_year": 2026, "exp_month": 10}, "invalid_expiry_month", "card[exp_month]"),
            ({"cvc": "12"}, "invalid_cvc", "card[cvc]"),
            ({"cvc": "1234"}, "invalid_cvc", "card[cvc]"),
            ({"cvc": "abc"}, "invalid_cvc", "card[cvc]"),
        ],
    )
    def test_as_an_error_of_the_card(self, bob, changes, code, param):
        answer = bob.post(TOKENS, typed(**changes))
        error = error_of(answer)
        assert (answer.status_code, error["type"], error["code"], error["param"]) == (402, "card_error", code, param)
        assert not CardToken.objects.exists()

    def test_a_number_that_may_be_somebodys(self, bob):
        """A number of good form that nobody has published: Luhn's own example."""
        answer = bob.post(TOKENS, typed("79927398713" + "00005"))
        assert error_of(answer)["code"] in {"incorrect_number", "card_declined"}
        unlisted = next(n for n in (f"424242424242{k:04}" for k in range(10_000)) if n not in BY_NUMBER and _luhn(n))
        answer = bob.post(TOKENS, typed(unlisted))
        error = error_of(answer)
        assert (answer.status_code, error["code"], error["decline_code"]) == (402, "card_declined", "test_mode_live_card")
        assert unlisted not in answer.content.decode()

    def test_in_the_month_of_its_expiry_it_is_good(self, bob):
        assert bob.post(TOKENS, typed(exp_year=2026, exp_month=11)).status_code == 201


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


@pytest.mark.django_db(transaction=True)
class TestTheNumber:
    NUMBER = "5200828282828210"

    def test_stands_in_no_table(self, w, bob, superuser: psycopg.Connection):
        made = bob.post(TOKENS, typed(self.NUMBER), "key-1").json()
        kept = bob.post("/api/v1/payment_methods", {"type": "card", "card": {"token": made["id"]}}, "key-2")
        assert kept.status_code == 201, kept.content
        bob.post(TOKENS, typed(self.NUMBER[:-1] + "1"), "key-3")
        w.later(minutes=1)
        tables = [
            t for (t,) in superuser.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        ]
        for part in (self.NUMBER, self.NUMBER[:-1], "8282" * 2):
            query = 'SELECT count(*) FROM "{}" x WHERE x::text LIKE %s'
            found = [t for t in tables if superuser.execute(query.format(t), [f"%{part}%"]).fetchone() != (0,)]
            assert not found, part

    @pytest.mark.parametrize("end", ["", "1"])
    def test_stands_in_no_answer_and_no_log(self, w, bob, caplog, end):
        number = self.NUMBER[: len(self.NUMBER) - len(end)] + end
        with caplog.at_level(logging.DEBUG):
            answer = bob.post(TOKENS, typed(number), "key-1")
        assert answer.status_code == (402 if end else 201)
        for text in (answer.content.decode(), caplog.text, *(repr(record.__dict__) for record in caplog.records)):
            assert number not in text
            assert number[:12] not in text

    def test_stands_in_no_report_of_a_bug(self, w, bob, caplog, superuser: psycopg.Connection):
        """The table is gone: what breaks tells where, and not with what."""
        superuser.execute("ALTER TABLE payments_cardtoken RENAME TO payments_elsewhere")
        try:
            with caplog.at_level(logging.DEBUG):
                answer = bob.post(TOKENS, typed(self.NUMBER), "key-1")
        finally:
            superuser.execute("ALTER TABLE payments_elsewhere RENAME TO payments_cardtoken")
        assert answer.status_code == 500
        assert "payments_cardtoken" in caplog.text
        assert self.NUMBER[:12] not in caplog.text + answer.content.decode()


def test_in_live_mode_a_test_name_is_no_card(w: World, settings):
    settings.SANDBOX = False
    with pytest.raises(InvalidInput, match="No such token"):
        create_card("pm_card_visa", user=w.bob, actor=w.actor(w.bob), at=w.now)
