"""Every page at every width: nothing is wider than the screen. With DIRECTPAY_PICTURES=<directory>, pictures to look at."""

import json

import pytest

from leases.late_fees.models import LateFee
from ledger.journal.models import Transaction
from tests.browser.looking import FAULTS, look, sign_in
from tests.browser.scenes import PASSWORD, House

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

REPORTS = {
    "reports": "/landlord/reports/",
    "rent-roll": "/landlord/reports/rent-roll/",
    "aging": "/landlord/reports/aging/",
    "owner-statement": "/landlord/reports/owner-statement/?start_date=2026-01-01",
    "owner-statement-refused": "/landlord/reports/owner-statement/?start_date=2026-11-09&end_date=2026-11-01",
    "schedule-e": "/landlord/reports/schedule-e/",
}


def addresses(house: House) -> dict[str, dict[str, str]]:
    """Who → name of the picture → address."""
    paid = {key: f"/renter/payments/{payment.public_id}/" for key, payment in house.payments.items()}
    lease = {key: f"/renter/pay/{one.public_id}/" for key, one in house.leases.items()}
    alices = {f"payment-{key}": f"/landlord/payments/{house.payments[key].public_id}/" for key in ("bob", "theo")}
    pages = {
        "": {"front": "/", "sign-in": "/accounts/login/", "reset": "/accounts/password/reset/", "missing": "/nothing/"},
        "bob": {
            "home": "/renter/",
            "pay": lease["bob"],
            "accounts": "/renter/bank-accounts/",
            "payments": "/renter/payments/",
            "payment": paid["bob"],
        },
        "alice": {
            "home": "/landlord/",
            "lease": f"/landlord/leases/{house.leases['bob'].public_id}/",
            "lease-shared": f"/landlord/leases/{house.leases['mia'].public_id}/",
            "lease-by-hand": f"/landlord/leases/{house.leases['hugo'].public_id}/",
            "record-receipt": f"/landlord/leases/{house.leases['mia'].public_id}/receipt/",
            "record-charge": f"/landlord/leases/{house.leases['mia'].public_id}/charge/",
            "record-credit": f"/landlord/leases/{house.leases['hugo'].public_id}/credit/",
            "lease-late": f"/landlord/leases/{house.leases['uma'].public_id}/",
            "late-fee": f"/landlord/leases/{house.leases['uma'].public_id}/late-fee/",
            "waive": f"/landlord/late-fees/{LateFee.objects.latest('id').public_id}/waive/",
            "payments": "/landlord/payments/",
            **REPORTS,
            **alices,
        },
        "zoe": {
            "home": "/renter/",
            "accounts": "/renter/bank-accounts/",
            "payments": "/renter/payments/",
            "you": "/account/",
            "second-step": "/accounts/2fa/",
            "sessions": "/accounts/sessions/",
            "apps": "/accounts/apps/",
        },
        "mia": {"home": "/renter/", "pay": lease["mia"] + "?how_much=part&part=500"},
        "uma": {"home": "/renter/", "pay": lease["uma"]},
        "omar": {"home": "/renter/"},
        "noah": {"home": "/renter/", "pay": lease["noah"], "payment": paid["noah"]},
    }
    completed = Transaction.objects.filter(kind="payment.completed").first()
    pages["dana"] = {
        "index": "/admin/",
        "payments": "/admin/payments/payment/",
        "payment": f"/admin/payments/payment/{house.payments['bob'].id}/change/",
        "leases": "/admin/leases/lease/",
        "lease": f"/admin/leases/lease/{house.leases['mia'].id}/change/",
        "transaction": f"/admin/ledger/transaction/{completed.id}/change/",
        "account": f"/admin/ledger/account/{house.leases['bob'].parties.get().account_id}/change/",
        "accounts": "/admin/ledger/account/",
        "events": "/admin/directpay/event/",
    }
    for key in ("wei", "ruth", "sam", "grace", "hugo", "priya", "theo"):
        pages[key] = {"home": "/renter/", "payment": paid[key]}
    return pages


def test_nothing_is_wider_than_the_screen(open_page, settings, tmp_path):
    settings.RAIL_PROFILE, settings.DIRECTPAY_HOME = "calendar", tmp_path
    people = {
        key: {"email": f"{who}@example.com", "password": PASSWORD}
        for key, who in (("renter", "bob"), ("landlord", "alice"), ("staff", "dana"))
    }
    (tmp_path / "demo.json").write_text(json.dumps(people))
    for who, pages in addresses(House.built()).items():
        page = open_page()
        if who:
            sign_in(page, who)
        for name, address in pages.items():
            page.goto(address)
            # the frame of the admin is not ours
            look(page, f"{who or 'anybody'}-{name}", faults=None if who == "dana" else FAULTS)


def test_spanish_fits_as_well(open_page, live_server, settings):
    settings.RAIL_PROFILE = "calendar"
    house = House.built()
    for who in ("", "bob", "alice", "mia", "ruth", "zoe", "uma", "omar"):
        page = open_page()
        page.context.add_cookies([{"name": "language", "value": "es", "url": str(live_server)}])
        if who:
            sign_in(page, who)
        for name, address in addresses(house)[who].items():
            page.goto(address)
            look(page, f"es-{who or 'anybody'}-{name}", schemes=("light",))
