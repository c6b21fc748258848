"""Signing in, and what staff see of people and keys."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from directpay.people.actions import create_api_key
from directpay.people.actor import SYSTEM
from directpay.people.models import ApiKey, User
from tests.directpay.cast import AT, alice, bob, sam

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(sam(superuser=True), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_signs_in_by_address_in_any_case_and_password(client: Client) -> None:
    renter = bob(password=PASSWORD)
    answer = client.post("/accounts/login/", {"login": "BOB@example.com", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(renter.id)


def test_does_not_sign_in_with_a_wrong_password_nor_without_one(client: Client) -> None:
    bob(password=PASSWORD), alice()
    for login, password in (("bob@example.com", "wrong"), ("alice@example.com", ""), ("nobody@example.com", PASSWORD)):
        assert "_auth_user_id" not in client.session
        assert client.post("/accounts/login/", {"login": login, "password": password}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_lets_nobody_sign_up_or_change_addresses_by_themselves(client: Client) -> None:
    body = {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", body)
    assert not User.objects.exists()
    client.force_login(bob(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/accounts/email/").status_code == 404


def test_keeps_the_admin_for_staff(client: Client) -> None:
    client.force_login(alice(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/admin/directpay/user/").status_code in (302, 403)


@pytest.mark.parametrize("model", ["user", "payee", "apikey"])
def test_lists_in_a_fixed_number_of_queries(staff: Client, model: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(f"/admin/directpay/{model}/").status_code == 200
        return len(queries)

    create_api_key(actor=SYSTEM, at=AT, owner=alice(), mode="test")
    first = count()
    for n in range(5):
        create_api_key(actor=SYSTEM, at=AT, owner=alice(email=f"{n}@example.com"), mode="test")
    assert count() == first


@pytest.mark.parametrize("model", [User, ApiKey])
def test_shows_one_but_changes_adds_and_deletes_nothing(staff: Client, model: Any) -> None:
    made = create_api_key(actor=SYSTEM, at=AT, owner=alice(), mode="test")
    row = model.objects.latest("id")
    address = f"/admin/directpay/{model._meta.model_name}"
    page = staff.get(f"{address}/{row.id}/change/")
    assert page.status_code == 200
    assert made.secret not in page.content.decode()
    assert bytes(made.key.secret_hash).hex() not in page.content.decode()
    for path in (f"{row.id}/delete/", "add/"):
        assert staff.get(f"{address}/{path}").status_code == 403
    assert staff.post(f"{address}/{row.id}/change/", {"name": "other"}).status_code == 403


def test_revokes_keys_after_a_preview(staff: Client) -> None:
    key = create_api_key(actor=SYSTEM, at=AT, owner=alice(), mode="test").key
    form = {"action": "revoke", "_selected_action": [key.id]}
    preview = staff.post("/admin/directpay/apikey/", form)
    assert key.shown in preview.content.decode()
    assert ApiKey.objects.get().revoked_at is None
    assert staff.post("/admin/directpay/apikey/", form | {"confirmed": "yes"}).status_code == 302
    assert ApiKey.objects.get().revoked_at is not None


def test_relaxes_the_page_policy_for_the_admin_alone(staff: Client) -> None:
    assert "'unsafe-eval'" in staff.get("/admin/")["Content-Security-Policy"]
    assert "unsafe" not in staff.get("/accounts/password/change/")["Content-Security-Policy"]
