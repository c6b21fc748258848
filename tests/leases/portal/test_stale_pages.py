"""A pay page that was opened before something else happened: what it did not show is not paid."""

from typing import Any

import pytest
from django.db import connection

from directpay.people.actor import SYSTEM
from leases.policies.actions import set_payment_policy
from leases.policies.queries import Policy
from leases.portal.actions import NotAsShown, pay_once
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.actions.pay_rent import PayRequest
from payments.payins.models import Payment
from tests.at_once import at_once
from tests.leases.late_fees.cast import give
from tests.leases.portal.desk import Desk
from tests.leases.portal.reading import words_of

pytestmark = pytest.mark.django_db
CHANGED = "Nothing is paid yet. What this pays has changed since the page was opened."
NOVEMBER_THEN_DECEMBER = (
    f"{CHANGED} It was: Rent, November $1,500.00. It is now: Rent, December $1,500.00, ahead. Look it over, then press once more."
)
PART: dict[str, Any] = {"how_much": "part", "part": "500"}


def of_bob(desk: Desk) -> list[Payment]:
    return [payment for payment in desk.payments if payment.payer == desk.w.bob]


def test_what_was_given_by_hand_meanwhile_is_not_followed_by_the_next_month():
    desk = Desk()
    page = desk.open()
    assert "All that you owe $1,500.00 Rent, November" in words_of(page)
    give(desk.w, desk.lease, 150_000, "cash")
    anew = desk.press(page)
    assert anew.status_code == 200
    assert NOVEMBER_THEN_DECEMBER in words_of(anew)
    assert desk.payments == []
    desk.press(anew)
    (payment,) = desk.payments
    assert payment.claims.get().item == desk.lease.charges.get(due_on="2026-12-01").public_id


def test_nor_what_a_roommate_has_paid_at_once():
    desk = Desk("carol")
    page = desk.open()
    desk.w.until(desk.w.pay(desk.lease, "instant", source=desk.w.account(desk.roommates[0])), "settled")
    assert NOVEMBER_THEN_DECEMBER in words_of(desk.press(page))
    assert of_bob(desk) == []


def test_a_typed_amount_goes_to_no_other_month():
    desk = Desk("carol")
    page = desk.open("?how_much=part&part=500")
    assert "Rent, November $500.00" in words_of(page)
    desk.w.pay(desk.lease, "ach", source=desk.w.account(desk.roommates[0]))
    anew = desk.press(page, **PART)
    assert "It was: Rent, November $500.00. It is now: Rent, December $500.00, ahead." in words_of(anew)
    assert of_bob(desk) == []
    desk.press(anew, **PART)
    assert [payment.amount_minor for payment in of_bob(desk)] == [50_000]


def test_less_than_was_shown_is_said_too():
    desk = Desk("carol")
    page = desk.open()
    desk.w.pay(desk.lease, "ach", 40_000, source=desk.w.account(desk.roommates[0]))
    assert "It was: Rent, November $1,500.00. It is now: Rent, November $1,100.00." in words_of(desk.press(page))
    assert of_bob(desk) == []


def test_another_order_of_the_landlords_is_another_split():
    desk = Desk()
    add_charge(desk.lease, NewCharge("utilities", 5_000, description="Water"), actor=SYSTEM, at=desk.w.now)
    page = desk.open("?how_much=part&part=500")
    policy = Policy(order="categories", categories=("utilities",))
    set_payment_policy(desk.lease, policy, actor=SYSTEM, at=desk.w.now)
    anew = words_of(desk.press(page, **PART))
    assert "It was: Rent, November $500.00. It is now: Water $50.00 ; Rent, November $450.00." in anew
    assert desk.payments == []


def test_what_was_ahead_and_has_fallen_due_is_shown_anew():
    desk = Desk()
    give(desk.w, desk.lease, 150_000, "cash")
    desk.w.later(days=28)
    page = desk.open()
    desk.w.later(days=1)
    assert "It was: Rent, December $1,500.00, ahead. It is now: Rent, December $1,500.00." in words_of(desk.press(page))


def test_another_choice_of_ones_own_is_no_change():
    desk = Desk()
    looked = words_of(desk.press(desk.open(), **PART))
    assert "Nothing is paid yet. This is what you chose" in looked
    assert CHANGED not in looked


def test_what_stands_elsewhere_on_the_account_changes_nothing():
    desk = Desk()
    page = desk.open("?how_much=part&part=500")
    add_charge(desk.lease, NewCharge("utilities", 5_000), actor=SYSTEM, at=desk.w.now)
    assert desk.press(page, **PART).status_code == 302


def test_the_second_press_of_a_page_is_no_change_though_all_is_on_its_way():
    desk = Desk("carol")
    page = desk.open("?how_much=part&part=500")
    first = desk.press(page, **PART)
    desk.w.pay(desk.lease, "ach", source=desk.w.account(desk.roommates[0]))
    second = desk.press(page, **PART)
    assert (first.status_code, second.url) == (302, first.url)
    assert len(of_bob(desk)) == 1


@pytest.mark.parametrize("shown", ["", "ach", "ach:ba_1:150000:150000:chg_nothing=1", "ach:::x:chg_1=1,,=", "a" * 9_000])
def test_a_made_up_page_pays_nothing(shown):
    desk = Desk()
    assert desk.press(desk.open(), shown=shown).status_code == 200
    assert desk.payments == []


def test_what_changes_between_the_look_and_the_payment_is_undone():
    """The action itself is judged by what was shown: between the page's question and the lock, money may clear."""
    desk = Desk()
    request = PayRequest(rail="ach", bank_account=desk.account, amount_minor=50_000)
    december = desk.lease.charges.get(due_on="2026-12-01").public_id
    with pytest.raises(NotAsShown):
        pay_once(
            desk.lease,
            request,
            user=desk.w.bob,
            attempt="at_1",
            shown=[(december, 50_000)],
            actor=desk.w.actor(desk.w.bob),
            at=desk.w.now,
        )
    assert desk.payments == []


@pytest.mark.django_db(transaction=True)
def test_a_press_and_money_by_hand_at_once_never_pay_the_next_month():
    desk = Desk()
    page = desk.open()
    answer, _receipt = at_once(lambda: desk.press(page), lambda: give(desk.w, desk.w.reload(desk.lease), 150_000, "cash"))
    connection.close()
    november = desk.lease.charges.get(due_on="2026-11-01").public_id
    assert answer.status_code in (200, 302, 409)
    assert [payment.claims.get().item for payment in desk.payments] in ([], [november])
