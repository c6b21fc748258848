"""What a renter sees on opening the door: what is owed, what is on its way, what went wrong."""

from datetime import date

import pytest

from payments.methods.cards.actions import create_card
from tests.leases.portal.reading import signed_in, words_of
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db


def home(w: World, user=None) -> str:
    response = signed_in(user or w.bob).get("/renter/")
    assert response.status_code == 200
    return words_of(response)


def test_it_shows_what_is_owed_with_its_parts_and_one_button():
    w = World()
    w.account(w.bob)
    w.lease(start=date(2026, 10, 1))
    page = home(w)
    assert "You owe 114 Linden St, Unit 1 $3,000.00 Due Thu 1 Oct, 32 days ago" in page
    assert "Rent, October was due Thu 1 Oct $1,500.00" in page
    assert "Rent, November was due Sun 1 Nov $1,500.00 Together $3,000.00" in page
    assert "Pay $3,000.00" in page


def test_only_one_button_has_the_marker():
    w = World()
    w.account(w.bob)
    w.lease()
    w.lease()
    body = signed_in(w.bob).get("/renter/").content.decode()
    assert body.count('class="btn main"') == 1


def test_nothing_owed_names_the_next_rent_and_has_no_marker():
    w = World()
    w.account(w.bob)
    lease = w.lease()
    w.until(w.pay(lease, "instant"), "settled")
    response = signed_in(w.bob).get("/renter/")
    assert "Nothing to pay" in words_of(response)
    assert "Next: Tue 1 Dec, in 29 days" in words_of(response)
    assert "btn main" not in response.content.decode()


def test_the_next_rent_gets_its_button_when_a_transfer_would_just_arrive():
    w = World()
    w.account(w.bob)
    lease = w.lease()
    w.until(w.pay(lease, "instant"), "settled")
    w.later(days=22)
    assert "Next rent" in home(w)
    assert "Due Tue 1 Dec, in 7 days" in home(w)


def test_the_line_takes_the_place_of_the_debt_while_all_of_it_is_on_its_way():
    w = World()
    lease = w.lease()
    w.pay(lease, "ach")
    page = home(w)
    assert "On its way Sent Rent, November 114 Linden St, Unit 1 $1,500.00" in page
    assert "Pay $1,500.00" not in page
    assert "You owe" not in page


def test_a_part_on_its_way_leaves_the_rest_to_pay():
    w = World()
    lease = w.lease()
    w.pay(lease, "ach", 50_000)
    page = home(w)
    assert "You still owe" in page
    assert "Pay $1,000.00" in page
    assert "On its way" in page


def test_what_the_bank_refused_stands_beside_the_debt_without_blame():
    w = World()
    source = w.account(w.bob, NO_FUNDS)
    lease = w.lease()
    w.until(w.pay(lease, "instant", source=source), "failed")
    page = home(w)
    assert "Nothing was taken. There was not enough in the account when the bank looked (R01)." in page
    assert "Pay $1,500.00" in page


def test_roommates_see_each_others_shares():
    w = World()
    mia = w.person("mia", "renter")
    lease = w.lease((w.bob, {"amount": 150_000}), (mia, {"amount": 90_000}), rent=240_000)
    w.account(w.bob)
    w.until(w.pay(lease, "instant", source=w.account(mia)), "settled")
    page = home(w)
    assert "Unit 1, November You $1,500.00 due Sun 1 Nov Mia $900.00 cleared Rent $2,400.00" in page


def test_a_joint_renter_sees_the_payment_of_the_other_and_has_no_second_button():
    w = World()
    mia = w.person("mia", "renter")
    lease = w.lease(w.bob, mia)
    w.account(w.bob)
    w.pay(lease, "ach", source=w.account(mia))
    page = home(w)
    assert "Rent, November, from Mia" in page
    assert "Pay $1,500.00" not in page
    w.work()
    assert "On its way Under way" in home(w)  # what happens to it is told to both


def test_without_a_lease_it_says_why_and_what_can_be_done():
    w = World()
    page = home(w)
    assert "No home here yet" in page
    assert "Add a bank account" in page


def test_without_an_account_the_button_leads_to_adding_one():
    w = World()
    w.lease()
    assert "Add a bank account to pay" in home(w)


def test_the_number_of_queries_does_not_grow_with_payments(django_assert_max_num_queries, django_assert_num_queries):
    w = World()
    lease = w.lease()
    client = signed_in(w.bob)
    w.until(w.pay(lease, "instant", 10_000), "settled")
    few = queries(client)
    for _ in range(5):
        w.until(w.pay(lease, "instant", 10_000, allow_duplicate=True), "settled")
    assert queries(client) == few


def queries(client) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        client.get("/renter/")
    return len(captured)


def test_the_list_of_payments_has_pages():
    w = World()
    lease = w.lease()
    for _ in range(22):
        w.pay(lease, "instant", 1_000, allow_duplicate=True)
    w.later(seconds=30)
    client = signed_in(w.bob)
    first = client.get("/renter/payments/")
    assert first.content.decode().count("••6789") == 20
    older = first.content.decode().split('href="?before=')[1].split('"')[0]
    second = client.get(f"/renter/payments/?before={older}")
    assert second.content.decode().count("••6789") == 2
    assert "Newest" in words_of(second)


def test_a_card_is_enough_to_pay_with():
    w = World()
    w.lease()
    assert "Add a bank account to pay" in home(w)
    create_card("pm_card_visa", user=w.bob, actor=w.actor(w.bob), at=w.now)
    page = home(w)
    assert "Pay $1,500.00" in page
    assert "Add a bank account to pay" not in page
