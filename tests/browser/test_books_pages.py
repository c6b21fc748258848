"""The staff's pages of the books at every width: nothing is wider than the screen, every field has its label, targets can be hit.

With DIRECTPAY_PICTURES=<directory>, pictures to look at.
"""

import pytest
from playwright.sync_api import expect

from directpay.due.run import run_all
from directpay.people.actor import SYSTEM
from ledger.integrity.actions import check_books
from ledger.journal.actions.periods import close_period
from ledger.journal.models import Account, Book
from tests.browser.conftest import PHONE
from tests.browser.looking import DESK_FAULTS, PICTURES, look, press, sign_in
from tests.browser.scenes import House

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def house(settings) -> House:
    """Demo data, with one invariant broken behind everybody's back, a closed October and an account of many lines."""
    settings.RAIL_PROFILE = "calendar"
    house = House.built()
    w = house.world
    close_period(Book.objects.get(kind="P"), w.now.date().replace(day=15), actor=SYSTEM, at=w.now)
    check_books(asked_by="system:daily", at=w.now)
    return house


def pages(house: House) -> dict[str, str]:
    platform, payee = Book.objects.get(kind="P"), Book.objects.get(subject=house.world.payee.public_id)
    clearing = Account.objects.get(number="P1210", subject="ach")
    renter = house.leases["bob"].parties.get().account_id
    return {
        "integrity": "/admin/ledger/check/",
        "trial-balances": "/admin/ledger/book/trial-balance/",
        "trial-balance": f"/admin/ledger/book/{platform.id}/trial-balance/",
        "trial-balance-past": f"/admin/ledger/book/{payee.id}/trial-balance/?as_of=2026-11-15&known_at=2026-11-16T09:00",
        "trial-balance-refused": f"/admin/ledger/book/{payee.id}/trial-balance/?as_of=2026-11-15&known_at=2030-01-01T09:00",
        "statement": f"/admin/ledger/account/{clearing.id}/statement/",
        "statement-renter": f"/admin/ledger/account/{renter}/statement/?since=2026-10-01T00:00",
        "periods": "/admin/ledger/period/",
        "period": f"/admin/ledger/period/{platform.periods.get().id}/change/",
        "close": "/admin/ledger/period/close/",
        "account": f"/admin/ledger/account/{renter}/change/",
    }


def test_nothing_is_wider_than_the_screen(open_page, house):
    page = open_page()
    sign_in(page, "dana")
    for name, address in pages(house).items():
        page.goto(address)
        look(page, f"books-{name}", faults=None if name == "account" else DESK_FAULTS)


def test_a_statement_is_printed_without_what_surrounds_it(open_page, house):
    page = open_page()
    sign_in(page, "dana")
    page.goto(pages(house)["statement"])
    page.emulate_media(media="print")
    for hidden in (".dp-form", "#nav-sidebar", ".dp-sheet .dp-btn"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".dp-foot")).to_contain_text("known at 2026-11-24T11:00:00+00:00")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/books-statement-print.png", full_page=True)


def test_dana_closes_a_period_and_sees_before_what_it_means(open_page, house):
    page = open_page(viewport=PHONE)
    sign_in(page, "dana")
    page.goto("/admin/ledger/period/")
    press(page.get_by_role("link", name="Close a period"))
    page.get_by_label("Through").fill("2026-11-10")
    press(page.get_by_role("button", name="See what it means"))
    expect(page.get_by_text("P is closed through 15 Nov 2026: the first open day is 16 Nov 2026.")).to_be_visible()
    look(page, "books-close-refused", faults=DESK_FAULTS)
    page.get_by_label("Through").fill("2026-11-20")
    press(page.get_by_role("button", name="See what it means"))
    expect(page.get_by_role("heading", name="Before you close")).to_be_visible()
    look(page, "books-close-preview", faults=DESK_FAULTS)
    press(page.get_by_role("button", name="Close P through 20 Nov 2026"))
    expect(page.get_by_text("P is closed through 20 Nov 2026.")).to_be_visible()
    assert Book.objects.get(kind="P").periods.count() == 2


def test_dana_asks_for_a_check_and_the_page_shows_it_by_itself(open_page, house, superuser):
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("UPDATE ledger_account SET balance_minor = balance_minor + 12345 WHERE number = 'P4110' AND subject = 'ach'")
    page = open_page()
    sign_in(page, "dana")
    page.goto("/admin/ledger/check/")
    press(page.get_by_role("button", name="Check now"))
    expect(page.get_by_text("A check has been asked for")).to_be_visible()
    run_all()
    expect(page.locator("#I16 .dp-state")).to_have_text("broken by $123.45")
    look(page, "books-integrity-broken", faults=DESK_FAULTS)
