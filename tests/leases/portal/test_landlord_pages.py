"""A landlord's view: what is due, cleared, on its way and missing, and the same figures on every page."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.leases.portal.reading import signed_in, words_of
from tests.world import DISPUTED, World

pytestmark = pytest.mark.django_db


def test_the_month_adds_up_and_every_lease_says_what_is_true():
    w = World()
    people = [w.person(name, "renter") for name in ("mia", "theo", "sam")]
    bobs, mias, theos, sams = w.lease(), *(w.lease(person) for person in people)
    w.until(w.pay(bobs, "instant"), "settled")
    w.pay(mias, "ach", source=w.account(people[0]))
    w.until(w.pay(theos, "instant", 50_000, w.account(people[1])), "settled")
    w.until(w.pay(sams, "same_day_ach", source=w.account(people[2], DISPUTED)), "returned")
    w.work()
    page = words_of(signed_in(w.alice).get("/landlord/"))
    assert "November 4 leases." in page
    assert "of $6,000.00 due Cleared $2,000.00 On its way $1,500.00 Not paid $2,500.00" in page
    assert "Bob Linden, Unit 1 Cleared Mon 2 Nov $1,500.00 $0.00 none" in page
    assert "Mia Linden, Unit 2 Sent by Mon 2 Nov $1,500.00 $1,500.00 $1,500.00" in page.replace("At the bank", "Sent")
    assert "Theo Linden, Unit 3 Late due Sun 1 Nov, yesterday $1,500.00 $1,000.00 none" in page
    assert "Sam Linden, Unit 4 Returned due Sun 1 Nov, yesterday $1,500.00 $1,500.00 none" in page
    assert "All leases $6,000.00 $4,000.00 $1,500.00" in page


def test_a_lease_shows_its_schedule_its_payments_and_a_balance_that_adds_up():
    w = World()
    lease = w.lease(start=date(2026, 10, 15), end_on=date(2027, 1, 31))
    w.until(w.pay(lease, "instant", 82_258), "settled")
    w.pay(lease, "ach", 50_000)
    page = words_of(signed_in(w.alice).get(f"/landlord/leases/{lease.public_id}/"))
    assert "Rent, 15 to 31 October Thu 15 Oct Paid $822.58 $822.58 none" in page
    assert "Rent, November Sun 1 Nov Late $1,500.00 none $500.00" in page
    assert "2 months more" in page
    assert "Owed $1,500.00 On its way −$500.00 When that has cleared $1,000.00" in page
    assert "Rent, November Bob, Mon 2 Nov, bank transfer" in page


def test_parties_are_listed_with_their_shares_and_add_up():
    w = World()
    mia = w.person("mia", "renter")
    lease = w.lease((w.bob, {"percent": "62.5"}), (mia, {"percent": "37.5"}), rent=240_000)
    page = words_of(signed_in(w.alice).get(f"/landlord/leases/{lease.public_id}/"))
    assert "Bob $1,500.00 Mia $900.00 Owed $2,400.00" in page


def test_queries_do_not_grow_with_leases_or_payments():
    w = World()
    client = signed_in(w.alice)

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def let_and_paid(name: str) -> None:
        person = w.person(name, "renter")
        w.until(w.pay(w.lease(person), "instant", source=w.account(person)), "settled")

    let_and_paid("mia")
    few = {address: asked(address) for address in ("/landlord/", "/landlord/payments/")}
    for name in ("theo", "sam", "ruth"):
        let_and_paid(name)
    assert {address: asked(address) for address in few} == few


def test_without_leases_it_says_why():
    w = World()
    assert "No leases yet" in words_of(signed_in(w.alice).get("/landlord/"))
    assert "No payments yet" in words_of(signed_in(w.alice).get("/landlord/payments/"))


def test_money_paid_ahead_stands_below_zero():
    w = World()
    lease = w.lease()
    w.until(w.pay(lease, "instant", 200_000), "settled")
    page = words_of(signed_in(w.alice).get(f"/landlord/leases/{lease.public_id}/"))
    assert "Owed below zero: paid ahead −$500.00" in page
    assert "Rent, December Tue 1 Dec Part paid $1,500.00 $500.00 none" in page


def test_another_landlord_finds_no_such_lease():
    w = World()
    lease = w.lease()
    carol = w.person("carol", "landlord")
    assert signed_in(carol).get(f"/landlord/leases/{lease.public_id}/").status_code == 404
    assert signed_in(w.bob).get(f"/landlord/leases/{lease.public_id}/").status_code == 404
