"""What a landlord changes in a lease, on its pages."""

from datetime import date

import pytest

from tests.leases.portal.reading import signed_in, words_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def page(lease, what="") -> str:
    return f"/landlord/leases/{lease.public_id}/{what}"


def test_a_lease_is_ended_and_goes_on_after_all(w):
    lease, alice = w.lease(end_on=None), signed_in(w.alice)
    assert "without an end" in words_of(alice.get(page(lease)))
    for _ in range(2):
        assert alice.post(page(lease, "end/"), {"day": "2026-12-15", "attempt": "at_1"}).status_code == 302
    shown = words_of(alice.get(page(lease)))
    assert "The lease has its last day." in shown
    assert "to Tue 15 Dec" in shown
    alice.post(page(lease, "renew/"), {"day": "", "amount": "1,600.00"})
    shown = words_of(alice.get(page(lease)))
    assert "without an end" in shown
    assert "From Wed 16 Dec $1,600.00" in shown
    w.check()


def test_another_rent_stands_in_the_terms(w):
    lease, alice = w.lease(), signed_in(w.alice)
    alice.post(page(lease, "rent/"), {"day": "2027-01-01", "amount": "1550"})
    shown = words_of(alice.get(page(lease)))
    assert "Rent, each month $1,500.00" in shown
    assert "From Fri 1 Jan 2027 $1,550.00" in shown


def test_shares_are_given_in_percent(w):
    carol = w.person("carol", "renter")
    lease, alice = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1})), signed_in(w.alice)
    asked = words_of(alice.get(page(lease, "shares/")))
    assert "Percent of Bob" in asked
    alice.post(page(lease, "shares/"), {"day": "2026-12-01", w.bob.public_id: "62.5", carol.public_id: "37.5"})
    assert [party.weight_on(date(2026, 12, 1)) for party in lease.parties.order_by("id")] == [6_250, 3_750]


@pytest.mark.parametrize(
    ("what", "said", "why"),
    [
        ("end/", {"day": "2026-10-01"}, "The lease would end before it starts."),
        ("end/", {"day": "2028-10-01"}, "It ends by then already: renew it to go on."),
        ("renew/", {"day": "2026-12-01"}, "A renewal ends later than the lease."),
        ("renew/", {"day": "2028-01-01", "amount": "-3"}, "Enter an amount such as 500.00."),
        ("rent/", {"day": "2026-11-15", "amount": "1600"}, "Rent is charged to 2026-11-30 already: choose 2026-12-01 or later."),
        ("rent/", {"day": "2026-12-01", "amount": ""}, "This field is required."),
        ("shares/", {"day": "2026-12-01"}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(w, what, said, why):
    lease, alice = w.lease(), signed_in(w.alice)
    answer = alice.post(page(lease, what), said)
    assert answer.status_code == 422
    assert why in words_of(answer)
    assert w.reload(lease).version == 1


def test_renters_and_other_landlords_change_nothing(w):
    lease = w.lease()
    for other in (w.bob, w.person("mallory", "landlord")):
        assert signed_in(other).post(page(lease, "end/"), {"day": "2026-12-15"}).status_code in (403, 404)
    assert w.reload(lease).version == 1


def test_renters_move_to_another_unit(w):
    lease, unit, alice = w.lease(), w.unit(), signed_in(w.alice)
    asked = alice.get(page(lease, "move/"))
    assert "Linden, Unit 2" in words_of(asked)
    assert asked.content.decode().count('type="date"') == 2  # the first day there, and the last
    said = {"unit": unit.public_id, "day": "2026-12-01", "amount": "1,600", "end": "", "attempt": "at_1"}
    for _ in range(2):
        assert alice.post(page(lease, "move/"), said).status_code == 302
    assert "From Tue 1 Dec they rent another unit; what is owed here goes along." in words_of(alice.get(page(lease)))
    w.later(days=29)
    new = w.reload(lease).moved_on.new
    shown = words_of(alice.get(page(new)))
    assert "Brought along from Unit 1" in shown
    assert w.balance("L1500", lease=new) == 310_000
    again = alice.post(page(lease, "move/"), {**said, "attempt": "at_2"})
    assert "The renters of this lease have gone to another unit already." in words_of(again)
    w.check()


def test_a_unit_that_is_let_is_refused_beside_the_day(w):
    lease, other = w.lease(), w.lease(w.person("carol", "renter"))
    refused = signed_in(w.alice).post(page(lease, "move/"), {"unit": other.unit.public_id, "day": "2026-12-01", "end": "", "amount": ""})
    assert refused.status_code == 422
    assert "This unit is let in these days already." in words_of(refused)
