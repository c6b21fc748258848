"""Autopay on a renter's pages: turned on with the words shown and agreed to, then skipped, paused, changed and turned off."""

from datetime import date
from typing import Any

import pytest

from leases.autopay.models import Autopay
from payments.methods.mandates.models import Mandate
from tests.leases.autopay.cast import NINE, Renting
from tests.leases.portal.reading import hidden, signed_in, words_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    made = World()
    made.owed = made.lease()
    made.sources = made.account(made.bob)
    return made


def page_of(w: World) -> str:
    return f"/renter/autopay/{w.owed.public_id}/"


def wish(w: World, **more: Any) -> dict[str, Any]:
    return {"mode": "full_balance", "day_of_month": "", "account": w.sources.public_id, "backup": "", "amount": "", "cap": "", **more}


def turned_on(w: World, client: Any, **more: Any) -> Any:
    looked = client.post(page_of(w), wish(w, **more))
    return client.post(page_of(w), {**wish(w, **more), "agreed": "yes", "shown": hidden(looked, "shown")}, follow=True)


def test_it_is_turned_on_once_its_words_were_shown_and_agreed_to(w):
    client = signed_in(w.bob)
    assert "Turn on autopay" in words_of(client.get(page_of(w)))
    looked = client.post(page_of(w), wish(w))
    assert "What happens next Tue 1 Dec $3,000.00" in words_of(looked)
    assert "I allow DirectPay to debit my account at First Linden Bank, ending in 6789," in words_of(looked)
    assert not Mandate.objects.exists()
    again = client.post(page_of(w), {**wish(w), "shown": hidden(looked, "shown")})
    assert "I agree to this." in words_of(again)
    assert not Autopay.objects.exists()
    done = turned_on(w, client)
    assert "Autopay is on" in words_of(done)
    assert "Tue 24 Nov you are told the exact amount" in words_of(done)
    mandate = Mandate.objects.get()
    assert (mandate.ip_address, mandate.acceptance, mandate.language) == ("127.0.0.1", "online", "en")


def test_pressed_twice_it_is_turned_on_once(w):
    client = signed_in(w.bob)
    looked = client.post(page_of(w), wish(w))
    for _ in range(2):
        client.post(page_of(w), {**wish(w), "agreed": "yes", "shown": hidden(looked, "shown")})
    assert (Autopay.objects.count(), Mandate.objects.count()) == (1, 1)


def test_words_for_another_account_are_shown_before_it_is_debited(w):
    client = signed_in(w.bob)
    looked = client.post(page_of(w), wish(w))
    other = w.account(w.bob, "000222222227")
    answer = client.post(page_of(w), {**wish(w, account=other.public_id), "agreed": "yes", "shown": hidden(looked, "shown")})
    assert "ending in 2227" in words_of(answer)
    assert not Autopay.objects.exists()


def test_it_is_read_and_agreed_to_in_spanish(w):
    client = signed_in(w.bob)
    client.cookies["language"] = "es"
    assert "El pago automático está activo" in words_of(turned_on(w, client))
    assert Mandate.objects.get().text.startswith("Autorizo a DirectPay")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("amount", {"mode": "fixed"}),
        ("amount", {"mode": "up_to", "amount": "x"}),
        ("cap", {"cap": "-1"}),
        ("day_of_month", {"day_of_month": "32"}),
    ],
)
def test_what_cannot_be_is_marked_at_its_field(w, field, typed):
    answer = signed_in(w.bob).post(page_of(w), wish(w, **typed))
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()


def test_the_backup_is_another_account(w):
    answer = signed_in(w.bob).post(page_of(w), wish(w, backup=w.sources.public_id))
    assert "Choose another account than the first." in words_of(answer)


def test_skipping_pausing_resuming_and_turning_off(w):
    client = signed_in(w.bob)
    turned_on(w, client)
    said = words_of(client.post(f"{page_of(w)}skip/", {"date": "2026-12-01"}, follow=True))
    assert "Skipped, this once." in said
    assert "Fri 1 Jan 2027" in said
    assert "Paused." in words_of(client.post(f"{page_of(w)}pause/", follow=True))
    assert "Why: you asked for it." in words_of(client.get(page_of(w)))
    assert "Autopay is on again." in words_of(client.post(f"{page_of(w)}resume/", follow=True))
    assert "Autopay is off." in words_of(client.post(f"{page_of(w)}turn_off/", follow=True))
    assert Autopay.objects.get().status == "canceled"
    assert client.post(f"{page_of(w)}turn_off/").status_code == 302


@pytest.mark.parametrize("date", ["", "x", "2026-13-40", "2026-12-02"])
def test_skipping_another_day_skips_nothing(w, date):
    client = signed_in(w.bob)
    turned_on(w, client)
    client.post(f"{page_of(w)}skip/", {"date": date})
    assert [run.status for run in Autopay.objects.get().runs.all()] == ["planned"]


def test_changing_it_asks_for_no_words_again_unless_the_account_is_another(w):
    client = signed_in(w.bob)
    turned_on(w, client)
    assert 'value="full_balance" selected' in client.get(f"{page_of(w)}?change=1").content.decode()
    changed = turned_on(w, client, mode="up_to", amount="500.00")
    assert "Autopay is changed." in words_of(changed)
    assert Autopay.objects.get().amount_minor == 50_000
    assert Mandate.objects.count() == 1


def test_it_says_how_it_went():
    w = Renting()
    w.on()
    w.owed = w.leased
    w.go(NINE)
    said = words_of(signed_in(w.bob).get(page_of(w)))
    assert "So far Tue 1 Dec Paid $1,500.00" in said


def test_without_a_day_to_come_it_says_so():
    w = Renting(end_on=date(2026, 12, 31))
    w.on()
    w.owed = w.leased
    w.go(NINE)
    client = signed_in(w.bob)
    for address in (page_of(w), "/renter/"):
        assert "No payment is left on this lease." in words_of(client.get(address))


def test_the_landlord_learns_that_it_is_on_and_nothing_more(w):
    address = f"/landlord/leases/{w.owed.public_id}/"
    landlord = signed_in(w.alice)
    assert "Autopay off" in words_of(landlord.get(address))
    turned_on(w, signed_in(w.bob))
    page = landlord.get(address)
    assert "Autopay on" in words_of(page)
    assert "6789" not in words_of(page)


def test_the_first_page_says_what_comes(w):
    client = signed_in(w.bob)
    assert "Your rent can be paid by itself" in words_of(client.get("/renter/"))
    turned_on(w, client)
    assert "Autopay Unit 1 Tue 1 Dec $3,000.00" in words_of(client.get("/renter/"))


def test_without_a_verified_account_one_is_asked_for():
    w = World()
    lease = w.lease()
    assert "No bank account to pay from" in words_of(signed_in(w.bob).get(f"/renter/autopay/{lease.public_id}/"))
