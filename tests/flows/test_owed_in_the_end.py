"""Two properties of what is owed: it follows from the events alone, and not from the order in which money arrives."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import DirectPayError
from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.models import Lease
from leases.credits.actions import NewCredit, grant_credit
from leases.late_fees.actions.decide import waive_late_fee
from leases.late_fees.models import LateFee
from leases.policies.actions import set_payment_policy
from leases.policies.queries import Policy
from leases.receipts.actions import NewReceipt, bounce_receipt, record_receipt
from leases.receipts.models import Receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.queries import balances, schedules, total
from leases.transfers.actions import NewHome, give_credit, move_to_unit
from ledger.journal.models import Account
from tests.world import PAYS, START, World

pytestmark = pytest.mark.django_db
RENT = 100_000
RETURNS_LATE = "009901200000"  # 17 seconds after it cleared
INSTEAD = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# --- from the events alone ---

CHARGED = ("charge.due", "late_fee.assessed", "write_off.reinstated", "receipt.bounced")
GIVEN = ("credit.granted", "charge.written_off", "receipt.recorded")


def owed_by(events: list[tuple[str, dict[str, Any]]]) -> Counter[str]:
    """Lease → what is owed on it, by nothing but what was told."""
    owed: Counter[str] = Counter()
    for kind, data in events:
        if kind in CHARGED:
            owed[data["lease"]] += data["amount"]
        elif kind in GIVEN:
            owed[data["lease"]] -= data["amount"]
        elif kind == "late_fee.waived":
            owed[data["lease"]] -= data["amount_waived"]
        elif kind == "payment.completed":
            owed[data["origin"]] -= data["amount"]
        elif kind == "payment.returned":
            owed[data["origin"]] += data["amount"]
        elif kind == "lease.transferred":  # + to the lease of the one who owes more by it
            sign = 1 if data["charge"] else -1
            owed[data["lease"]] += sign * data["amount"]
            owed[data["left_lease"]] -= sign * data["amount"]
    return owed


class Mates(World):
    def __init__(self) -> None:
        super().__init__()
        self.carol = self.person("carol", "renter")
        self.sources = {(who.id, number): self.account(who, number) for who in (self.bob, self.carol) for number in (PAYS, RETURNS_LATE)}
        fee = LateFeeTerms(2, flat_minor=2_000, returned_fee_minor=1_500)
        self.home_lease = self.lease((self.bob, {"percent": "66.67"}), (self.carol, {"percent": "33.33"}), rent=RENT, late_fee=fee)
        self.spare = self.unit()

    def does(self, what: str, amount: int, number: str, rng: Any) -> None:
        """One thing that happens on a lease; what is refused has not happened."""
        who = rng.choice([self.bob, self.carol])
        lease = Lease.objects.get(id=self.home_lease.id)
        party = lease.parties.get(label=who.public_id)
        by: dict[str, Any] = {"actor": SYSTEM, "at": self.now}
        try:
            if what == "pay":
                self.pay(lease, rng.choice(["instant", "ach"]), amount, self.sources[who.id, number], allow_duplicate=True)
            elif what == "charge":
                add_charge(lease, NewCharge("utilities", amount, None, rng.choice([party, None])), **by)
            elif what == "credit":
                grant_credit(lease, NewCredit(party, rng.choice(["credit", "write_off"]), amount, "because"), **by)
            elif what == "receipt":
                record_receipt(lease, NewReceipt(party, "check", amount), **by)
            elif what == "bounce":
                bounce_receipt(Receipt.objects.filter(bounced_on=None).earliest("id"), **by)
            elif what == "waive":
                waive_late_fee(LateFee.objects.filter(status="assessed").earliest("id"), reason="because", **by)
            elif what == "give":
                giver, taker = lease.parties.order_by("id") if rng.random() < 0.5 else lease.parties.order_by("-id")
                give_credit(giver, taker, amount % 5_000 + 1, reason="because", **by)
            elif what == "move":
                move_to_unit(self.reload(lease), NewHome(self.spare, date(2026, 11, 20)), **by)
        except (DirectPayError, Receipt.DoesNotExist, LateFee.DoesNotExist):
            pass


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "pay", "charge", "credit", "receipt", "bounce", "waive", "give", "move"]),
        st.integers(300, 2 * RENT),
        st.sampled_from([PAYS, RETURNS_LATE]),
        st.sampled_from([1, 90, 4 * 86_400, 31 * 86_400]),
    ),
    min_size=3,
    max_size=9,
)


@INSTEAD
@given(STEPS, st.randoms(use_true_random=False))
def test_what_is_owed_is_what_the_events_add_up_to(mates, steps, rng):
    w = mates
    with unit_of_work():
        set_clock(START, frozen=True)
        for what, amount, number, seconds in steps:
            w.does(what, amount, number, rng)
            w.later(seconds=seconds)
        told = owed_by(list(Event.objects.order_by("id").values_list("type", "data")))
        for lease in Lease.objects.all():
            assert told[lease.public_id] == sum(a.balance_minor for a in Account.objects.filter(party__lease=lease)), lease
        w.check()
        transaction.set_rollback(True)  # the next example begins anew


@pytest.fixture
def mates(db: None) -> Mates:
    return Mates()


# --- whichever arrives first ---


def stands(w: World, lease: Lease) -> list[object]:
    """What is owed, ahead and on its way; and of each charge what is left."""
    rows = schedules([w.reload(lease)], w.now)[lease.id]
    return [total(list(balances(lease).values())), [(row.charge.category, row.charge.due_on, row.remaining_minor) for row in rows]]


@INSTEAD
@given(
    first=st.integers(500, 180_000),
    second=st.integers(500, 180_000),
    water=st.integers(0, 40_000),
    by_category=st.booleans(),
    mates_pay=st.booleans(),
)
def test_the_order_in_which_two_payments_arrive_changes_nothing(mates, first, second, water, by_category, mates_pay):
    """The same two on two leases of the same terms: on one the first is instant and the second slow, on the other the reverse."""
    w = mates
    with unit_of_work():
        set_clock(START, frozen=True)
        found, leases = [], []
        for rails in (("instant", "ach"), ("ach", "instant")):
            lease = w.lease(w.bob, w.carol, rent=RENT)
            if water:
                add_charge(lease, NewCharge("utilities", water), actor=SYSTEM, at=w.now)
            if by_category:
                set_payment_policy(lease, Policy(order="categories", categories=("utilities", "rent")), actor=SYSTEM, at=w.now)
            accepted = []
            for rail, amount, who in zip(rails, (first, second), (w.bob, w.carol if mates_pay else w.bob), strict=True):
                try:
                    w.pay(lease, rail, amount, w.sources[who.id, PAYS], allow_duplicate=True)
                    accepted.append(amount)
                except DirectPayError as refused:
                    accepted.append(refused.code)
            leases.append(lease)
            w.later(minutes=3)
            found.append((accepted, stands(w, lease)))
        assert found[0] == found[1]
        w.later(days=40)  # the next rent falls due, and takes what waits
        assert stands(w, leases[0]) == stands(w, leases[1])
        transaction.set_rollback(True)
