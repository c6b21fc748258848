"""The pay page: what it shows is what it pays, once, however often it is pressed."""

from datetime import date
from threading import Thread

import pytest
from django.db import connections

from tests.leases.portal.desk import Desk
from tests.leases.portal.reading import signed_in, words_of
from tests.world import World

pytestmark = pytest.mark.django_db


def test_one_press_pays_what_the_page_has_shown_and_lands_on_the_payment():
    desk = Desk()
    page = desk.open()
    assert "You pay $1,500.00" in words_of(page)
    response = desk.press(page)
    (payment,) = desk.payments
    assert response.status_code == 302
    assert response.url == f"/renter/payments/{payment.public_id}/"
    assert (payment.amount_minor, payment.rail, payment.payer, payment.origin) == (150_000, "ach", desk.w.bob, desk.lease.public_id)
    desk.w.until(payment, "settled")
    desk.w.check()


def test_a_second_press_lands_on_the_same_payment_and_says_so():
    desk = Desk()
    page = desk.open()
    first, second = desk.press(page), desk.press(page)
    assert first.url == second.url
    assert len(desk.payments) == 1
    assert "This was sent today at 10:00 am (ET). Here it is. Nothing was paid twice." in words_of(desk.client.get(second.url))


def test_a_second_tab_is_the_same_attempt_whatever_it_chose():
    desk = Desk()
    one, two = desk.open(), desk.open()
    assert desk.press(one).url == desk.press(two, rail="instant").url
    assert len(desk.payments) == 1


def test_after_it_failed_the_next_press_is_a_new_payment():
    desk = Desk()
    desk.account = desk.w.account(desk.w.bob, "000222222227")
    first = desk.press(desk.open("?rail=instant"), rail="instant")
    desk.w.until(desk.payments[0], "failed")
    second = desk.press(desk.open("?rail=instant"), rail="instant")
    assert first.url != second.url
    assert len(desk.payments) == 2


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_time_make_one_payment():
    desk = Desk()
    page = desk.open()
    answers = []

    def press():
        try:
            answers.append(desk.press(page))
        finally:
            connections.close_all()

    presses = [Thread(target=press) for _ in range(4)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    assert [a.status_code for a in answers] == [302] * 4
    assert len({a.url for a in answers}) == 1
    assert len(desk.payments) == 1


def test_the_ways_to_pay_say_price_and_promise(settings):
    settings.RAIL_PROFILE = "calendar"
    desk = Desk()
    desk.w.fee("instant", 75, "payer")
    page = words_of(desk.open())
    assert "Bank transfer Free Clears Fri 6 Nov. Four bank days. It goes to the bank today at 4:45 pm (ET)" in page
    assert "Instant $0.75 Clears within half a minute" in page
    assert "One more way Wire Free Clears today at 4:31 pm (ET)" in page


def test_another_way_is_shown_before_it_is_paid():
    desk = Desk()
    desk.w.fee("instant", 75, "payer")
    page = desk.open()
    looked = desk.press(page, rail="instant")
    assert looked.status_code == 200
    assert "Nothing is paid yet" in words_of(looked)
    assert "You pay $1,500.75" in words_of(looked)
    assert desk.payments == []
    desk.press(looked, rail="instant")
    assert [p.charged_minor for p in desk.payments] == [150_075]


def test_the_choice_is_shown_by_htmx_as_the_aside_alone():
    desk = Desk()
    part = desk.client.get(desk.address + "?how_much=part&part=500", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<section class="card" aria-labelledby="before-title"')
    assert "Rent, November $500.00" in words_of(part)
    assert "You owe after this $1,000.00" in words_of(part)


def test_a_part_is_split_over_the_oldest_first():
    desk = Desk(start=date(2026, 10, 1))
    page = desk.open("?how_much=part&part=2,000.50")
    assert "Rent, October oldest first $1,500.00 Rent, November $500.50" in words_of(page)
    desk.press(page, how_much="part", part="2,000.50")
    (payment,) = desk.payments
    assert [c.amount_minor for c in payment.claims.order_by("id")] == [150_000, 50_050]


@pytest.mark.parametrize("typed", ["", "0", "-5", "abc", "1.234", "1e3", "99999999999", "٣"])
def test_what_is_not_an_amount_is_refused_beside_the_field_and_kept(typed):
    desk = Desk()
    page = desk.press(desk.open(), how_much="part", part=typed)
    assert page.status_code == 422
    assert "Enter an amount such as 500.00, up to $3,000.00." in words_of(page)
    assert desk.payments == []


def test_more_than_can_be_paid_is_refused_by_name():
    desk = Desk()
    page = desk.press(desk.open(), how_much="part", part="3000.01")
    assert page.status_code == 422
    assert "At most $3,000.00 can be paid now." in words_of(page)


def test_what_a_roommate_has_paid_meanwhile_is_not_paid_again():
    desk = Desk()
    w, mia = desk.w, desk.w.person("mia", "renter")
    desk.lease = w.lease(w.bob, mia)
    desk.address = f"/renter/pay/{desk.lease.public_id}/"
    page = desk.open()
    w.pay(desk.lease, "ach", source=w.account(mia))
    response = desk.press(page)
    assert response.status_code == 422
    assert "on its way already" in words_of(response)
    assert len(desk.payments) == 1


def test_all_on_its_way_leads_to_the_payment_and_has_no_button():
    desk = Desk()
    desk.press(desk.open())
    desk.press(desk.open("?how_much=part&part=1400"), how_much="part", part="1400")  # the next rent, ahead
    page = desk.open()
    assert "All that you owe is on its way already. Do not pay again: follow it." in words_of(page)
    assert "btn main" not in page.content.decode()


def test_the_same_amount_again_is_asked_about_first():
    desk = Desk()
    desk.press(desk.open("?how_much=part&part=500"), how_much="part", part="500")
    page = desk.open("?how_much=part&part=500")
    asked = desk.press(page, how_much="part", part="500")
    assert asked.status_code == 409
    assert "The same amount was sent for this home in the last five minutes. Nothing new was sent. Follow that payment" in words_of(asked)
    assert f'href="/renter/payments/{desk.payments[0].public_id}/"' in asked.content.decode()
    desk.press(asked, how_much="part", part="500", allow_duplicate="yes")
    assert len(desk.payments) == 2


def test_another_month_of_the_same_amount_is_no_slip():
    desk = Desk(start=date(2026, 10, 1))
    w = desk.w
    w.until(w.pay(desk.lease, "instant", 150_000), "settled")
    desk.press(desk.open())
    assert [p.amount_minor for p in desk.payments] == [150_000, 150_000]


def test_the_next_rent_right_after_this_one_is_asked_about():
    desk = Desk()
    desk.w.until(desk.w.pay(desk.lease, "instant"), "settled")
    page = desk.open()
    assert "The next rent $1,500.00 Rent, December" in words_of(page)
    assert desk.press(page).status_code == 409
    assert len(desk.payments) == 1


def test_a_way_that_costs_more_than_the_amount_stays_and_says_why():
    desk = Desk()
    page = desk.open("?how_much=part&part=1.50&rail=ach")
    assert "Only for more than $2.00" in words_of(page)
    assert desk.press(page, how_much="part", part="1.50").status_code == 422


def test_somebody_elses_account_is_not_used():
    desk = Desk()
    mia = desk.w.person("mia", "renter")
    page = desk.open()
    desk.press(page, bank_account=desk.w.account(mia).public_id)
    assert [p.bank_account for p in desk.payments] in ([], [desk.account])


def test_a_made_up_attempt_pays_nothing():
    desk = Desk()
    page = desk.open()
    assert desk.press(page, attempt="x").status_code == 200
    assert desk.payments == []


def test_a_landlord_has_no_pay_page():
    desk = Desk()
    assert signed_in(desk.w.alice).get(desk.address).status_code == 404


def test_the_bare_address_goes_to_the_only_lease():
    desk = Desk()
    assert desk.client.get("/renter/pay/").headers["Location"] == desk.address
    desk.w.lease()
    which = words_of(desk.client.get("/renter/pay/"))
    assert "114 Linden St, Unit 1 Rent, November, due Sun 1 Nov Pay $1,500.00" in which
    assert "114 Linden St, Unit 2" in which


def test_without_an_account_it_says_what_to_do():
    w = World()
    lease = w.lease()
    page = signed_in(w.bob).get(f"/renter/pay/{lease.public_id}/")
    assert "No bank account to pay from" in words_of(page)
