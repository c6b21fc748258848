"""The page of a payment in each of its states, for both who have to do with it."""

from datetime import UTC, date, datetime

import pytest

from payments.payins.actions.pay import pay
from payments.payins.models import Payment
from tests.leases.portal.reading import signed_in, words_of
from tests.world import DISPUTED, NO_FUNDS, World

pytestmark = pytest.mark.django_db


def page_of(w: World, payment: Payment, user=None, **headers: str):
    side = "landlord" if user == w.alice else "renter"
    return signed_in(user or w.bob).get(f"/{side}/payments/{payment.public_id}/", headers=headers)


def test_sent_says_when_it_goes_to_the_bank_and_can_be_called_off(settings):
    settings.RAIL_PROFILE = "calendar"
    w = World()
    payment = w.pay(w.lease())
    page = page_of(w, payment)
    assert "$1,500.00 to Alice Sent We have it. It goes to the bank today at 4:45 pm (ET)." in words_of(page)
    assert "Sent 10:00 am At the bank by 4:45 pm Cleared by Fri 6 Nov Ready for Alice by Tue 10 Nov" in words_of(page)
    assert 'http-equiv="refresh" content="10"' in page.content.decode()
    called_off = signed_in(w.bob).post(f"/renter/payments/{payment.public_id}/cancel/", follow=True)
    assert "Canceled" in words_of(called_off)
    assert "At the bank did not happen" in words_of(called_off)
    assert w.fresh(payment).status == "canceled"


def test_what_has_left_cannot_be_called_off_and_nothing_changes():
    w = World()
    payment = w.pay(w.lease())
    w.work()
    answer = signed_in(w.bob).post(f"/renter/payments/{payment.public_id}/cancel/", follow=True)
    assert "It had left already, so it could not be called off. Nothing has changed." in words_of(answer)
    assert w.fresh(payment).status == "processing"


def test_the_story_is_told_newest_first_with_the_promise_beside_what_happened(settings):
    settings.RAIL_PROFILE = "calendar"
    w = World()
    payment = w.pay(w.lease())
    w.later(days=10)
    page = words_of(page_of(w, payment))
    assert "It arrived on Fri 6 Nov and is ready for Alice." in page
    assert "Promised Fri 6 Nov Cleared Fri 6 Nov, as promised" in page
    assert (
        page.index("Ready for Alice Tue 10 Nov, 8:30 am")
        < page.index("Cleared Fri 6 Nov, 8:30 am")
        < page.index("At the bank Mon 2 Nov, 4:45 pm")
    )
    assert "Times in Columbus, ET" in page


def test_cleared_is_never_said_before_it_has():
    w = World()
    payment = w.pay(w.lease())
    w.work()
    page = words_of(page_of(w, payment))
    assert "At the bank The bank has it. It clears within" in page
    assert "paid" not in page.lower().replace("nothing was paid", "")


def test_returned_bends_back_and_offers_to_pay_again():
    w = World()
    source = w.account(w.bob, DISPUTED)
    payment = w.until(w.pay(w.lease(), source=source), "returned")
    page = page_of(w, payment)
    assert "Your bank took this payment back" in words_of(page)
    assert 'class="back"' in page.content.decode()
    assert "(R10). What was owed is still owed. Pay again" in words_of(page)
    assert "Back at your bank −$1,500.00 Taken from you $0.00" in words_of(page)
    assert "The bank's return costs $4.00" in words_of(page_of(w, payment, w.alice))


def test_refused_is_not_taken():
    w = World()
    source = w.account(w.bob, NO_FUNDS)
    payment = w.until(w.pay(w.lease(), source=source), "failed")
    page = words_of(page_of(w, payment))
    assert "Not taken" in page
    assert "Nothing was taken." in page
    assert "Taken from you $0.00" in page


def test_silence_is_not_known_yet_and_never_a_refusal():
    w = World()
    source = w.account(w.bob, "000770000001")
    payment = w.until(w.pay(w.lease(), source=source), "unknown")
    page = words_of(page_of(w, payment))
    assert "Not known yet The bank has not answered. Do not pay again" in page
    assert "Cleared when the bank answers" in page
    assert "failed" not in page.lower()
    assert "nobody can pay it twice" in words_of(page_of(w, payment, w.alice))


def test_it_asks_again_until_it_is_final_and_hears_nothing_while_nothing_changes():
    w = World()
    payment = w.pay(w.lease(), "instant")
    first = page_of(w, payment).content.decode()
    assert f'hx-get="/renter/payments/{payment.public_id}/?seen=1"' in first
    client = signed_in(w.bob)
    address = f"/renter/payments/{payment.public_id}/?seen="
    assert client.get(address + "1", headers={"HX-Request": "true"}).status_code == 204
    w.until(payment, "settled")
    changed = client.get(address + "1", headers={"HX-Request": "true"}).content.decode()
    assert changed.lstrip().startswith('<div id="live">')
    assert "hx-get" not in changed
    assert "http-equiv" not in page_of(w, payment).content.decode()


def test_the_landlord_reads_the_fee_and_what_is_left():
    w = World()
    payment = w.until(w.pay(w.lease()), "settled")
    page = words_of(page_of(w, payment, w.alice))
    assert "$1,500.00 from Bob Cleared" in page
    assert "Amount $1,500.00 Fee −$2.00 You get $1,498.00" in page
    assert "••6789" not in page


def test_a_payment_without_a_lease_has_a_page_too():
    w = World()
    lease = w.lease()
    account = lease.parties.get().account.public_id
    payment = pay(
        account,
        w.account(w.bob),
        amount_minor=150_000,
        currency="usd",
        rail="ach",
        allow_duplicate=False,
        metadata={},
        actor=w.actor(w.bob),
        at=w.now,
    )
    assert "Payments / Payment $1,500.00 to Alice" in words_of(page_of(w, payment))
    assert page_of(w, payment, w.alice).status_code == 200
    home = words_of(signed_in(w.bob).get("/renter/"))
    assert "On its way" in home
    assert "Pay $1,500.00" not in home


def test_another_renter_finds_no_such_page():
    w = World()
    payment = w.pay(w.lease())
    mia = w.person("mia", "renter")
    assert page_of(w, payment, mia).status_code == 404
    assert signed_in(mia).post(f"/renter/payments/{payment.public_id}/cancel/").status_code == 404
    assert signed_in(w.bob).get(f"/landlord/payments/{payment.public_id}/").status_code == 404


def test_what_is_instant_arrives_on_a_holiday_as_promised(settings):
    """Thanksgiving: the banks book it on Friday, the money is there."""
    settings.RAIL_PROFILE = "calendar"
    w = World(datetime(2026, 11, 26, 15, 0, tzinfo=UTC))
    payment = w.until(w.pay(w.lease(), "instant"), "completed")
    assert payment.completed_on == date(2026, 11, 27)
    words = words_of(page_of(w, payment))
    assert "as promised" in words
    assert "day late" not in words
