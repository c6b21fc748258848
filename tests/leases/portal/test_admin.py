"""The staff pages of money, books and leases: to look, never to touch, and in a fixed number of queries."""

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directpay.events.look_only import LookOnly
from directpay.people.admin import Private
from payments.payins.models import Payment
from tests.leases.portal.reading import signed_in
from tests.world import DISPUTED, World

pytestmark = pytest.mark.django_db
OURS = {m: page for m, page in admin.site._registry.items() if isinstance(page, LookOnly) and not isinstance(page, Private)}


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def staff(w: World) -> Client:
    return signed_in(w.person("dana", "staff"))


def paid(w: World, name: str, number: str = "000123456789") -> Payment:
    person = w.person(name, "renter")
    return w.until(
        w.pay(w.lease(person), "same_day_ach", source=w.account(person, number)), "returned" if number == DISPUTED else "settled"
    )


def test_every_model_of_money_books_and_leases_has_a_page():
    apps = {model._meta.app_label for model in OURS}
    assert {"ledger", "payments", "leases", "directpay"} <= apps
    assert len(OURS) >= 24


def test_any_staff_may_look_and_nobody_may_touch():
    w = World()
    payment = paid(w, "mia")
    client = staff(w)
    assert client.get(address(Payment, "change", payment.id)).status_code == 200
    for model in OURS:
        assert client.get(address(model, "changelist")).status_code == 200
        assert client.get(address(model, "changelist") + "?q=pay_1").status_code == 200
        assert client.get(address(model, "add")).status_code == 403
        row = model._default_manager.first()
        if row is not None:
            assert client.get(address(model, "change", row.pk)).status_code == 200
            assert client.post(address(model, "change", row.pk), {}).status_code == 403
            assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        before = model._default_manager.count()
        client.post(address(model, "changelist"), {"action": "delete_selected", "_selected_action": [1], "post": "yes"})
        assert model._default_manager.count() == before
    assert w.fresh(payment).status == "settled"


def test_lists_do_not_ask_once_a_row():
    w = World()
    paid(w, "mia", DISPUTED)
    client = staff(w)
    lists = [address(model, "changelist") for model in OURS]
    few = {page: queries(client, page) for page in lists for _warm in range(2)}
    for name in ("theo", "sam"):
        paid(w, name, DISPUTED)
    many = {page: queries(client, page) for page in lists}
    assert {page: (few[page], count) for page, count in many.items() if count > few[page]} == {}


def test_a_filter_with_a_character_that_no_text_has_is_refused():
    client = staff(World())
    for query in ("rail=%00", "q=%00", "rail=a&rail=b%00c"):
        assert client.get(f"{address(Payment, 'changelist')}?{query}").status_code == 400


def test_a_wrong_host_is_refused_with_the_headers_of_every_page():
    refused = Client().get("/", headers={"Host": "elsewhere.example"})
    assert refused.status_code == 400
    assert "default-src 'none'" in refused["Content-Security-Policy"]
    assert refused["X-Frame-Options"] == "DENY"


def queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


def test_a_payment_shows_what_happened_and_what_stands_in_the_books():
    w = World()
    payment = paid(w, "mia", DISPUTED)
    page = staff(w).get(address(Payment, "change", payment.id)).content.decode()
    for fact in (
        "payment.initiated",
        "payment.returned",
        "P1210/same_day_ach.usd",
        "$1,500.00",
        "R10",
        '<span class="dp-state" data-s="returned">',
    ):
        assert fact in page, fact


def test_no_number_and_no_secret_is_shown():
    w = World()
    w.account(w.bob)
    account = w.bob.bank_accounts.get()
    page = staff(w).get(address(type(account), "change", account.id)).content.decode()
    assert account.last4 in page
    for hidden in (account.number_encrypted, account.micro_deposits_encrypted, account.fingerprint):
        assert hidden not in page


def test_the_frame_says_sandbox_and_only_the_admin_has_a_relaxed_policy(settings):
    w = World()
    client = staff(w)
    page = client.get("/admin/")
    assert "Sandbox, moved clock" in page.content.decode()
    assert "unsafe-eval" in page["Content-Security-Policy"]
    assert "unsafe" not in client.get("/account/")["Content-Security-Policy"]
    settings.SANDBOX = False
    assert "Sandbox" not in client.get("/admin/").content.decode()
