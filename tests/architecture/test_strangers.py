"""Every address of the house, as found in the URL configuration, asked for by people who have nothing to do with it.

Alice lets to Bob, who has paid. Anonymous, another renter (Mia) and another landlord (Carol) ask for everything of theirs, by
page and by API, and are shown nothing. A new address is covered from the day it is routed; if it takes an id that this test
does not know, the test fails until it is told one.
"""

import re
from collections.abc import Iterator
from copy import deepcopy

import pytest
import pytest_django
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from directpay.people.actions import create_api_key
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.autopay.models import Autopay, AutopayRun
from leases.contracts.models import LateFeePolicy
from leases.credits.models import Credit
from leases.late_fees.models import LateFee
from leases.receipts.models import Receipt
from payments.methods.mandates.models import Mandate
from payments.payins.models import Payment
from payments.refunds.models import Refund
from tests.architecture.alices import LAST_FOUR, Alices
from tests.held import held

pytestmark = pytest.mark.django_db
PARAMETER = re.compile(r"\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)|<(?:\w+:)?(\w+)>")
REFUSED = {301, 302, 401, 403, 404, 405}
MAY_BE_UNREADY = {"/ready"}  # says 503 by design: no worker beats in a test
FOR_STAFF = {"/metrics"}  # names nothing of Alice's, and is refused all the same
LINKS = {"uidb36": "1", "key": "1-1"}  # of mails: secrets, not ids
# What would be done, if it were one's own.
BODIES = {
    "/verify": {"amounts": [32, 45]},
    "/verify_microdeposits": {"amounts": [32, 45]},
    "/charges": {"category": "other", "amount": 100},
    "/credits": {"amount": 100, "reason": "none"},
    "/end": {"end_date": "2027-01-31"},
    "/rent_steps": {"from_date": "2027-01-01", "rent_amount": 100},
    "/shares": {"from_date": "2027-01-01", "renters": [{"user": "usr_" + 24 * "a", "share": {"weight": 1}}]},
    "/late_fees": {"charge": "chg_" + 24 * "0"},
    "/move": {"unit": "unit_" + 24 * "a", "from_date": "2027-01-01"},
    "/transfers": {"from_renter": "usr_" + 24 * "a", "to_renter": "usr_" + 24 * "b", "amount": 100},
    "/late_fee": {"grace_days": 5, "flat_amount": 100},
    "/waive": {"reason": "none"},
    "/payment_plans": {"installments": 2},
    "/attach": {"customer": "usr_" + 24 * "a"},
    "/replace_account": {"bank_account": "ba_" + 24 * "0"},
}


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Alices]:
    with held(django_db_blocker):
        yield Alices()


@pytest.fixture
def w(house: Alices, db: None) -> Alices:
    return deepcopy(house)


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern)


def address_of(pattern: str, ids: dict[str, str]) -> tuple[str, bool]:
    """An address that the pattern answers to, and whether it names something of Alice's."""
    plain = pattern.replace("^", "").replace("/?$", "").replace("$", "").replace("(?:/|)", "/").replace("(?:email|confirm-email)", "email")
    named = False

    def fill(match: re.Match[str]) -> str:
        nonlocal named
        name, before = match[1] or match[2], plain[: match.start()].strip("/").split("/")
        if before[0] == "admin":
            return admin_id(name, before)
        if before[0] == "accounts" and name in LINKS:
            return LINKS[name]
        if before[-1] not in ids:
            raise LookupError(f"{pattern}: tell this test an id of Alice's world that comes after {before[-1]!r}")
        named = True
        return ids[before[-1]]

    return "/" + PARAMETER.sub(fill, plain).replace("\\", ""), named


def admin_id(name: str, before: list[str]) -> str:
    if name == "content_type_id":
        return str(ContentType.objects.get_for_model(Payment).id)
    if name == "app_label" or len(before) < 3 or before[1] == "r":
        return "payments" if name == "app_label" else str(Payment.objects.first().pk)
    row = apps.get_model(before[1], before[2])._default_manager.first()
    return str(row.pk) if row else "0"


def addresses(w: Alices) -> list[tuple[str, bool]]:
    ids = w.ids()
    found = [address_of(pattern, ids) for pattern in patterns() if not pattern.startswith("admin/(?P<url>")]
    assert len(found) > 60
    assert {address for address, _named in found} >= FOR_STAFF
    return found


def shown(response, address: str, marks: set[str]) -> set[str]:
    """Marks in the answer that were not in the question."""
    body = b"".join(response) if response.streaming else response.content
    text = body.decode(errors="replace") + response.get("Location", "")
    return {mark for mark in marks if mark in text and mark not in address}


def visitors(w: Alices) -> dict[str, tuple[User | None, dict[str, str]]]:
    """Who → whose session, and the headers of a program."""

    def key(user: User, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {create_api_key(actor=SYSTEM, at=w.now, owner=user, mode='test', **more).secret}"}

    return {
        "nobody": (None, {}),
        "a made-up key": (None, {"Authorization": "Bearer sk_test_madeup"}),
        "another renter": (w.mia, key(w.mia)),
        "another landlord": (w.carol, key(w.carol)),
        "an app of another landlord's": (None, {"Authorization": f"Bearer {w.token_of(w._app(w.carol))}"}),
        "the renter's publishable key": (None, key(w.bob, kind="publishable")),
    }


def test_strangers_are_shown_nothing_and_break_nothing(w: Alices) -> None:
    marks, before, asked = w.marks(), state(w), addresses(w)
    wrong = []
    for who, (user, headers) in visitors(w).items():
        for address, named in asked:
            for method in ("get", "post", "delete"):
                client = signed_in(user)
                sent = {**headers, "Idempotency-Key": f"{who}{address}{method}"}
                body = next((body for end, body in BODIES.items() if address.endswith(end)), {})
                if address.startswith("/api/") and method == "post":
                    response = client.post(address, body, content_type="application/json", headers=sent)
                else:
                    response = getattr(client, method)(address, headers=sent)
                seen = shown(response, address, marks)
                if (
                    seen
                    or (response.status_code >= 500 and address not in MAY_BE_UNREADY)
                    or ((named or address in FOR_STAFF) and response.status_code not in REFUSED)
                ):
                    wrong.append((who, method, address, response.status_code, seen))
    assert not wrong, "\n".join(map(str, wrong))
    assert state(w) == before


_sessions: dict[int, str] = {}


def signed_in(user: User | None) -> Client:
    """A browser of its own, with a session that holds still: signing in writes more than most addresses ask."""
    client = Client(raise_request_exception=False)
    if user is None:
        return client
    key = _sessions.get(user.id, "")
    if not Session.objects.filter(session_key=key).exists():
        client.force_login(user)
        _sessions[user.id] = client.cookies[settings.SESSION_COOKIE_NAME].value
    else:
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def test_those_whom_it_concerns_are_shown_what_strangers_are_not(w: Alices) -> None:
    """The marks are found where they should be, so that their absence elsewhere means something."""
    client = Client()
    client.force_login(w.bob)
    pages = [client.get(address) for address, _named in addresses(w) if address.startswith(("/renter/", "/account"))]
    seen = set().union(*(shown(page, "", w.marks()) for page in pages))
    seen |= shown(client.get("/accounts/apps/"), "", w.marks())
    assert {w.app.app.client_id, w.paid.public_id, w.leased.public_id, w.bob.email, LAST_FOUR[0], w.account_of_bob.public_id} <= seen
    key = {"Authorization": f"Bearer {create_api_key(actor=SYSTEM, at=w.now, owner=w.bob, mode='test').secret}"}
    assert LAST_FOUR[1] in shown(Client().get("/api/v1/bank-accounts", headers=key), "", w.marks())


def state(w: Alices) -> list[object]:
    payments = list(Payment.objects.order_by("id").values_list("public_id", "status", "version", "refunded_minor"))
    by_hand = [
        w.leased.charges.count(),
        *(
            list(model.objects.order_by("id").values())
            for model in (Receipt, Credit, LateFee, LateFeePolicy, Mandate, Autopay, AutopayRun, Refund)
        ),
    ]
    return [*payments, *by_hand, w.bob.bank_accounts.values_list("status", flat=True).get()]


def test_a_landlord_may_not_pay_and_a_renter_may_not_look_through_the_landlords_pages(w: Alices) -> None:
    for user, pages in ((w.alice, "/renter/"), (w.bob, "/landlord/"), (w.alice, "/admin/"), (w.bob, "/admin/")):
        client = Client()
        client.force_login(user)
        for address, _named in addresses(w):
            if address.startswith(pages):
                assert client.get(address).status_code in REFUSED, (user.name, address)


def test_staff_see_every_page_of_the_admin_and_change_nothing_by_hand(w: Alices) -> None:
    dana = w.person("dana", "staff")
    User.objects.filter(id=dana.id).update(is_superuser=True)
    client = Client(raise_request_exception=False)
    client.force_login(dana)
    before = state(w)
    for address, _named in addresses(w):
        if not address.startswith("/admin/") or "logout" in address:
            continue
        response = client.get(address)
        assert response.status_code < 500, address
        if address.endswith(("/add/", "/delete/")):
            assert response.status_code == 403, address
            assert client.post(address, {"post": "yes"}).status_code == 403, address
        if address.endswith("/change/"):
            assert client.post(address, {"status": "settled"}).status_code == 403, address
    assert state(w) == before


@pytest.mark.parametrize("nonsense", ["%00", "%FF", "..", "a" * 200, "pay_%27"])
def test_nonsense_in_an_address_is_not_found(w: Alices, nonsense: str) -> None:
    ids = dict.fromkeys(w.ids(), nonsense)
    for pattern in patterns():
        if pattern.startswith(("admin/", "accounts/", "^accounts")):
            continue
        address, named = address_of(pattern, ids)
        if named:
            client = signed_in(w.bob)
            assert client.get(address).status_code in (301, 400, 401, 404, 405), address
    assert signed_in(w.bob).get(f"/renter/payments/?before={nonsense}").status_code == 200
