"""What one party of a lease alone owes: its own and the landlord's to read, by the queries and by the database."""

from datetime import date
from typing import Any

import pytest

from directpay.kernel.row_scope import rows_of
from directpay.people.actor import SYSTEM
from leases.late_fees.models import LateFee
from leases.receipts.actions import bounce_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.models import Charge
from tests.directpay.cast import Caller, key_of
from tests.leases.late_fees.cast import agreed, give
from tests.world import World

pytestmark = pytest.mark.django_db


class Shared(World):
    """Bob and Carol owe 60 and 40 per cent of the rent. Carol's dog ate the door, and her check came back."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.carol = self.person("carol", "renter")
        shares = ((self.bob, {"amount": 90_000}), (self.carol, {"amount": 60_000}))
        self.owed = self.lease(*shares, late_fee=agreed(returned_fee_minor=2_500))
        self.of_carol = self.owed.renters.get(user=self.carol).party
        self.door = self.charged(7_700, "Carol's dog ate the door", party=self.of_carol)
        self.water = self.charged(5_000, "Water")
        self.check_of_carol = give(self, self.owed, 60_000, party=self.of_carol)
        bounce_receipt(self.check_of_carol, actor=SYSTEM, at=self.now)
        self.work()
        self.returned = LateFee.objects.get(party=self.of_carol)

    def charged(self, minor: int, what: str, **more: Any) -> Charge:
        return add_charge(self.owed, NewCharge("damages", minor, description=what, **more), actor=SYSTEM, at=self.now)


@pytest.fixture
def w() -> Shared:
    return Shared()


def asks(w: Shared, who: str) -> Caller:
    return Caller(key_of(getattr(w, who)))


def schedule_of(caller: Caller, w: Shared) -> list[dict]:
    return caller.get(f"/api/v1/leases/{w.owed.public_id}/schedule").json()["data"]


def test_a_roommate_reads_nothing_of_it_in_any_schedule(w):
    bob, lease = asks(w, "bob"), w.owed.public_id
    own = {w.door.public_id, w.returned.fee_charge.public_id}
    schedules = [schedule_of(bob, w), bob.get(f"/api/v1/leases/{lease}").json()["schedule"]]
    schedules += [one["schedule"] for one in bob.get("/api/v1/leases").json()["data"]]
    assert len(schedules) == 3
    for schedule in schedules:
        shown = {row["id"] for row in schedule}
        assert w.water.public_id in shown
        assert len([row for row in schedule if row["category"] == "rent"]) == 12
        assert not shown & own
        assert "dog" not in str(schedule)


def test_a_roommate_finds_none_of_its_late_fees(w):
    bob = asks(w, "bob")
    assert bob.get("/api/v1/late_fees").json()["data"] == []
    assert bob.get(f"/api/v1/late_fees?lease={w.owed.public_id}&kind=returned_payment").json()["data"] == []
    assert bob.get(f"/api/v1/late_fees/{w.returned.public_id}").status_code == 404
    assert bob.get(f"/api/v1/receipts/{w.check_of_carol.public_id}").status_code == 404


@pytest.mark.parametrize("who", ["carol", "alice"])
def test_whom_it_concerns_reads_all_of_it(w, who):
    caller = asks(w, who)
    assert {w.door.public_id, w.water.public_id, w.returned.fee_charge.public_id} <= {row["id"] for row in schedule_of(caller, w)}
    assert [fee["id"] for fee in caller.get("/api/v1/late_fees").json()["data"]] == [w.returned.public_id]
    assert caller.get(f"/api/v1/late_fees/{w.returned.public_id}").json()["cause"] == w.check_of_carol.public_id


def test_a_fee_of_the_whole_lease_is_read_by_all(w):
    w.later(days=6)
    late = LateFee.objects.get(party=None)
    for who, count in (("bob", 1), ("carol", 2), ("alice", 2)):
        shown = {fee["id"] for fee in asks(w, who).get("/api/v1/late_fees").json()["data"]}
        assert late.public_id in shown
        assert len(shown) == count
        assert len(asks(w, who).get("/api/v1/late_fees?limit=1").json()["data"]) == 1


def test_where_a_query_is_forgotten_the_database_keeps_it(w):
    for who, own in (("bob", False), ("carol", True), ("alice", True)):
        with rows_of(getattr(w, who).id):
            assert Charge.objects.filter(party=None).count() == 13
            assert Charge.objects.filter(party=w.of_carol).count() == (2 if own else 0)
            assert LateFee.objects.filter(party=w.of_carol).exists() is own


def test_what_a_payment_for_a_roommate_would_pay_names_none_of_it(w):
    def turn(who: str) -> dict:
        query = f"renter={w.carol.public_id}&amount=70000"
        return asks(w, who).get(f"/api/v1/leases/{w.owed.public_id}/allocation?{query}").json()

    whole, seen = turn("alice"), turn("bob")
    own = {w.door.public_id, w.returned.fee_charge.public_id}
    assert {one["charge"] for one in whole["data"]} & own
    assert seen["data"] == [one for one in whole["data"] if one["charge"] not in own]
    assert (seen["amount"], seen["unallocated"]) == (whole["amount"], whole["unallocated"])


def test_sums_are_the_same_whoever_asks(w):
    """What Carol alone will owe before December takes of what she has paid ahead for its rent."""
    owed = w.reload(w.owed)
    w.charged(1_000, "Carol's key", party=w.of_carol, due_on=date(2026, 11, 20))
    ahead = next(party for party in owed.parties.all() if party.id == w.of_carol.id).account.balance_minor
    give(w, owed, ahead + 30_000, "cash", party=w.of_carol)
    december = [next(row for row in schedule_of(asks(w, who), w) if row["due_date"] == "2026-12-01") for who in ("alice", "bob", "carol")]
    assert [row["amount_paid"] for row in december] == [29_000] * 3
    balances = [asks(w, who).get(f"/api/v1/leases/{w.owed.public_id}/balance").json()["renters"] for who in ("alice", "bob", "carol")]
    assert balances[0] == balances[1] == balances[2]
