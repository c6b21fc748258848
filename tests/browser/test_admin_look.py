import pytest
from tests.browser.scenes import House
from tests.browser.test_look import PICTURES, sign_in, picture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_admin(open_page, settings):
    settings.RAIL_PROFILE = "calendar"
    h = House.built()
    page = open_page()
    sign_in(page, "dana")
    from payments.payins.models import Payment
    from ledger.journal.models import Account, Transaction

    pages = {
        "index": "/admin/",
        "payments": "/admin/payments/payment/",
        "payment": f"/admin/payments/payment/{h.payments['bob'].id}/change/",
        "leases": "/admin/leases/lease/",
        "lease": f"/admin/leases/lease/{h.leases['mia'].id}/change/",
        "transactions": "/admin/ledger/transaction/",
        "transaction": f"/admin/ledger/transaction/{Transaction.objects.filter(kind='payment.completed').first().id}/change/",
        "account": f"/admin/ledger/account/{h.leases['bob'].parties.get().account_id}/change/",
        "accounts": "/admin/ledger/account/",
        "events": "/admin/directpay/event/",
        "due": "/admin/directpay/due/",
        "people": "/admin/directpay/user/",
    }
    for name, address in pages.items():
        page.goto(address)
        page.wait_for_timeout(300)
        picture(page, f"staff-{name}")
