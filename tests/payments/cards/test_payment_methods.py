"""Cards to pay with: made, attached, changed, detached; each its owner's."""

from datetime import timedelta

import pytest

from directpay.events.queries import history_of
from payments.methods.cards.actions import TOKEN_LASTS, create_card
from payments.methods.cards.models import Card, CardToken
from tests.at_once import at_once
from tests.directpay.cast import Caller, error_of, key_of

pytestmark = pytest.mark.django_db
METHODS = "/api/v1/payment_methods"


def made(caller, token: str, **more) -> dict:
    answer = caller.post(METHODS, {"type": "card", "card": {"token": token}, **more})
    assert answer.status_code == 201, answer.content
    return answer.json()


class TestMake:
    def test_from_a_token_which_is_used_up(self, bob, token):
        spent = token(name="Bob Brown")
        card = made(bob, spent, metadata={"a": "b"})
        assert card["id"].startswith("pm_")
        assert (card["type"], card["customer"], card["metadata"]) == ("card", None, {"a": "b"})
        assert (card["card"]["last4"], card["billing_details"]["name"]) == ("4242", "Bob Brown")
        assert bob.get(f"/api/v1/tokens/{spent}").json()["used"] is True
        again = bob.post(METHODS, {"type": "card", "card": {"token": spent}})
        assert (again.status_code, error_of(again)["code"]) == (400, "token_already_used")
        assert Card.objects.count() == 1

    def test_from_published_names_again_and_again(self, bob):
        one, other, third = (made(bob, name) for name in ("tok_visa", "pm_card_visa", "tok_chargeDeclined"))
        assert one["card"]["fingerprint"] == other["card"]["fingerprint"] != third["card"]["fingerprint"]
        assert (one["card"]["exp_month"], one["card"]["exp_year"]) == (11, 2027)

    def test_not_from_what_is_too_old(self, w, bob, token):
        spent = token()
        w.later(minutes=10)
        answer = bob.post(METHODS, {"type": "card", "card": {"token": spent}})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "token_expired")
        assert timedelta(minutes=10) == TOKEN_LASTS

    def test_not_from_somebody_elses_or_none(self, w, token):
        alice = Caller(key_of(w.alice))
        for name in (token(), "tok_nothing", "pm_card_nothing"):
            answer = alice.post(METHODS, {"type": "card", "card": {"token": name}})
            assert (error_of(answer)["code"], error_of(answer)["param"]) == ("resource_missing", "card[token]")

    def test_never_from_a_number(self, bob):
        answer = bob.post(METHODS, {"type": "card", "card": {"number": "4242" * 4}})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "card[number]")


class TestAttach:
    def test_makes_it_a_persons(self, w, bob):
        card = made(bob, "tok_visa")
        answer = bob.post(f"{METHODS}/{card['id']}/attach", {"customer": w.bob.public_id})
        assert (answer.status_code, answer.json()["customer"]) == (200, w.bob.public_id)
        assert [e.type for e in history_of(card["id"])] == ["payment_method.created", "payment_method.attached"]
        again = bob.post(f"{METHODS}/{card['id']}/attach", {"customer": w.bob.public_id})
        assert again.content == answer.content

    def test_but_not_another_persons(self, w, platform, bob):
        card = made(platform, "tok_visa")["id"]
        assert platform.post(f"{METHODS}/{card}/attach", {"customer": w.bob.public_id}).status_code == 200
        answer = platform.post(f"{METHODS}/{card}/attach", {"customer": w.alice.public_id})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "customer")
        mine = made(bob, "tok_visa")["id"]
        answer = bob.post(f"{METHODS}/{mine}/attach", {"customer": w.alice.public_id})
        assert error_of(answer)["code"] == "resource_missing"

    def test_nor_a_bank_account(self, w, bob):
        account = w.account(w.bob).public_id
        answer = bob.post(f"{METHODS}/{account}/attach", {"customer": w.bob.public_id})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "payment_method")


class TestDetach:
    def test_takes_it_out_of_the_list_for_good(self, w, bob):
        card = made(bob, "tok_visa")["id"]
        assert [row["id"] for row in bob.get(METHODS).json()["data"]] == [card]
        assert bob.post(f"{METHODS}/{card}/detach", {}).status_code == 200
        assert bob.get(METHODS).json()["data"] == []
        assert bob.get(f"{METHODS}/{card}").json()["customer"] is None
        answer = bob.post(f"{METHODS}/{card}/attach", {"customer": w.bob.public_id})
        assert (answer.status_code, error_of(answer)["code"]) == (409, "payment_method_detached")
        assert bob.post(f"{METHODS}/{card}", {"metadata": {"a": "b"}}).status_code == 409


class TestUpdate:
    def test_changes_what_is_renewed(self, bob):
        card = made(bob, "tok_visa", metadata={"a": "b"})["id"]
        body = {"card": {"exp_month": 1, "exp_year": 31}, "billing_details": {"name": "R. Brown"}, "metadata": {"c": "d"}}
        shown = bob.post(f"{METHODS}/{card}", body).json()
        assert (shown["card"]["exp_month"], shown["card"]["exp_year"]) == (1, 2031)
        assert (shown["billing_details"]["name"], shown["metadata"]) == ("R. Brown", {"a": "b", "c": "d"})

    def test_refuses_what_has_passed(self, bob):
        card = made(bob, "tok_visa")["id"]
        answer = bob.post(f"{METHODS}/{card}", {"card": {"exp_year": 2020}})
        assert (answer.status_code, error_of(answer)["code"]) == (402, "invalid_expiry_year")


class TestList:
    def test_has_bank_accounts_beside_cards(self, w, bob):
        account, card = w.account(w.bob), made(bob, "tok_visa")["id"]
        assert [row["id"] for row in bob.get(f"{METHODS}?type=card").json()["data"]] == [card]
        banks = bob.get(f"{METHODS}?type=us_bank_account&customer={w.bob.public_id}").json()["data"]
        assert [(row["id"], row["us_bank_account"]["last4"]) for row in banks] == [(account.public_id, "6789")]
        assert bob.get(f"{METHODS}/{account.public_id}").json() == banks[0]

    def test_is_whole_where_the_newest_were_detached(self, w, bob):
        kept = [create_card("tok_visa", user=w.bob, actor=w.actor(w.bob), at=w.now).public_id for _ in range(3)]
        gone = [create_card("tok_visa", user=w.bob, actor=w.actor(w.bob), at=w.now) for _ in range(11)]
        Card.objects.filter(id__in=[card.id for card in gone]).update(detached_at=w.now)
        page = bob.get(f"{METHODS}?limit=10").json()
        assert ([card["id"] for card in page["data"]], page["has_more"]) == (kept[::-1], False)
        first = bob.get(f"{METHODS}?limit=2").json()
        assert ([card["id"] for card in first["data"]], first["has_more"]) == ([kept[2], kept[1]], True)
        rest = bob.get(f"{METHODS}?limit=2&starting_after={kept[1]}").json()
        assert ([card["id"] for card in rest["data"]], rest["has_more"]) == ([kept[0]], False)

    def test_shows_nothing_to_others(self, w, bob):
        card = made(bob, "tok_visa")["id"]
        alice = Caller(key_of(w.alice))
        assert alice.get(METHODS).json()["data"] == []
        assert alice.get(f"{METHODS}/{card}").status_code == 404
        assert alice.post(f"{METHODS}/{card}/detach", {}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_the_token(w, bob, token):
    spent = token()
    actor = w.actor(w.bob)
    results = at_once(*[lambda: create_card(spent, user=w.bob, actor=actor, at=w.now)] * 4)
    assert sorted(type(r).__name__ for r in results) == ["Card", "TokenUsed", "TokenUsed", "TokenUsed"]
    assert Card.objects.count() == 1
    assert CardToken.objects.get().used_at == w.now
