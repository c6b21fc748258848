"""Late fees over the API: what is asked for is shown as it was said, what is wrong is named, presets warn and never refuse."""

from datetime import date

import pytest

from leases.contracts.late_fee import LateFeeTerms
from leases.late_fees.presets import PRESETS, beyond_preset
from tests.directpay.cast import Caller, key_of
from tests.leases.late_fees.cast import fees, let
from tests.world import ADDRESS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def caller(w) -> Caller:
    return Caller(key_of(None))


def terms(w, **late_fee):
    people = {"unit": w.unit().public_id, "renters": [{"user": w.bob.public_id}]}
    return {**people, "rent_amount": 150_000, "start_date": "2026-11-01", "late_fee": {"grace_days": 5, **late_fee}}


def test_a_lease_shows_what_is_in_force_and_keeps_each_version(w, caller):
    made = caller.post("/api/v1/leases", terms(w, percent="4.5", cap_amount=9_000)).json()
    shown = made["late_fee"]
    assert (shown["percent"], shown["cap_amount"], shown["mode"], shown["per"]) == ("4.5", 9_000, "automatic", "lease")
    w.later(days=1)
    agreed = caller.post(f"/api/v1/leases/{made['id']}/late_fee", {"grace_days": 3, "flat_amount": 2_000}).json()
    assert (agreed["object"], agreed["from_date"], agreed["flat_amount"]) == ("late_fee_policy", "2026-11-03", 2_000)
    assert caller.get(f"/api/v1/leases/{made['id']}").json()["late_fee"]["policy"] == agreed["id"]
    kept = caller.get(f"/api/v1/late_fee_policies?lease={made['id']}").json()["data"]
    assert [one["id"] for one in kept] == [agreed["id"], shown["policy"]]


@pytest.mark.parametrize(
    ("late_fee", "param"),
    [
        ({"grace_days": 61, "flat_amount": 1}, "late_fee[grace_days]"),
        ({"flat_amount": 0}, "late_fee[flat_amount]"),
        ({"flat_amount": 1.5}, "late_fee[flat_amount]"),
        ({"percent": "5.001"}, "late_fee[percent]"),
        ({"percent": "many"}, "late_fee[percent]"),
        ({"percent": 101}, "late_fee[percent]"),
        ({"percent": True}, "late_fee[percent]"),
        ({"percent": 5, "cap_amount": 1, "cap_percent": 5}, "late_fee[cap_percent]"),
        ({"flat_amount": 1, "basis": "half"}, "late_fee[basis]"),
        ({"flat_amount": 1, "mode": "sometimes"}, "late_fee[mode]"),
        ({"flat_amount": 1, "colour": "red"}, "late_fee[colour]"),
        ({}, "late_fee[mode]"),
    ],
)
def test_names_what_is_wrong(w, caller, late_fee, param):
    answer = caller.post("/api/v1/leases", terms(w, **late_fee))
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_renters_decide_nothing(w):
    lease, bob = let(w, mode="proposed"), Caller(key_of(w.bob))
    w.later(days=6)
    fee = fees(lease)[0].public_id
    assert bob.get(f"/api/v1/late_fees/{fee}").json()["reason_date"] == "2026-11-01"
    for address, body in (
        (f"late_fees/{fee}/approve", {}),
        (f"late_fees/{fee}/dismiss", {}),
        (f"late_fees/{fee}/waive", {"reason": "please"}),
        (f"leases/{lease.public_id}/late_fee", {"grace_days": 60, "flat_amount": 1}),
        (f"leases/{lease.public_id}/late_fees", {"charge": lease.charges.earliest("id").public_id}),
    ):
        assert bob.post(f"/api/v1/{address}", body).status_code == 403, address
    assert fees(lease)[0].status == "proposed"


def test_rent_that_was_recorded_late_is_charged_by_hand_and_no_other(w, caller):
    lease = let(w)
    old = w.lease(start=date(2026, 9, 1), late_fee=LateFeeTerms(5, 5_000))
    september, november = old.charges.earliest("id"), lease.charges.earliest("id")
    by_hand = caller.post(f"/api/v1/leases/{old.public_id}/late_fees", {"charge": september.public_id}).json()
    assert (by_hand["amount"], by_hand["status"], by_hand["reason_date"]) == (5_000, "assessed", "2026-09-01")
    for one, charge, code in (
        (old, september, "late_fee_not_due"),  # its fee stands
        (lease, november, "late_fee_not_due"),  # its grace is not over
        (old, november, "resource_missing"),
        (old, old.charges.latest("due_on"), "parameter_invalid"),
    ):
        error = caller.post(f"/api/v1/leases/{one.public_id}/late_fees", {"charge": charge.public_id}).json()["error"]
        assert (error["code"], error["param"]) == (code, "charge")
    w.check()


class TestPresets:
    def test_are_dated_have_a_source_and_are_no_advice(self, caller):
        found = caller.get("/api/v1/late_fee_presets").json()["data"]
        assert {"CO", "NY"} <= {one["state"] for one in found}
        assert all(one["as_of"] and one["source"] and "Not legal advice" in one["advice"] for one in found)

    def test_take_the_greater_or_the_lesser(self):
        assert [PRESETS["CO"].limit(rent) for rent in (80_000, 200_000)] == [5_000, 10_000]
        assert [PRESETS["NY"].limit(rent) for rent in (80_000, 200_000)] == [4_000, 5_000]

    def test_are_kept_by_what_they_suggest(self):
        for preset in PRESETS.values():
            for rent in (50_000, 80_000, 200_000, 333_333):
                assert beyond_preset(preset.terms, state=preset.state, rent_minor=rent) == []

    def test_warn_and_do_not_refuse(self, w, caller):
        w.home = w.property(w.alice, address={**ADDRESS, "state": "NY"})
        lease = w.lease()
        wild = {"grace_days": 1, "daily_amount": 1_000}
        answer = caller.post(f"/api/v1/leases/{lease.public_id}/late_fee", wild)
        assert answer.status_code == 200
        assert [one["code"] for one in answer.json()["warnings"]] == ["grace_too_short", "fee_above_limit"]
