"""The doors: the front page, signing in and out, and pages that are not there."""

import json

import pytest
from django.core import mail
from django.test import Client

from directpay.people.actions import create_user, set_password
from directpay.people.actor import SYSTEM
from tests.leases.portal.reading import signed_in, words_of
from tests.world import World

pytestmark = pytest.mark.django_db
PASSWORD = "linden-court-2026"


def test_the_front_page_says_what_it_is_what_it_costs_and_what_is_simulated():
    World()
    page = words_of(Client().get("/"))
    assert "Rent goes from renter to landlord, once, and both see where it is." in page
    assert "Bank transfer Clears Fri 6 Nov Free $2.00" in page
    assert "The bank Simulated No real money moves." in page
    assert "Open the demo" in page


@pytest.mark.parametrize(
    ("name", "role", "home"), [("bob", "renter", "/renter/"), ("alice", "landlord", "/landlord/"), ("dana", "staff", "/admin/")]
)
def test_signing_in_leads_home(name, role, home):
    w = World()
    user = {"bob": w.bob, "alice": w.alice}.get(name) or create_user(
        email="dana@example.com", name="Dana", role=role, actor=SYSTEM, at=w.now
    )
    set_password(user=user, password=PASSWORD, actor=SYSTEM, at=w.now)
    client = Client()
    client.post("/accounts/login/", {"login": f"{name}@example.com", "password": PASSWORD})
    assert client.get("/").headers["Location"] == home
    assert client.get(home).status_code == 200


def test_a_wrong_password_is_said_without_blame_and_the_address_is_kept():
    World()
    page = Client().post("/accounts/login/", {"login": "bob@example.com", "password": "nope"})
    assert "This address and password do not fit together." in words_of(page)
    assert 'value="bob@example.com"' in page.content.decode()


def test_the_sandbox_prints_its_log_ins_and_live_never_does(settings, tmp_path):
    World()
    settings.DIRECTPAY_HOME = tmp_path
    assert "log-ins" not in words_of(Client().get("/accounts/login/"))
    (tmp_path / "demo.json").write_text(
        json.dumps({"secret_key": "sk_hidden", "renter": {"email": "bob@example.com", "password": "secret"}})
    )
    page = Client().get("/accounts/login/")
    assert "A renter bob@example.com Password secret" in words_of(page)
    assert "sk_hidden" not in page.content.decode()
    settings.SANDBOX = False
    assert "secret" not in words_of(Client().get("/accounts/login/"))


def test_the_strip_names_the_moved_clock_and_is_gone_in_live_mode(settings):
    World()
    page = Client().get("/").content.decode()
    assert "Sandbox: simulated bank. No real money moves." in page
    assert "Sandbox clock: Mon 2 Nov 2026, 10:00 am (ET)" in page
    settings.SANDBOX = False
    live = Client().get("/").content.decode()
    assert 'class="sandbox"' not in live
    assert "DirectPay sandbox" not in live


def test_a_new_password_is_set_through_a_link_in_a_mail():
    w = World()
    set_password(user=w.bob, password=PASSWORD, actor=SYSTEM, at=w.now)
    client = Client()
    asked = client.post("/accounts/password/reset/", {"email": "bob@example.com"}, follow=True)
    assert "Look at your mail" in words_of(asked)
    (letter,) = mail.outbox
    link = next(word for word in letter.body.split() if "/accounts/password/reset/key/" in word)
    form = client.get(link.partition("testserver")[2], follow=True)
    assert "Ten characters or more." in words_of(form)
    address = form.redirect_chain[-1][0]
    done = client.post(address, {"password1": "another-long-one", "password2": "another-long-one"}, follow=True)
    assert "Your password is set" in words_of(done)


def test_the_account_page_names_the_person_and_signs_out():
    w = World()
    client = signed_in(w.bob)
    assert "Name Bob E-mail bob@example.com You are here as a renter" in words_of(client.get("/account/"))
    client.post("/accounts/logout/")
    assert client.get("/renter/").headers["Location"] == "/accounts/login/?next=/renter/"


@pytest.mark.parametrize("address", ["/nothing/", "/renter/payments/pay_unknown/", "/renter/pay/lse_unknown/"])
def test_what_is_not_there_is_a_page_of_ours(address):
    w = World()
    response = signed_in(w.bob).get(address)
    assert response.status_code == 404
    assert "There is no such page" in words_of(response)


def test_nobody_signs_up():
    World()
    assert "You are invited" in words_of(Client().get("/accounts/signup/"))


def test_every_page_of_signing_in_is_ours():
    w = World()
    set_password(user=w.bob, password=PASSWORD, actor=SYSTEM, at=w.now)
    w.bob.refresh_from_db()
    client = signed_in(w.bob)
    for address in ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/inactive/"):
        assert 'class="brand"' in Client().get(address).content.decode(), address
    for address in ("/accounts/logout/", "/accounts/password/change/"):
        assert 'class="brand"' in client.get(address).content.decode(), address


def test_pages_are_under_a_strict_policy_and_keep_nothing_in_caches():
    w = World()
    response = signed_in(w.bob).get("/renter/")
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "no-store" in response["Cache-Control"]
    assert " style=" not in response.content.decode()
    assert "<script>" not in response.content.decode()
