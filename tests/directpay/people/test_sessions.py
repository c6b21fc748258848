"""Where one is signed in: the list, ending one or all others, and what an attacker does with sessions and addresses to go on to."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from directpay.people.models import User
from directpay.people.sign_in.sessions import device_of
from tests.directpay.cast import alice, bob, sam

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"


def browser(user: User, agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    """A browser in which somebody has signed in."""
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    assert client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return client


def inside(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def listed(client: Client) -> list[Any]:
    return client.get("/accounts/sessions/").context["sessions"]


def test_shows_where_a_person_is_signed_in_and_which_one_this_is() -> None:
    renter = bob(password=PASSWORD)
    desk, phone = browser(renter), browser(renter, IPHONE, "198.51.100.9")
    assert [(s.device, s.address, s.is_this_one) for s in listed(desk)] == [
        ("Firefox, Windows", "203.0.113.7", True),
        ("Safari, iPhone", "198.51.100.9", False),
    ]
    page = phone.get("/accounts/sessions/").content.decode()
    assert not any(key in page for key in Session.objects.values_list("session_key", flat=True))


def test_ends_one() -> None:
    renter = bob(password=PASSWORD)
    desk, phone, lent = browser(renter), browser(renter, IPHONE), browser(renter, "curl/8.5")
    chosen = next(s for s in listed(desk) if s.device == "curl/8.5")
    assert desk.post("/accounts/sessions/", {"session": chosen.id}).status_code == 302
    assert (inside(desk), inside(phone), inside(lent)) == (True, True, False)
    assert len(listed(desk)) == 2


def test_ends_all_others() -> None:
    renter = bob(password=PASSWORD)
    desk, phone, lent = browser(renter), browser(renter, IPHONE), browser(renter, "curl/8.5")
    desk.post("/accounts/sessions/", {"others": "yes"})
    assert (inside(desk), inside(phone), inside(lent)) == (True, False, False)
    assert Session.objects.count() == 1


def test_ends_nobody_else_s_and_bears_nonsense() -> None:
    hers, his = browser(alice(password=PASSWORD)), browser(bob(password=PASSWORD))
    her_row = UserSession.objects.get(user__email="alice@example.com")
    for chosen in (str(her_row.pk), "", "x", "-1", "9" * 40, "١"):
        assert his.post("/accounts/sessions/", {"session": chosen}).status_code == 302
    his.post("/accounts/sessions/", {"others": "yes"})
    assert inside(hers)
    assert inside(his)
    assert Client().get("/accounts/sessions/")["Location"].startswith("/accounts/login/")


def test_ends_the_others_when_the_password_is_changed() -> None:
    renter = bob(password=PASSWORD)
    desk, phone = browser(renter), browser(renter, IPHONE)
    before = desk.session.session_key
    new = {"oldpassword": PASSWORD, "password1": "a new horse battery", "password2": "a new horse battery"}
    assert desk.post("/accounts/password/change/", new).status_code == 302
    assert (inside(desk), inside(phone)) == (True, False)
    assert desk.session.session_key != before
    assert [s.is_this_one for s in listed(desk)] == [True]


def test_forgets_a_session_at_sign_out() -> None:
    renter = bob(password=PASSWORD)
    desk, phone = browser(renter), browser(renter, IPHONE)
    phone.post("/accounts/logout/")
    assert len(listed(desk)) == 1


def test_ends_with_the_account() -> None:
    renter = bob(password=PASSWORD)
    desk = browser(renter)
    User.objects.filter(id=renter.id).update(is_active=False)
    assert not inside(desk)


# --- attacks ---


def test_takes_no_session_that_somebody_else_has_chosen() -> None:
    """Fixation: the attacker plants the cookie of a session of its own, and waits until the victim has signed in with it."""
    bob(password=PASSWORD)
    attacker, victim = Client(), Client()
    attacker.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})  # begins a session
    planted = attacker.cookies["sessionid"].value
    victim.cookies["sessionid"] = planted
    victim.post("/accounts/login/", {"login": "bob@example.com", "password": PASSWORD})
    assert inside(victim)
    assert victim.cookies["sessionid"].value != planted
    assert not inside(attacker)


def test_takes_no_session_key_that_it_did_not_make() -> None:
    bob(password=PASSWORD)
    victim = Client()
    victim.cookies["sessionid"] = "a" * 32
    victim.post("/accounts/login/", {"login": "bob@example.com", "password": PASSWORD})
    assert victim.cookies["sessionid"].value != "a" * 32


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        "/%0d%0aLocation:%20https://evil.example/",
        " //evil.example",
        "/\t/evil.example",
    ],
)
def test_goes_on_to_pages_of_its_own_alone(elsewhere: str) -> None:
    renter = bob(password=PASSWORD)
    entered = Client().post("/accounts/login/", {"login": "bob@example.com", "password": PASSWORD, "next": elsewhere})
    client = Client()
    client.force_login(renter)
    answers = [
        entered,
        client.get("/accounts/login/", {"next": elsewhere}),
        client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": elsewhere}),
        client.post("/accounts/logout/", {"next": elsewhere}),
    ]
    for answer in answers:
        location = answer.get("Location", "/")
        assert "evil.example" not in location or location.startswith("/%"), location
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))


def test_goes_on_to_the_page_that_was_asked_for() -> None:
    sam(superuser=True, password=PASSWORD)
    client = Client()
    asked = client.get("/admin/directpay/user/")
    door = client.get(asked["Location"])["Location"]
    form = {"login": "sam@example.com", "password": PASSWORD, "next": "/admin/directpay/user/"}
    assert door.startswith("/accounts/login/?next=")
    assert client.post(door, form)["Location"] == "/admin/directpay/user/"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox, Windows"),
        (IPHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Linux"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("<script>" * 20, ("<script>" * 20)[:60]),
        ("", "a program"),
    ],
)
def test_says_which_browser_it_is(agent: str, device: str) -> None:
    assert device_of(agent) == device
