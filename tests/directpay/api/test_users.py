"""`/api/v1/users`: who creates whom, and who sees whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directpay.people.models import User
from tests.directpay.cast import AT, Caller, alice, as_user, bob, error_of, key_of, platform, sam

pytestmark = pytest.mark.django_db
URL = "/api/v1/users"
CAROL = {"email": "carol@example.com", "name": "Carol", "role": "renter"}


def test_creates_a_landlord_with_a_payee() -> None:
    body = {"email": "Alice@Example.com", "name": "Alice", "role": "landlord", "phone": "+1 212 555 0100", "metadata": {"crm": 7}}
    answer = platform().post(URL, body)
    assert answer.status_code == 201
    user = answer.json()
    assert user["id"].startswith("usr_")
    assert user["payee"].startswith("pye_")
    expected = {"object": "user", "email": "alice@example.com", "role": "landlord", "livemode": False, "metadata": {"crm": "7"}}
    assert expected.items() <= user.items()
    assert isinstance(user["created"], int)


def test_creates_a_renter_from_a_form_without_a_payee() -> None:
    answer = platform().form(f"{URL}/", "email=bob%40example.com&name=Bob&role=renter&metadata[unit]=4B&metadata[floor]=4")
    assert answer.status_code == 201
    assert answer.json()["metadata"] == {"unit": "4B", "floor": "4"}
    assert "payee" not in answer.json()


def test_reads_the_same_user_with_and_without_the_slash() -> None:
    user = bob()
    caller = platform()
    assert caller.get(f"{URL}/{user.public_id}").json() == caller.get(f"{URL}/{user.public_id}/").json()


def test_refuses_an_address_that_is_taken_in_any_case() -> None:
    bob()
    answer = platform().post(URL, {**CAROL, "email": "BOB@EXAMPLE.COM"})
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["param"]) == (400, "email_unavailable", "email")
    assert User.objects.count() == 1


def test_tells_whose_address_it_is_only_to_those_who_may_see_the_user() -> None:
    landlord, renter = alice(), bob()
    taken = {**CAROL, "email": renter.email}
    assert error_of(platform().post(URL, taken))["user"] == renter.public_id
    assert "user" not in error_of(Caller(key_of(landlord)).post(URL, taken))


def test_lets_a_landlord_create_renters_and_nobody_else() -> None:
    caller = Caller(key_of(alice()))
    assert caller.post(URL, CAROL).status_code == 201
    answer = caller.post(URL, {**CAROL, "email": "dora@example.com", "role": "landlord"})
    assert (answer.status_code, error_of(answer)["type"]) == (403, "permission_error")


def test_does_not_let_a_renter_create_anybody() -> None:
    assert Caller(key_of(bob())).post(URL, CAROL).status_code == 403


def test_never_creates_staff_over_the_api() -> None:
    answer = platform().post(URL, {**CAROL, "role": "staff"})
    assert (answer.status_code, error_of(answer)["param"]) == (400, "role")


def test_shows_a_landlord_itself_and_the_renters_it_created() -> None:
    landlord = alice()
    mine = bob(as_user(landlord))
    stranger = bob(email="stranger@example.com")
    caller = Caller(key_of(landlord))
    assert [user["id"] for user in caller.get(URL).json()["data"]] == [mine.public_id, landlord.public_id]
    assert caller.get(f"{URL}/{stranger.public_id}").status_code == 404


def test_shows_a_renter_only_itself_and_staff_everybody() -> None:
    landlord, renter, staff = alice(), bob(), sam()
    assert [user["id"] for user in Caller(key_of(renter)).get(URL).json()["data"]] == [renter.public_id]
    assert len(Caller(key_of(staff)).get(URL).json()["data"]) == 3
    assert Caller(key_of(renter)).get(f"{URL}/{landlord.public_id}").status_code == 404


def test_answers_the_same_for_an_absent_and_a_foreign_user() -> None:
    foreign, absent = alice().public_id, "usr_" + "0" * 24
    caller = Caller(key_of(bob()))
    answers = [caller.get(f"{URL}/{name}") for name in (foreign, absent)]
    assert {answer.status_code for answer in answers} == {404}
    sentences = [error_of(answer)["message"].replace(name, "…") for answer, name in zip(answers, (foreign, absent), strict=True)]
    assert sentences[0] == sentences[1]


def test_filters_by_role_and_address() -> None:
    alice(), bob()
    caller = platform()
    assert [user["role"] for user in caller.get(f"{URL}?role=renter").json()["data"]] == ["renter"]
    assert [user["name"] for user in caller.get(f"{URL}?email=ALICE@example.com").json()["data"]] == ["Alice"]


def test_lists_events_by_their_second() -> None:
    alice()
    caller, second = platform(), int(AT.timestamp())
    types = [event["type"] for event in caller.get(f"/api/v1/events?created={second}&limit=100").json()["data"]]
    assert {"user.created", "payee.created"} <= set(types)
    assert caller.get(f"/api/v1/events?created[gt]={second}").json()["data"] == []


def test_lists_with_a_fixed_number_of_queries() -> None:
    for n in range(5):
        alice(email=f"landlord{n}@example.com")
    caller = platform()
    caller.get(URL)  # notes that the key is in use
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(caller.get(URL).json()["data"]) == 5
    assert len(queries) == 3, [q["sql"] for q in queries]  # clock and key, users, payees
