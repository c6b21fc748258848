"""BOOKS.md E2 to E4, through the actions: one pays ahead, gives it to the other, and pays the other's share."""

import pytest

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.rent.queries import payable_charges
from leases.transfers.actions import NotThatMuchAhead, give_credit
from leases.transfers.models import Transfer
from payments.payins.actions.initiate import AmountExceedsPayable
from tests.at_once import at_once
from tests.directpay.cast import Caller, key_of
from tests.world import PAYS, World

pytestmark = pytest.mark.django_db
RETURNED_AFTER_SETTLEMENT = "009901200000"  # R01, 17 seconds after clearing


class Mates(World):
    """Bob owes 60 %, Carol 40 % of 150000; Bob has paid 100000 on his account."""

    def __init__(self, number: str = PAYS) -> None:
        super().__init__()
        self.carol = self.person("carol", "renter")
        self.leased = self.lease((self.bob, {"weight": 60}), (self.carol, {"weight": 40}))
        self.source = self.account(self.bob, number)
        self.paid = self.until(self.pay(self.leased, amount=100_000, source=self.source), "completed", "settled")

    def owed(self, user) -> int:
        return self.balance("L1500", lease=self.leased, label=user.public_id)

    def party(self, user):
        return self.leased.parties.get(label=user.public_id)

    def give(self, amount=10_000, giver=None, taker=None) -> Transfer:
        giver, taker = self.party(giver or self.bob), self.party(taker or self.carol)
        return give_credit(giver, taker, amount, reason="as agreed", actor=SYSTEM, at=self.now)


@pytest.fixture
def w() -> Mates:
    return Mates()


def test_e2_to_e4_as_printed(w):
    assert (w.owed(w.bob), w.owed(w.carol)) == (-10_000, 60_000)  # E2
    w.give()
    assert (w.owed(w.bob), w.owed(w.carol)) == (0, 50_000)  # E3
    paid = w.pay(w.leased, amount=50_000, source=w.source, on_behalf_of=w.carol)
    assert (paid.payer, paid.applies_to) == (w.bob, w.party(w.carol).account)
    w.until(paid, "completed", "settled")
    assert w.owed(w.carol) == 0  # E4
    november = w.leased.charges.earliest("id")
    assert not [r for r in payable_charges(w.leased, w.party(w.carol), list(w.leased.parties.all())).rows if r.charge == november]
    w.check()


@pytest.mark.parametrize(("amount", "figure"), [(10_001, {"ahead": 10_000}), (60_001, {"ahead": 10_000})])
def test_no_more_than_is_ahead(w, amount, figure):
    with pytest.raises(NotThatMuchAhead) as refusal:
        w.give(amount)
    assert (refusal.value.param, refusal.value.details) == ("amount", figure)
    assert w.owed(w.carol) == 60_000


def test_no_more_than_is_owed_and_not_on_its_way(w):
    w.pay(w.leased, amount=55_000, source=w.account(w.carol))
    with pytest.raises(NotThatMuchAhead) as refusal:
        w.give(5_001)
    assert refusal.value.details == {"owed": 5_000}
    w.give(5_000)
    w.check()


def test_nobody_gives_to_himself(w):
    with pytest.raises(InvalidInput) as refusal:
        w.give(taker=w.bob)
    assert refusal.value.param == "to_renter"


def test_what_came_back_is_owed_by_the_giver_alone():
    """The payment that made the credit is returned: Bob owes all of it, Carol keeps what she was given."""
    w = Mates(RETURNED_AFTER_SETTLEMENT)
    w.give()
    w.until(w.paid, "returned")
    assert (w.owed(w.bob), w.owed(w.carol)) == (100_000, 50_000)
    w.check()


@pytest.mark.django_db(transaction=True)
def test_given_twice_at_once_it_is_given_once(w):
    first, second = at_once(w.give, w.give)
    assert sum(isinstance(x, Transfer) for x in (first, second)) == 1
    assert sum(isinstance(x, NotThatMuchAhead) for x in (first, second)) == 1
    assert (w.owed(w.bob), w.owed(w.carol)) == (0, 50_000)
    w.check()


class TestPayingForAnother:
    def test_it_is_refused_beyond_what_the_other_owes_and_has_ahead(self, w):
        with pytest.raises(AmountExceedsPayable):
            w.pay(w.leased, amount=60_000 + 60_000 + 1, source=w.source, on_behalf_of=w.carol)

    def test_a_stranger_pays_for_nobody(self, w):
        mia = w.person("mia", "renter")
        with pytest.raises(InvalidInput) as refusal:
            w.pay(w.leased, amount=1_000, source=w.account(mia), on_behalf_of=w.carol)
        assert refusal.value.param == "bank_account"
        with pytest.raises(InvalidInput) as refusal:
            w.pay(w.leased, amount=1_000, source=w.source, on_behalf_of=mia)
        assert refusal.value.param == "renter"

    def test_over_the_api(self, w):
        bob = Caller(key_of(w.bob))
        body = {"lease": w.leased.public_id, "rail": "ach", "bank_account": w.source.public_id, "amount": 60_000}
        made = bob.post("/api/v1/payments", {**body, "renter": w.carol.public_id}, "one")
        assert made.status_code == 201, made.content
        w.work()
        w.later(minutes=2)
        assert w.owed(w.carol) == 0
        refused = bob.post("/api/v1/payments", {**body, "renter": w.alice.public_id}, "two")
        assert refused.json()["error"]["param"] == "renter"


class TestOverTheApi:
    def address(self, w) -> str:
        return f"/api/v1/leases/{w.leased.public_id}/transfers"

    def test_a_renter_gives_his_own_and_both_see_it(self, w):
        body = {"from_renter": w.bob.public_id, "to_renter": w.carol.public_id, "amount": 4_000}
        made = Caller(key_of(w.bob)).post(self.address(w), body).json()
        assert (made["amount"], made["from_renter"], made["transferred_on"]) == (4_000, w.bob.public_id, "2026-11-02")
        for who in (w.bob, w.carol, w.alice):
            assert [row["id"] for row in Caller(key_of(who)).get("/api/v1/transfers").json()["data"]] == [made["id"]]
        stranger = Caller(key_of(w.person("mia", "renter")))
        assert stranger.get("/api/v1/transfers").json()["data"] == []

    def test_nobody_takes_what_a_roommate_has_paid_ahead(self, w):
        body = {"from_renter": w.bob.public_id, "to_renter": w.carol.public_id, "amount": 4_000}
        assert Caller(key_of(w.carol)).post(self.address(w), body).status_code == 403
        assert w.owed(w.bob) == -10_000

    def test_a_landlord_says_why(self, w):
        body = {"from_renter": w.bob.public_id, "to_renter": w.carol.public_id, "amount": 4_000}
        alice = Caller(key_of(w.alice))
        assert alice.post(self.address(w), body).json()["error"]["param"] == "reason"
        assert alice.post(self.address(w), {**body, "reason": "Both have signed"}).json()["reason"] == "Both have signed"
