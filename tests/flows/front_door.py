"""Every list and object of the API, as the OpenAPI document names them; and a world in which each has rows."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator

from directpay.api.expanding import EXPAND_LIMIT, KINDS
from directpay.api.views import ApiView, CollectionView, ObjectView
from directpay.people.models import User
from leases.arrears.actions.look import look_at_arrears
from leases.arrears.actions.set_policy import set_arrears_policy
from leases.arrears.ladder import Step
from leases.autopay.actions.turn_on import Order, turn_on
from leases.bank_charges.actions import NewBankCharge, record_bank_charge
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.models import Lease, Party
from leases.credits.actions import NewCredit, grant_credit
from leases.deposits.actions.name_trust_bank import name_trust_bank
from leases.deposits.models import TrustBank
from leases.late_fees.actions.agree import agree_late_fee
from leases.late_fees.actions.assess import charge_late_fee
from leases.late_fees.actions.decide import approve_late_fee
from leases.move_out.actions import NewDamage, begin_move_out
from leases.overpayments.actions import refund_overpayment
from leases.payment_plans.actions.decide import accept_plan
from leases.payment_plans.actions.propose import NewPlan, propose_plan
from leases.receipts.actions import NewReceipt, bank_receipts, bounce_receipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.transfers.actions import give_credit
from payments.customers.actions import Choice, update_customer
from payments.intents.actions.create import Purpose, create_intent
from payments.methods.cards.actions import create_card
from payments.methods.mandates.actions import Agreement, agree_to_mandate, revoke_mandate
from payments.methods.models import BankAccount
from payments.payins.queries import with_related
from payments.payouts.actions.create import NewPayout, create_payout
from payments.refunds.actions.create import refund_payment
from payments.setup_intents.actions.confirm import confirm_setup
from payments.setup_intents.actions.create import create_setup
from tests.directpay.cast import Caller, key_of
from tests.world import World

PREFIX = "/api/v1/"
# Where a filter or a search is not for the property of its name.
READS: dict[tuple[str, str], Any] = {
    ("events", "object"): lambda row: [row["data"]["object"]["id"]],
    ("leases", "renter"): lambda row: [renter["user"] for renter in row["renters"]],
    ("properties", "city"): lambda row: [row["address"]["city"]],
    ("properties", "state"): lambda row: [row["address"]["state"]],
    ("properties", "postal_code"): lambda row: [row["address"]["postal_code"]],
    ("ledger/accounts", "number"): lambda row: [row["code"].partition("/")[0].partition(".")[0]],
    ("ledger/accounts", "subject"): lambda row: [row["code"].partition("/")[2].partition(".")[0]],
    ("ledger/transactions", "account"): lambda row: [entry["account"] for entry in row["entries"]],
}


@dataclass(frozen=True)
class Resource:
    name: str  # of the address
    view: Any  # of the list, or of the search

    @property
    def address(self) -> str:
        return f"{PREFIX}{self.name}"

    def __str__(self) -> str:
        return self.name


def paths_of_schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)["paths"]


def view_of(path: str) -> type[ApiView]:
    view: Any = resolve(re.sub(r"\{\w+\}", "x_1", path)).func
    return view.cls


@cache
def resources() -> list[Resource]:
    """Those that have a list; each has objects as well, found at its address and id."""
    found = [Resource(path.removeprefix(PREFIX), view_of(path)) for path, methods in paths_of_schema().items() if "get" in methods]
    return [one for one in found if issubclass(one.view, CollectionView)]


def searches() -> list[Resource]:
    return [Resource(p.removeprefix(PREFIX), view_of(p)) for p, methods in paths_of_schema().items() if p.endswith("/search")]


def object_view(one: Resource) -> type[ApiView]:
    found = view_of(f"{one.address}/{{id}}")
    assert issubclass(found, ObjectView)
    return found


def names_to_expand(view: type[ApiView]) -> Iterator[str]:
    """All that this view shows whole, a level deep, and below it what is again found by its id."""
    for name, rule in view.expanders.items():
        yield name
        if isinstance(rule, str):
            yield from (f"{name}.{below}" for below in KINDS[rule].expanders if name.count(".") + below.count(".") < 2)


def together(names: Iterable[str]) -> list[list[str]]:
    """As few requests as show all of them whole, and what stands at the end of each name just as it would if it were asked for alone."""
    lots: list[list[str]] = []
    for name in names:
        for lot in lots:
            if len(lot) < EXPAND_LIMIT and not any(f"{name}.".startswith(f"{n}.") or n.startswith(f"{name}.") for n in lot):
                lot.append(name)
                break
        else:
            lots.append([name])
    return lots


def kind_of(expanders: Mapping[str, Any], name: str) -> Any:
    """What stands in `expanders` for `name`, be it a property of an object that is itself found by its id."""
    if name in expanders:
        return expanders[name]
    above = next(n for n in expanders if name.startswith(f"{n}."))
    return kind_of(KINDS[expanders[above]].expanders, name.removeprefix(f"{above}."))


def values(one: str, name: str, row: dict[str, Any]) -> list[Any]:
    """What a filter or a search finds this row by."""
    return READS[one, name](row) if (one, name) in READS else [row[name]]


def grow(w: World, leases: int) -> None:
    """So many leases more, of renters of their own; on each a payment that has settled, one that waits, an intent, cheques and credits."""
    for _ in range(leases):
        n = User.objects.count()
        renter = w.person(f"renter{n}", "renter")
        w.person(f"landlord{n}", "landlord")
        w.property(w.alice, name=f"House {n}", units=[{"name": "A"}])
        lease = w.lease(renter, metadata={"number": str(n)}, late_fee=LateFeeTerms(0, flat_minor=2_000, mode="proposed"))
        shared = w.lease(renter, w.bob, rent=100_000 + n)
        late(w, lease)
        behind(w, renter)
        source, his = w.account(renter), w.account(w.bob)
        by_hand(w, lease)
        w.pay(lease, "instant", amount=150_000, source=source, metadata={"number": str(n)})
        w.pay(shared, "instant", amount=40_000, source=his)
        w.pay(lease, "ach", amount=50_000, source=source)
        by_itself(w, shared, his)
        by_card(w, renter)
        w.pay(w.lease(renter, rent=20_000), "instant", amount=25_000, source=source)  # more than is owed
        purpose = Purpose(lease.currency, lease.unit.property.payee, origin=lease.public_id)
        between_roommates(w, renter)
        create_intent(
            amount_minor=n + 1,
            currency="usd",
            rail="ach",
            purpose=purpose,
            customer=w.bob,
            bank_account=None,
            details={},
            actor=w.actor(w.alice),
            at=w.now,
        )
    w.later(minutes=10)  # what is instant has settled
    given_back(w)
    refunded(w)
    paid_out(w, lease)
    moved_out(w, lease)


def given_back(w: World) -> None:
    """Of what was paid too much, and of which nothing went back yet."""
    for party in Party.objects.filter(lease__rent_minor=20_000, overpayment_refunds=None).select_related("lease", "account").order_by("id"):
        refund_overpayment(party, 1_000, actor=w.actor(w.alice), at=w.now)


def refunded(w: World) -> None:
    """A part of each payment of a whole rent, of which nothing went back yet."""
    for payment in with_related().filter(amount_minor=150_000, status="settled", refunds=None).order_by("id"):
        refund_payment(payment, 700, reason="duplicate", actor=w.actor(w.alice), at=w.now)


def paid_out(w: World, lease: Lease) -> None:
    """A part of what has settled is sent to Alice."""
    order = NewPayout("payout", lease.unit.property.payee, w.account(w.alice), 1_000, "usd")
    create_payout(order, actor=w.actor(w.alice), at=w.now)


def moved_out(w: World, lease: Lease) -> None:
    """A trust account in a state of its own, and a renter who moves out."""
    state = "".join(chr(ord("A") + digit) for digit in divmod(TrustBank.objects.count(), 26))
    name_trust_bank(lease.unit.property.payee, w.account(w.alice), state=state, actor=w.actor(w.alice), at=w.now)
    begin_move_out(lease, w.now.date(), [NewDamage("A door", 100)], actor=w.actor(w.alice), at=w.now)


def between_roommates(w: World, renter: User) -> None:
    """What one has been given beyond his share pays some of the other's; and what a bank took from Alice."""
    lease, actor = w.lease((renter, {"weight": 1}), (w.bob, {"weight": 1})), w.actor(w.alice)
    giver, taker = lease.parties.order_by("id")
    grant_credit(lease, NewCredit(giver, "credit", 76_000, "Painted the stairs"), actor=actor, at=w.now)
    give_credit(giver, taker, 500, reason="As agreed", actor=actor, at=w.now)
    record_bank_charge(NewBankCharge(w.payee, "usd", 900, lease.unit.property), actor=actor, at=w.now)


def late(w: World, lease: Lease) -> None:
    """November is late: what it costs is proposed, and for every other lease charged. From today on something else is agreed."""
    actor = w.actor(w.alice)
    fee = charge_late_fee(lease, lease.charges.earliest("id"), actor=actor, at=w.now)
    if lease.id % 4 < 2:  # each comes with another beside it
        approve_late_fee(fee, actor=actor, at=w.now)
    agree_late_fee(lease, LateFeeTerms(5, flat_minor=2_500), actor=actor, at=w.now)


def behind(w: World, renter: User) -> None:
    """A lease that owes October, with a case and a plan; every other plan is accepted."""
    lease, actor = w.lease(renter, start=date(2026, 10, 1)), w.actor(w.alice)
    set_arrears_policy(w.payee, [Step("reminder", 1)], actor=actor, at=w.now)
    look_at_arrears([lease.charges.earliest("id").public_id], w.now + timedelta(days=30))
    plan = propose_plan(lease, NewPlan(lease.parties.get(), count=2, start_on=date(2027, 1, 5)), actor=actor, at=w.now)
    if lease.id % 2:
        accept_plan(plan, actor=w.actor(renter), at=w.now)


def callers(w: World) -> dict[str, Caller]:
    """The platform, a landlord, a renter."""
    return {"platform": Caller(key_of(None)), "alice": Caller(key_of(w.alice)), "bob": Caller(key_of(w.bob))}


def by_hand(w: World, lease: Lease) -> None:
    """A cheque that is banked, one that bounced, cash; a credit for a charge, and a write-off."""
    party, actor = lease.parties.get(), w.actor(w.alice)
    water = add_charge(lease, NewCharge("utilities", 9_000), actor=actor, at=w.now)
    grant_credit(lease, NewCredit(party, "credit", 1_000, "Read wrongly", water), actor=actor, at=w.now)
    grant_credit(lease, NewCredit(party, "write_off", 500, "Too little to ask for"), actor=actor, at=w.now)
    made = [record_receipt(lease, NewReceipt(party, how, 700), actor=actor, at=w.now) for how in ("check", "check", "cash")]
    bank_receipts(made[:1], actor=actor, at=w.now)
    bounce_receipt(made[1], actor=actor, at=w.now)


def by_card(w: World, renter: User) -> None:
    """A card that the renter pays with, and one of Bob's that is attached to nobody."""
    create_card("pm_card_visa", user=renter, actor=w.actor(renter), at=w.now, metadata={"number": "1"})
    create_card("pm_card_mastercard", user=None, actor=w.actor(w.bob), at=w.now)
    create_card("pm_card_visa", user=w.bob, actor=w.actor(w.bob), at=w.now)
    set_up(w, renter)


def set_up(w: World, renter: User) -> None:
    """What Alice wished of Bob, and what the renter keeps: a card, which is the default, and a bank account with its mandate."""
    create_setup(customer=w.bob, source=None, details={"metadata": {"number": "1"}}, actor=w.actor(w.alice), at=w.now)
    actor, account = w.actor(renter), w.account(renter)
    agree_to_mandate(account, Agreement(), actor=actor, at=w.now)
    for source in (create_card("pm_card_visa", user=renter, actor=actor, at=w.now), account):
        wish = create_setup(customer=renter, source=source, details={}, actor=actor, at=w.now)
        confirm_setup(wish, {}, source=None, agreement={}, actor=actor, at=w.now)
    update_customer(renter, {}, default=Choice(source), actor=actor, at=w.now)


def by_itself(w: World, lease: Lease, source: BankAccount) -> None:
    """An autopay, a mandate that it rests on, and one that was taken back."""
    actor = w.actor(source.user)
    spare = agree_to_mandate(source, Agreement(), actor=actor, at=w.now)
    agree_to_mandate(source, Agreement(language="es"), actor=actor, at=w.now)
    revoke_mandate(spare, actor=actor, at=w.now)
    turn_on(lease, Order(source), actor=actor, at=w.now)
