"""The steps of a move-out: each in one transaction with the row that says that it is done."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from directpay.events.actions import NewEvent, record
from directpay.people.actor import SYSTEM
from directpay.sagas.models import Saga
from directpay.sagas.registry import SagaKind, StepKind, Wait
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease, Party
from leases.contracts.queries import concerned
from leases.credits.actions import NewCredit, grant_credit
from leases.deposits.actions.move import deduct, earned_minor, withdraw
from leases.deposits.models import Deposit, Movement
from leases.deposits.queries import drawn_minor, moved_minor, standings, with_lease
from leases.move_out.actions import give_back, lock_orders
from leases.move_out.models import DEDUCT, KIND, Damage, MoveOut
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.models import Charge
from leases.rent.queries import local_today, payable_charges, share_of
from payments.payins.queries import in_flight_minor
from payments.payouts.actions.create import NewPayout, create_payout
from payments.payouts.models import Payout

TRY_AGAIN_AFTER = timedelta(days=1)
LOOK_AGAIN_AFTER = TRY_AGAIN_AFTER  # a safety net: what it waits for wakes it by an event of its own
S = Payout.Status


def move_out_of(saga: Saga) -> MoveOut:
    """Its lease locked: whoever changes what is owed or held waits."""
    found = MoveOut.objects.select_related("lease").get(public_id=saga.about)
    found.lease = lock_lease(found.lease)
    return found


def deposits_of(move_out: MoveOut) -> list[Deposit]:
    return list(with_lease().filter(lease_id=move_out.lease_id).order_by("id"))


def wait_for_deposits(saga: Saga, at: datetime) -> Wait | None:
    """What is on its way into trust arrives first: a deposit is deducted from where it lies. So does what is paid of the rent."""
    move_out = move_out_of(saga)
    deposits = deposits_of(move_out)
    if in_flight_minor([d.account_id for d in deposits]):
        return Wait("for a payment of the deposit", at + LOOK_AGAIN_AFTER)
    return _arriving(deposits, at) or _being_paid(_parties(move_out), at)


def _parties(move_out: MoveOut) -> list[Party]:
    return list(move_out.lease.parties.select_related("account").order_by("id"))


def _being_paid(parties: Sequence[Party], at: datetime) -> Wait | None:
    """What is being paid is not deducted as well, or as much would stand ahead of a renter who has gone. It comes, or comes to nothing, by
    itself: a promise of a card ends after seven days."""
    if in_flight_minor([party.account_id for party in parties]):
        return Wait("for a payment on its way", at + LOOK_AGAIN_AFTER)
    return None


def _arriving(deposits: Sequence[Deposit], at: datetime) -> Wait | None:
    """What has cleared and is with us goes to the trust bank first."""
    if any(standing.in_transit_minor for standing in standings(deposits).values()):
        return Wait("for the deposit to reach the trust account", at + LOOK_AGAIN_AFTER)
    return None


def charge_damages(saga: Saga, at: datetime) -> None:
    """K8, a charge for each line."""
    move_out = move_out_of(saga)
    for damage in move_out.damages.select_related("party__account").order_by("id"):
        wish = NewCharge("damages", damage.amount_minor, party=damage.party, description=damage.description)
        damage.charge = add_charge(move_out.lease, wish, actor=SYSTEM, at=at)
        damage.save(update_fields=["charge"])


def credit_damages(saga: Saga, at: datetime) -> None:
    """Back again: what of each charge is still open is credited."""
    move_out = move_out_of(saga)
    parties = _parties(move_out)
    charged = set(Damage.objects.filter(move_out=move_out).values_list("charge_id", flat=True))
    for party in parties:
        for row in payable_charges(move_out.lease, party, parties).rows:
            if row.charge.id in charged:
                wish = NewCredit(party, "credit", row.open_minor, "The move-out was called off", row.charge)
                grant_credit(move_out.lease, wish, actor=SYSTEM, at=at)


def deduct_what_is_owed(saga: Saga, at: datetime) -> Wait | None:
    """K9, charge by charge, oldest first, as far as the deposit reaches. What it does not cover stays owed."""
    move_out = move_out_of(saga)
    lease, parties = move_out.lease, _parties(move_out)
    if wait := _being_paid(parties, at):  # since the step before
        return wait
    last = _last_rent(lease, at)
    for deposit in deposits_of(move_out):
        coming = [(charge, share_of(charge, deposit.party, parties)) for charge in last]
        ahead = sum(minor for _, minor in coming)
        due = [(row.charge, row.open_minor) for row in payable_charges(lease, deposit.party, parties).rows if row.charge.posted_at]
        left = min(deposit.held.shown_minor, max(0, deposit.party.account.balance_minor + ahead))
        for charge, minor in [*due, *coming]:
            part = min(left, minor)
            if part:
                reason = charge.description or charge.category
                deduct(deposit, part, reason=reason, charge=charge, ahead_minor=ahead, actor=SYSTEM, at=at)
                left -= part
    return None


def _last_rent(lease: Lease, at: datetime) -> list[Charge]:
    """Of a lease that has ended: what falls due later still. When it does, the deposit has gone, and its renter with it.

    It keeps its day: what is deducted for it stands as paid ahead until then, and what the deposit does not cover is not late sooner.
    """
    if lease.end_on is None or lease.end_on > local_today(lease, at):
        return []
    return list(Charge.objects.filter(lease=lease, scheduled=True, posted_at=None).order_by("due_on", "id"))


def withdraw_what_was_earned(saga: Saga, at: datetime) -> Wait | None:
    """K10, at once: what was deducted is the owner's. What the trust bank has sent back meanwhile (K17) has to be there first."""
    deposits = deposits_of(move_out_of(saga))
    if wait := _arriving(deposits, at):
        return wait
    for deposit in deposits:
        earned = min(moved_minor(deposit, Movement.Kind.DEDUCTION), earned_minor(deposit))  # the owner may have taken it by hand
        if earned:
            withdraw(deposit, earned, actor=SYSTEM, at=at)
    return None


def draw_the_rest(saga: Saga, at: datetime) -> Wait | None:
    """K11: what is to be given back comes from the trust bank. One that was refused, or taken back (K18), is tried again a day later."""
    move_out = move_out_of(saga)
    lock_orders(move_out.lease_id)
    return _first([wait for deposit in deposits_of(move_out) if (wait := _draw(deposit, at))])


def _draw(deposit: Deposit, at: datetime) -> Wait | None:
    """What of it is held and not here: all of it at first, then what has come since, of interest or of a payment."""
    rest = deposit.held.shown_minor + deposit.interest.shown_minor - drawn_minor(deposit)
    last = Payout.objects.filter(origin=deposit.public_id, purpose=Payout.Purpose.DRAW).order_by("-id").first()
    if deposit.comes_back_since:
        return Wait("for what the bank takes back", at + LOOK_AGAIN_AFTER)
    if rest <= 0:
        return None
    if wait := _arriving([deposit], at):
        return wait
    bank = deposit.trust_bank
    refused = last is not None and last.status in Payout.CAME_BACK and last.bank_account_id == bank.bank_account_id
    if last and refused and at < last.changed_at + TRY_AGAIN_AFTER:
        return Wait(f"the trust bank refused: {last.failure_message}", last.changed_at + TRY_AGAIN_AFTER)
    if last is None or last.status in (*Payout.CAME_BACK, S.PAID):
        wish = NewPayout(
            purpose=Payout.Purpose.DRAW,
            payee=deposit.lease.unit.property.payee,
            bank_account=bank.bank_account,
            amount_minor=rest,
            currency=deposit.account.currency,
            origin=deposit.public_id,
            trust_bank=bank.public_id,
            party=deposit.subject,
        )
        create_payout(wish, actor=SYSTEM, at=at)
    return Wait("for the trust bank", at + LOOK_AGAIN_AFTER)


def refund_the_rest(saga: Saga, at: datetime) -> Wait | None:
    """K12: to the renter's verified account. Where none is named, or it was refused, somebody has to name one.

    What has come since the rest was drawn is drawn first.
    """
    move_out = move_out_of(saga)
    lock_orders(move_out.lease_id)
    waits = []
    for row in move_out.destinations.select_related("bank_account", "deposit").order_by("id"):
        deposit = with_lease().get(id=row.deposit_id)
        last = Payout.objects.filter(origin=deposit.public_id, purpose=Payout.Purpose.REFUND).order_by("-id").first()
        if not deposit.held.shown_minor + deposit.interest.shown_minor or (last and last.status == S.RETURNED):
            continue
        wait = _draw(deposit, at)
        if wait:
            waits.append(wait)
            continue
        refused = last is not None and last.status == S.FAILED and (row.named_at is None or row.named_at <= last.created_at)
        if refused or give_back(row, actor=SYSTEM, at=at) is None:
            waits.append(Wait("for a bank account of the renter", at + TRY_AGAIN_AFTER))
            continue
        waits.append(Wait("for the renter's bank", at + LOOK_AGAIN_AFTER))
    return _first(waits)


def _first(waits: Sequence[Wait]) -> Wait | None:
    """No deposit waits longer because another one does."""
    if not waits:
        return None
    return Wait(", ".join(dict.fromkeys(wait.reason for wait in waits)), min(wait.at for wait in waits))


def close(saga: Saga, at: datetime) -> None:
    """Everything is deducted and given back."""
    move_out = move_out_of(saga)
    move_out.closed_at = at
    move_out.save(update_fields=["closed_at"])
    data = {"id": move_out.public_id, "lease": move_out.lease.public_id, "deadline_on": move_out.deadline_on.isoformat()}
    record([NewEvent("move_out.closed", move_out.public_id, 2, SYSTEM.label, at, data, concerned(move_out.lease))])


MOVE_OUT = SagaKind(
    KIND,
    (
        StepKind("wait_for_deposits", wait_for_deposits),
        StepKind("charge_damages", charge_damages, credit_damages),
        StepKind(DEDUCT, deduct_what_is_owed, point_of_no_return=True),
        StepKind("withdraw", withdraw_what_was_earned),
        StepKind("draw", draw_the_rest),
        StepKind("refund", refund_the_rest),
        StepKind("close", close),
    ),
)
