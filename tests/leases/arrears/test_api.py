"""Arrears and payment plans over the API: what is wrong is named, each side sees its own and does its part."""

from datetime import date

import pytest

from tests.directpay.cast import Caller, key_of
from tests.leases.payment_plans.cast import behind
from tests.world import World

pytestmark = pytest.mark.django_db
REMINDER = {"kind": "reminder", "days_after_due": 3}


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def alice(w) -> Caller:
    return Caller(key_of(w.alice))


@pytest.fixture
def bob(w) -> Caller:
    return Caller(key_of(w.bob))


def test_a_ladder_is_shown_as_it_was_said_and_each_version_is_kept(w, alice):
    first = alice.post("/api/v1/arrears_policies", {"steps": [REMINDER, {"kind": "late_fee"}]}).json()
    assert (first["payee"], first["from_date"], first["standard"]) == (w.payee.public_id, "2026-11-02", False)
    assert first["steps"][1] == {"kind": "late_fee", "days_after_due": None, "wording": ""}
    later = alice.post("/api/v1/arrears_policies", {"steps": [REMINDER], "from_date": "2026-12-01"}).json()
    assert [one["id"] for one in alice.get("/api/v1/arrears_policies").json()["data"]] == [later["id"], first["id"]]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"steps": [REMINDER, {"kind": "notice", "days_after_due": 3}]}, "steps[1][days_after_due]"),
        ({"steps": [REMINDER, {"kind": "late_fee"}, {"kind": "staff", "days_after_due": 2}]}, "steps[2][days_after_due]"),
        ({"steps": [{"kind": "notice"}]}, "steps[0][days_after_due]"),
        ({"steps": [REMINDER, {"kind": "late_fee", "days_after_due": 5}]}, "steps[1][days_after_due]"),
        ({"steps": [REMINDER, {"kind": "late_fee"}, {"kind": "late_fee"}]}, "steps[2][kind]"),
        ({"steps": [{"kind": "late_fee"}]}, "steps"),
        ({"steps": []}, "steps"),
        ({"steps": [{"kind": "reminder", "days_after_due": n} for n in range(1, 12)]}, "steps"),
        ({"steps": [{"kind": "eviction", "days_after_due": 1}]}, "steps[0][kind]"),
        ({"steps": [REMINDER], "from_date": "2026-11-01"}, "from_date"),
        ({"steps": [REMINDER], "from_date": "2027-12-01"}, "from_date"),
        ({"steps": [REMINDER], "payee": "pye_" + 24 * "0"}, "payee"),
    ],
)
def test_what_is_wrong_is_named(w, alice, body, param):
    answer = alice.post("/api/v1/arrears_policies", body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_renters_say_nothing_of_the_ladder(w, bob):
    assert bob.post("/api/v1/arrears_policies", {"steps": [REMINDER]}).status_code == 403
    assert bob.get("/api/v1/arrears_policies").json()["data"] == []


def test_both_sides_see_who_is_behind_and_what_comes_next(w, alice, bob):
    lease = behind(w)
    for caller in (alice, bob):
        shown = caller.get(f"/api/v1/leases/{lease.public_id}/arrears").json()
        assert shown["data"] == [
            {
                "renter": None,
                "since": "2026-11-15",
                "amount_overdue": 105_000,
                "payment_plan": None,
                "next_step": {"kind": "notice", "date": "2026-11-25"},
            }
        ]
        assert [step["kind"] for step in shown["cases"][0]["steps"]] == ["reminder"]


def test_roommates_see_their_own_share_alone(w, bob):
    carol = w.person("carol", "renter")
    lease = behind_together(w, carol)
    seen = bob.get(f"/api/v1/leases/{lease.public_id}/arrears").json()
    assert [one["renter"] for one in seen["data"]] == [w.bob.public_id]
    assert [case["renter"] for case in seen["cases"]] == [w.bob.public_id]
    made = Caller(key_of(carol)).post(f"/api/v1/leases/{lease.public_id}/payment_plans", {"installments": 2}).json()
    assert made["renter"] == carol.public_id
    assert bob.get(f"/api/v1/payment_plans/{made['id']}").status_code == 404
    asked = bob.post(f"/api/v1/leases/{lease.public_id}/payment_plans", {"installments": 2, "renter": carol.public_id})
    assert (asked.status_code, asked.json()["error"]["param"]) == (400, "renter")


def behind_together(w: World, carol):
    lease = w.lease((w.bob, {"percent": "50"}), (carol, {"percent": "50"}), start=date(2026, 11, 10), due_day=15)
    w.later(days=18)
    return lease


def test_a_plan_is_proposed_accepted_and_called_off(w, alice, bob):
    lease = behind(w)
    two = {"parts": [{"date": "2026-12-01", "amount": 5_000}, {"date": "2026-12-15", "amount": 100_000}], "note": "As we said"}
    plan = alice.post(f"/api/v1/leases/{lease.public_id}/payment_plans", two).json()
    assert (plan["status"], plan["proposed_by"], plan["amount"], plan["accepted_on"]) == ("proposed", "landlord", 105_000, None)
    assert alice.post(f"/api/v1/payment_plans/{plan['id']}/accept").status_code == 403
    active = bob.post(f"/api/v1/payment_plans/{plan['id']}/accept").json()
    assert (active["status"], active["covered"][0]["amount"]) == ("active", 105_000)
    assert [part["status"] for part in active["parts"]] == ["upcoming", "upcoming"]
    assert bob.get(f"/api/v1/leases/{lease.public_id}/arrears").json()["data"][0]["payment_plan"] == plan["id"]
    assert bob.post(f"/api/v1/payment_plans/{plan['id']}/accept").status_code == 409
    ended = bob.post(f"/api/v1/payment_plans/{plan['id']}/cancel").json()
    assert (ended["status"], ended["parts"]) == ("canceled", [])
    assert [one["id"] for one in alice.get("/api/v1/payment_plans?status=canceled").json()["data"]] == [plan["id"]]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "parts"),
        ({"installments": 0}, "installments"),
        ({"installments": 2, "amount": 105_001}, "amount"),
        ({"installments": 2, "interval": "year"}, "interval"),
        ({"installments": 2, "start_date": "2026-11-20"}, "start_date"),
        ({"installments": 2, "grace_days": 31}, "grace_days"),
        ({"parts": [{"date": "2026-12-01", "amount": 1.5}]}, "parts[0][amount]"),
        ({"parts": [{"date": "2026-12-01", "amount": 1}, {"date": "2026-12-01", "amount": 1}]}, "parts[1][date]"),
        ({"installments": 2, "renter": "usr_" + 24 * "0"}, "renter"),
        ({"installments": 2, "color": "red"}, "color"),
    ],
)
def test_what_is_wrong_with_a_plan_is_named(w, alice, body, param):
    answer = alice.post(f"/api/v1/leases/{behind(w).public_id}/payment_plans", body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
