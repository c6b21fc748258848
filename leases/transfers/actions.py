"""A credit goes to a roommate, or renters to another unit, with what they owe: from one receivable to another, and no money moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from directpay.due.actions import done, schedule
from directpay.events.actions import NewEvent, record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.kernel.money import words
from directpay.people.actor import SYSTEM, Actor
from leases.changes.actions import end_lease
from leases.contracts.actions import Terms, lock_lease_rows, lock_leases
from leases.contracts.models import Lease, Party
from leases.contracts.queries import policies_in_force, rent_on, rents_of, with_people
from leases.move_out.queries import awaits_deduction
from leases.payment_plans.queries import active_plans
from leases.policies.actions import set_payment_policy
from leases.policies.queries import policy_of
from leases.properties.models import Unit
from leases.rent.actions.add_charge import stands_as_charge
from leases.rent.actions.open_lease import open_lease
from leases.rent.postings import LEASE_TRANSFERRED, lease_transferred, party_transferred
from leases.rent.queries import day_begins, local_today
from leases.transfers.models import Move, Transfer
from ledger.allocation.actions import allocate
from ledger.journal.actions import lock_accounts, post_many
from payments.payins.queries import in_flight_minor

CARRY_QUEUE = "transfers.carry"
ON = timedelta(days=1)


class NotThatMuchAhead(InvalidInput):
    """More than the giver has paid ahead, or than the taker owes."""

    code = "credit_too_large"


class LeaseMovedOn(Conflict):
    """Its renters have gone to another unit already; `lease` names the lease there."""

    code = "lease_moved"


@dataclass(frozen=True, slots=True)
class NewHome:
    """What differs there; `rent_minor`, `due_day` None: as before. `end_on` None: as the old lease was to end."""

    unit: Unit
    from_on: date
    rent_minor: int | None = None
    due_day: int | None = None
    end_on: date | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def give_credit(giver: Party, taker: Party, amount_minor: int, *, reason: str, actor: Actor, at: datetime) -> Transfer:
    """E3: of what a party has paid ahead, to what a roommate owes. Raises InvalidInput, NotThatMuchAhead."""
    with unit_of_work():
        (lease,) = lock_leases([giver.lease_id])
        if giver.id == taker.id:
            raise InvalidInput("A credit goes to another's share.", param="to_renter")
        accounts = lock_accounts([giver.account_id, taker.account_id])
        ahead = max(0, -accounts[giver.account_id].balance_minor)
        coming = in_flight_minor([taker.account_id]).get(taker.account_id, 0)
        owed = max(0, accounts[taker.account_id].balance_minor - coming)
        _check_size(lease, amount_minor, ahead, owed)
        transfer = Transfer.objects.create(
            public_id=public_id("tra"),
            giver=giver,
            taker=taker,
            amount_minor=amount_minor,
            reason=reason,
            transferred_on=local_today(lease, at),
            created_at=at,
        )
        posting = party_transferred(
            transfer=transfer.public_id,
            giver=accounts[giver.account_id],
            taker=accounts[taker.account_id],
            credit_minor=amount_minor,
            on=transfer.transferred_on,
            at=at,
        )
        post_many([posting], at=at)
        allocate([giver.account_id, taker.account_id], at=at)
        record([_transferred(transfer, lease, actor, at)])
        return transfer


def _check_size(lease: Lease, amount_minor: int, ahead_minor: int, owed_minor: int) -> None:
    if amount_minor > ahead_minor:
        most = f"At most {words(ahead_minor, lease.currency)} has been paid ahead." if ahead_minor else "Nothing has been paid ahead."
        raise NotThatMuchAhead(most, param="amount", ahead=ahead_minor)
    if amount_minor > owed_minor:
        most = f"At most {words(owed_minor, lease.currency)} is owed there and not on its way."
        raise NotThatMuchAhead(most if owed_minor else "Nothing is owed there that is not on its way.", param="amount", owed=owed_minor)


def move_to_unit(lease: Lease, home: NewHome, *, actor: Actor, at: datetime) -> Lease:
    """A13: the same renters, in the same shares, on a lease of another unit; the old one ends the day before.

    What they owe or have paid ahead goes along on that day, and what comes back or arrives later follows; so do the terms on which
    money is taken, and those of late fees. The deposit stays with the lease that it secures. Returns the new lease.

    Raises LeaseMovedOn, InvalidInput, LeaseOverlaps.
    """
    with unit_of_work():
        lock_lease_rows([lease.id])
        lease = with_people().get(id=lease.id)
        _check_home(lease, home)
        end_on = home.end_on or lease.end_on
        later = [(day, rent) for day, rent in rents_of(lease) if day > home.from_on and (end_on is None or day <= end_on)]
        terms = Terms(
            unit=home.unit,
            renters=_renters_on(lease, home.from_on),
            rent_minor=home.rent_minor or rent_on(lease, home.from_on),
            deposit_minor=0,
            start_on=home.from_on,
            end_on=end_on,
            rent_steps=() if home.rent_minor else later,
            due_day=home.due_day or lease.due_day,
            metadata=home.metadata,
            late_fee=asked.terms if (asked := policies_in_force({lease.id: home.from_on}).get(lease.id)) else None,
            later_late_fees=[(p.from_on, p.terms) for p in lease.late_fee_policies.filter(from_on__gt=home.from_on).order_by("id")],
        )
        if lease.end_on is None or lease.end_on >= home.from_on:
            end_lease(lease, home.from_on - ON, actor=actor, at=at)
        new = open_lease(terms, actor=actor, at=at)
        if (taken := policy_of(lease)).version:
            set_payment_policy(new, taken, actor=actor, at=at)
        move = Move.objects.create(public_id=public_id("mvu"), old=lease, new=new, from_on=home.from_on, created_at=at)
        record([_moved(move, lease, new, actor, at)])
        begins = day_begins(lease, home.from_on)
        if begins <= at:
            _carry(move, actor, at)
        else:
            schedule(CARRY_QUEUE, [(lease.public_id, begins)])
        return with_people().get(id=new.id)


def _check_home(lease: Lease, home: NewHome) -> None:
    gone = Move.objects.select_related("new").filter(old=lease).first()
    if gone:
        raise LeaseMovedOn("The renters of this lease have gone to another unit already.", lease=gone.new.public_id)
    here, there = lease.unit.property, home.unit.property
    if home.unit.id == lease.unit_id:
        raise InvalidInput("They live in this unit already.", param="unit")
    if (there.payee_id, there.currency) != (here.payee_id, here.currency):
        raise InvalidInput("What is owed goes along to a unit of the same owner's alone, in the same currency.", param="unit")
    if home.from_on <= lease.start_on:
        raise InvalidInput("They move after the lease has started.", param="from_date")
    if lease.end_on is not None and home.from_on > lease.end_on + ON:
        raise InvalidInput("The lease has ended by then: renew it first, or begin a lease of its own.", param="from_date")
    if home.end_on is None and lease.end_on is not None and lease.end_on < home.from_on:
        raise InvalidInput("Say when the new lease ends.", param="end_date", code="parameter_missing")


def _renters_on(lease: Lease, day: date) -> list[tuple[Any, Mapping[str, Any] | None]]:
    """Who rents, with the share of that day: as weights, which keep what percent and amounts have come to."""
    joint = all(party.renter_id is None for party in lease.parties.all())
    return [(r.user, None if joint else {"weight": r.party.weight_on(day)}) for r in lease.renters.all() if joint or r.party.weight_on(day)]


def carry_balances(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work, for old leases: what stands there goes along. Money on its way, plans and deposits are waited for."""
    with unit_of_work():
        moves = Move.objects.select_related("old", "new").filter(old__public_id__in=list(public_ids)).order_by("id")
        for move in moves:
            _carry(move, SYSTEM, at)
        done(CARRY_QUEUE, list(public_ids))


def _carry(move: Move, actor: Actor, at: datetime) -> None:
    """Step: each party's whole balance to its namesake. One whose money is on its way waits for it, as does one that pays by a plan.

    What a move-out is about to take from the deposits stays where they are until it has.
    """
    require_transaction()
    leases = {lease.id: lease for lease in lock_leases([move.old_id, move.new_id])}
    if awaits_deduction(move.old_id):
        return
    new, today = leases[move.new_id], local_today(leases[move.new_id], at)
    there = {party.label: party for party in Party.objects.select_related("account").filter(lease=new)}
    parties = [p for p in Party.objects.select_related("account").filter(lease=move.old_id).order_by("id") if p.label in there]
    accounts = lock_accounts(sorted(a for p in parties for a in (p.account_id, there[p.label].account_id)))
    flying = in_flight_minor([p.account_id for p in parties])
    planned = active_plans([p.id for p in parties])
    for party in parties:
        balance = accounts[party.account_id].balance_minor
        if balance and not flying.get(party.account_id) and party.id not in planned:
            transfer = _carried(move, party, there[party.label], balance, max(today, move.from_on), at)
            name = transfer.charge.public_id if transfer.charge else transfer.public_id
            old, taking = accounts[party.account_id], accounts[there[party.label].account_id]
            post_many(
                [lease_transferred(transfer=name, old=old, new=taking, balance_minor=balance, on=transfer.transferred_on, at=at)], at=at
            )
            allocate([old.id, taking.id], at=at)
            record([_transferred(transfer, new, actor, at, left=leases[move.old_id])])


def _carried(move: Move, old: Party, new: Party, balance_minor: int, on: date, at: datetime) -> Transfer:
    """Step: a debt stands on the new lease as a charge."""
    charge = None
    if balance_minor > 0:
        said = "Owed from the unit before"
        charge = stands_as_charge(new, balance_minor, posted_as=LEASE_TRANSFERRED, description=said, on=on, at=at)
    return Transfer.objects.create(
        public_id=public_id("tra"),
        giver=new if balance_minor > 0 else old,
        taker=old if balance_minor > 0 else new,
        amount_minor=abs(balance_minor),
        move=move,
        charge=charge,
        transferred_on=on,
        created_at=at,
    )


def _transferred(transfer: Transfer, lease: Lease, actor: Actor, at: datetime, left: Lease | None = None) -> NewEvent:
    home = lease.unit.property
    data = {
        "id": transfer.public_id,
        "lease": lease.public_id,
        "left_lease": left.public_id if left else None,
        "from_party": transfer.giver.label,
        "to_party": transfer.taker.label,
        "charge": transfer.charge.public_id if transfer.charge else None,
        "amount": transfer.amount_minor,
        "currency": lease.currency,
        "transferred_on": transfer.transferred_on.isoformat(),
    }
    kind = "party.transferred" if transfer.move_id is None else LEASE_TRANSFERRED
    return NewEvent(kind, transfer.public_id, 1, actor.label, at, data, [home.landlord.public_id, home.payee.public_id])


def _moved(move: Move, old: Lease, new: Lease, actor: Actor, at: datetime) -> NewEvent:
    home = old.unit.property
    renters = [renter.user.public_id for renter in new.renters.all()]
    data = {"id": move.public_id, "lease": old.public_id, "new_lease": new.public_id, "from_date": move.from_on.isoformat()}
    return NewEvent("lease.moved", move.public_id, 1, actor.label, at, data, [home.landlord.public_id, home.payee.public_id, *renters])
