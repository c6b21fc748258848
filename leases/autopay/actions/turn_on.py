"""A renter turns autopay on, or changes what it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from leases.autopay.actions.locking import lock_autopay
from leases.autopay.actions.planning import LEASE_ENDED, days_of, drop_promises, last_day, plan_next, promise_runs, zone_of
from leases.autopay.dates import moment_of
from leases.autopay.events import autopay_fact
from leases.autopay.models import Autopay, AutopayRun
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease, Renter
from leases.contracts.queries import ENDED, status_of
from leases.rent.queries import local_today
from payments.methods.mandates.models import Mandate
from payments.methods.mandates.queries import live_mandate
from payments.methods.models import BankAccount
from payments.methods.queries import BankAccountNotVerified

RAILS = ("ach", "same_day_ach")  # what a bank account may be debited by


class AutopayExists(Conflict):
    """This renter has one on this lease (409); `autopay` names it."""

    code = "autopay_exists"


class AutopayEnded(Conflict):
    """It was turned off: turn on a new one."""

    code = "autopay_canceled"


@dataclass(frozen=True, slots=True)
class Order:
    """What the renter wants. Amounts in minor units of the lease's currency; a mandate that is not named is the newest of its account."""

    bank_account: BankAccount
    mode: str = Autopay.Mode.FULL_BALANCE
    amount_minor: int | None = None
    day_of_month: int | None = None
    rail: str = "ach"
    mandate: str | None = None
    backup_account: BankAccount | None = None
    backup_mandate: str | None = None
    cap_minor: int | None = None
    cap_percent: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def order_of(autopay: Autopay) -> Order:
    """What it does now, as an order to change. A mandate is not named: the newest of the account is taken."""
    return Order(
        bank_account=autopay.bank_account,
        mode=autopay.mode,
        amount_minor=autopay.amount_minor,
        day_of_month=autopay.day_of_month,
        rail=autopay.rail,
        backup_account=autopay.backup_account,
        cap_minor=autopay.cap_minor,
        cap_percent=autopay.cap_percent,
        metadata=autopay.metadata,
    )


def turn_on(lease: Lease, order: Order, *, actor: Actor, at: datetime) -> Autopay:
    """From the first of its days after today on. Raises InvalidInput, BankAccountNotVerified, MandateMissing, AutopayExists."""
    _check(order)
    with unit_of_work():
        lease = lock_lease(lease)
        renter = Renter.objects.select_related("party", "user").filter(lease=lease, user_id=order.bank_account.user_id).first()
        if renter is None:
            raise InvalidInput("This account belongs to nobody on the lease.", param="bank_account")
        _check_lease(lease, at)
        standing = Autopay.objects.filter(lease=lease, user=renter.user).exclude(status=Autopay.Status.CANCELED).first()
        if standing is not None:
            raise AutopayExists(
                "Autopay is on for this renter and lease already: change that one.", param="lease", autopay=standing.public_id
            )
        autopay = Autopay(public_id=public_id("auto"), lease=lease, party=renter.party, user=renter.user, created_at=at, changed_at=at)
        _write(autopay, order, lease)
        if days_of(autopay).after(local_today(lease, at)) is None:
            raise InvalidInput(
                "On this lease no such day is left.", param="day_of_month" if order.day_of_month else "lease", code=LEASE_ENDED
            )
        autopay.save()
        record([autopay_fact("created", autopay, actor=actor.label, at=at)])
        plan_next({autopay: local_today(lease, at)}, at)
        return autopay


def change_autopay(autopay: Autopay, order: Order, *, actor: Actor, at: datetime) -> Autopay:
    """All of what it does from now on, the next run among it. Raises as `turn_on`, and AutopayEnded."""
    _check(order)
    with unit_of_work():
        row = lock_autopay(autopay)
        check_not_ended(row)
        if order.bank_account.user_id != row.user_id:
            raise InvalidInput("This account belongs to somebody else.", param="bank_account")
        moved = order.day_of_month != row.day_of_month
        _write(row, order, row.lease)
        row.version, row.changed_at = row.version + 1, at
        if moved:
            _move(row, at)
        row.save()
        record([autopay_fact("updated", row, actor=actor.label, at=at)])
        return row


def check_not_ended(autopay: Autopay) -> None:
    if autopay.status == Autopay.Status.CANCELED:
        raise AutopayEnded("This autopay was turned off. Turn on a new one.", autopay=autopay.public_id)


def _move(autopay: Autopay, at: datetime) -> None:
    """Step: the planned run goes to the first of the new days, never to one on which it has run."""
    run = AutopayRun.objects.select_for_update().filter(autopay=autopay, status=AutopayRun.Status.PLANNED).first()
    last = last_day(autopay, at)
    run_on = days_of(autopay).after(last)
    if run_on is None:
        raise InvalidInput("On this lease no such day is left.", param="day_of_month", code=LEASE_ENDED)
    if run is None:  # of the days that it had none was left
        plan_next({autopay: last}, at)
        return
    run.autopay = autopay
    run.run_on, run.run_at = run_on, moment_of(run_on, zone_of(autopay))
    run.told_days = run.told_minor = None
    run.version, run.changed_at = run.version + 1, at
    run.save()
    drop_promises([run])
    promise_runs([run], at)


def _check(order: Order) -> None:
    """What an order says of itself, each field by its name."""
    if order.mode not in Autopay.Mode.values:
        raise InvalidInput(f"Choose one of {', '.join(Autopay.Mode.values)}.", param="mode")
    if order.mode == Autopay.Mode.FULL_BALANCE and order.amount_minor is not None:
        raise InvalidInput("The full balance has no amount: choose up_to or fixed for one.", param="amount")
    if order.mode != Autopay.Mode.FULL_BALANCE and (order.amount_minor is None or order.amount_minor <= 0):
        raise InvalidInput("Say which amount.", param="amount", code="parameter_missing")
    if order.day_of_month is not None and not 1 <= order.day_of_month <= 31:
        raise InvalidInput("A month has the days 1 to 31; 31 is its last.", param="day_of_month")
    if order.rail not in RAILS:
        raise InvalidInput(f"Autopay debits by {' or '.join(RAILS)}.", param="rail")
    if order.cap_minor is not None and order.cap_minor <= 0:
        raise InvalidInput("A cap is more than nothing.", param="cap_amount")
    if order.cap_percent is not None and not 0 <= order.cap_percent <= 1000:
        raise InvalidInput("From 0 to 1000 percent.", param="cap_percent")
    if order.backup_account is not None:
        if order.backup_account.id == order.bank_account.id:
            raise InvalidInput("The backup is another account than the first.", param="backup_bank_account")
        if order.backup_account.user_id != order.bank_account.user_id:
            raise InvalidInput("Both accounts belong to the same person.", param="backup_bank_account")


def _check_lease(lease: Lease, at: datetime) -> None:
    if status_of(lease, local_today(lease, at)) == ENDED:
        raise InvalidInput("This lease has ended.", param="lease", code=LEASE_ENDED)


def _write(autopay: Autopay, order: Order, lease: Lease) -> None:
    autopay.bank_account, autopay.mandate = (
        order.bank_account,
        _allowed(order.bank_account, order.mandate, lease, "bank_account", "mandate"),
    )
    autopay.backup_account = order.backup_account
    autopay.backup_mandate = None
    if order.backup_account is not None:
        autopay.backup_mandate = _allowed(order.backup_account, order.backup_mandate, lease, "backup_bank_account", "backup_mandate")
    autopay.mode, autopay.amount_minor = order.mode, order.amount_minor
    autopay.day_of_month, autopay.rail = order.day_of_month, order.rail
    autopay.cap_minor, autopay.cap_percent = order.cap_minor, order.cap_percent
    autopay.metadata = dict(order.metadata)


def _allowed(account: BankAccount, mandate: str | None, lease: Lease, param: str, mandate_param: str) -> Mandate:
    """The permission to debit this account."""
    if account.status != BankAccount.Status.VERIFIED:
        raise BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param=param)
    if account.currency != lease.currency:
        raise InvalidInput(f"This debt is in {lease.currency.upper()}: pay from an account in it.", param=param)
    return live_mandate(account, public_id=mandate, param=mandate_param)
