"""Making and changing customers: by whom, of whom, and what a default is."""

import pytest

from directpay.events.queries import history_of
from directpay.people.actions import set_password
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from tests.directpay.cast import error_of
from tests.payments.customers.conftest import Api

pytestmark = pytest.mark.django_db


def card_of(api: Api, user: User) -> str:
    made = api.caller.post("/api/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}}).json()["id"]
    assert api.caller.post(f"/api/v1/payment_methods/{made}/attach", {"customer": user.public_id}).status_code == 200
    return str(made)


def test_it_works(w, api):
    made = api.created(phone="+1 614 555 0142", description="Has rented before", metadata={"unit": "4B"}, preferred_locales=["es"])
    user = User.objects.get(public_id=made["id"])
    assert (user.role, user.locale, user.description) == ("renter", "es", "Has rented before")
    assert (made["object"], made["email"], made["phone"], made["preferred_locales"]) == (
        "customer",
        "erin@example.com",
        "+1 614 555 0142",
        ["es"],
    )
    assert api.get(f"/{made['id']}").json() == made
    assert api.caller.get(f"/api/v1/users/{made['id']}").json()["metadata"] == {"unit": "4B"}, "one person, seen by two doors"


def test_is_called_by_its_address_where_it_has_no_name(api):
    answer = api.post("", {"email": "zoe@example.com"})
    assert answer.json()["name"] == "zoe@example.com"


def test_a_user_was_a_customer_all_along(w, api):
    shown = api.get(f"/{w.bob.public_id}").json()
    assert (shown["id"], shown["email"], shown["invoice_settings"]["default_payment_method"]) == (w.bob.public_id, w.bob.email, None)
    assert api.get(f"/{w.alice.public_id}").status_code == 404, "who lets is nobody's customer"


def test_refuses_an_address_that_somebody_has(w, api, alice):
    answer = api.post("", {"email": "BOB@example.com"})
    assert (answer.status_code, error_of(answer)["code"], error_of(answer)["user"]) == (400, "email_unavailable", w.bob.public_id)
    assert "user" not in error_of(alice.post("", {"email": "bob@example.com"})), "whose it is, is told to those who know them"


def test_a_telephone_number_of_any_length_is_taken_or_refused(api):
    made = api.created(phone="+" + 31 * "1")
    assert len(made["phone"]) == 32
    refused = api.post(f"/{made['id']}", {"phone": "+" + 32 * "1"})
    assert (refused.status_code, error_of(refused)["param"]) == (400, "phone")


def test_changes_what_is_given_alone(api):
    made = api.created(description="one", metadata={"a": "1", "b": "2"})
    changed = api.post(f"/{made['id']}", {"phone": "555 0142", "metadata": {"a": "", "c": "3"}}).json()
    assert (changed["phone"], changed["description"], changed["metadata"]) == ("555 0142", "one", {"b": "2", "c": "3"})
    emptied = api.post(f"/{made['id']}", {"phone": "", "description": ""}).json()
    assert (emptied["phone"], emptied["description"]) == (None, None)
    facts = [event.data.get("changed") for event in history_of(made["id"]) if event.type == "user.updated"]
    assert facts == [["metadata", "phone"], ["description", "phone"]], "names alone, nothing personal"


def test_what_changes_nothing_is_no_event(api):
    made = api.created()
    api.post(f"/{made['id']}", {"name": "Erin"})
    assert [event.type for event in history_of(made["id"])] == ["user.created"]


def test_finds_by_address(w, api):
    api.created()
    found = api.get("?email=ERIN@example.com").json()["data"]
    assert [row["email"] for row in found] == ["erin@example.com"]
    assert {row["email"] for row in api.get("").json()["data"]} == {"erin@example.com", w.bob.email}


class TestTheDefault:
    def test_is_one_of_their_own(self, w, api):
        card, account = card_of(api, w.bob), w.account(w.bob).public_id
        for source in (card, account):
            changed = api.post(f"/{w.bob.public_id}", {"invoice_settings": {"default_payment_method": source}}).json()
            assert changed["invoice_settings"]["default_payment_method"] == source
        assert list(history_of(w.bob.public_id))[-1].data["changed"] == ["default_payment_method"]
        none = api.post(f"/{w.bob.public_id}", {"invoice_settings": {"default_payment_method": ""}}).json()
        assert none["invoice_settings"]["default_payment_method"] is None

    def test_may_come_with_the_customer(self, api):
        made = api.created(payment_method="pm_card_visa")
        kept = api.get(f"/{made['id']}/payment_methods").json()["data"]
        assert [(row["type"], row["customer"]) for row in kept] == [("card", made["id"])]

    def test_goes_with_the_card(self, w, api):
        card = card_of(api, w.bob)
        api.post(f"/{w.bob.public_id}", {"invoice_settings": {"default_payment_method": card}})
        api.caller.post(f"/api/v1/payment_methods/{card}/detach", {})
        assert api.get(f"/{w.bob.public_id}").json()["invoice_settings"]["default_payment_method"] is None

    def test_is_not_somebody_elses(self, w, api):
        mia = w.person("mia", "renter")
        answer = api.post(f"/{w.bob.public_id}", {"invoice_settings": {"default_payment_method": card_of(api, mia)}})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "invoice_settings[default_payment_method]")

    def test_is_theirs_and_staffs_to_see_and_choose(self, w, api, alice, bob):
        w.lease()
        card = card_of(bob, w.bob)
        assert bob.post(f"/{w.bob.public_id}", {"invoice_settings": {"default_payment_method": card}}).status_code == 200
        assert alice.get(f"/{w.bob.public_id}").json()["invoice_settings"]["default_payment_method"] is None
        assert alice.get(f"/{w.bob.public_id}/payment_methods").json()["data"] == []
        answer = alice.post(f"/{w.bob.public_id}", {"invoice_settings": {"default_payment_method": ""}})
        assert answer.status_code == 403
        assert alice.post("", {"email": "new@example.com", "payment_method": "pm_card_visa"}).status_code == 403


class TestWhom:
    def test_a_landlord_knows_those_whom_it_made_or_lets_to(self, w, alice):
        stranger = w.person("mia", "renter")
        assert alice.get(f"/{w.bob.public_id}").status_code == 404
        w.lease()
        made = alice.created()
        assert {row["id"] for row in alice.get("").json()["data"]} == {w.bob.public_id, made["id"]}
        for call in (alice.get, alice.delete):
            assert call(f"/{stranger.public_id}".lstrip("/") if call == alice.delete else f"/{stranger.public_id}").status_code == 404
        assert alice.post(f"/{stranger.public_id}", {"name": "X"}).status_code == 404
        assert alice.post(f"/{w.bob.public_id}", {"name": "Robert"}).json()["name"] == "Robert"

    def test_a_renter_knows_itself_and_makes_nobody(self, w, bob):
        w.person("mia", "renter")
        assert [row["id"] for row in bob.get("").json()["data"]] == [w.bob.public_id]
        assert bob.post("", {"email": "x@example.com"}).status_code == 403

    def test_an_address_is_changed_by_its_maker_until_somebody_signs_in_with_it(self, w, api, alice):
        made = alice.created()
        assert alice.post(f"/{made['id']}", {"email": "Erin.E@example.com"}).json()["email"] == "erin.e@example.com"
        set_password(actor=SYSTEM, at=w.now, user=User.objects.get(public_id=made["id"]), password="linden-court-2026")
        answer = alice.post(f"/{made['id']}", {"email": "mine@example.com"})
        assert (answer.status_code, error_of(answer)["code"]) == (403, "email_fixed")
        assert api.post(f"/{made['id']}", {"email": "hers@example.com"}).status_code == 200

    def test_nobody_takes_over_the_address_of_a_renter(self, w, alice, bob):
        w.lease()
        for api in (alice, bob):
            assert error_of(api.post(f"/{w.bob.public_id}", {"email": "mine@example.com"}))["code"] == "email_fixed"

    def test_an_address_that_somebody_has_is_not_taken_twice(self, w, api):
        made = api.created()
        answer = api.post(f"/{made['id']}", {"email": w.bob.email})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "email_unavailable")


class TestTheirMethods:
    def test_are_listed_page_by_page(self, w, api):
        sources = [w.account(w.bob).public_id]
        w.later(seconds=1)
        sources.append(card_of(api, w.bob))
        w.later(seconds=1)
        sources.append(card_of(api, w.bob))
        address = f"/{w.bob.public_id}/payment_methods"
        whole = api.get(address).json()
        assert ([row["id"] for row in whole["data"]], whole["has_more"]) == (sources[::-1], False)
        first = api.get(f"{address}?limit=1").json()
        assert (first["data"][0]["id"], first["has_more"]) == (sources[2], True)
        rest = api.get(f"{address}?limit=2&starting_after={sources[2]}").json()
        assert ([row["id"] for row in rest["data"]], rest["has_more"]) == (sources[1::-1], False)
        assert [row["id"] for row in api.get(f"{address}?type=us_bank_account").json()["data"]] == sources[:1]
        answer = api.get(f"{address}?starting_after=pm_nothing")
        assert (answer.status_code, error_of(answer)["code"]) == (400, "resource_missing")


def test_a_list_is_whole_where_the_newest_were_deleted(w, alice):
    made = [alice.created(email=f"renter{n}@example.com")["id"] for n in range(14)]
    assert {alice.delete(one).status_code for one in made[3:]} == {200}
    page = alice.get("?limit=10").json()
    assert ([one["id"] for one in page["data"]], page["has_more"]) == (made[2::-1], False)
