"""What happens to a deposit in the trust bank: cheques banked there, interest, deductions, and what the owner takes out."""

from datetime import date, datetime

from django.db.models import Q

from directpay.events.actions import record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id
from directpay.kernel.money import words
from directpay.people.actor import Actor
from leases.contracts.actions import lock_lease_rows
from leases.deposits.events import moved
from leases.deposits.models import Deposit, Movement
from leases.deposits.postings import deposit_deducted, deposit_interest, deposit_receipt_recorded, trust_withdrawn
from leases.deposits.queries import with_lease
from leases.rent.days import day_recorded
from leases.rent.models import Charge
from leases.rent.postings import due_reference
from leases.rent.queries import local_today
from ledger.allocation.actions import allocate
from ledger.allocation.queries import Claim
from ledger.journal.actions import Posting, lock_accounts, post_many
from payments.payins.models import Payment
from payments.payins.queries import in_flight_minor
from payments.payouts.queries import owners_there_minor


class AmountExceedsDeposit(InvalidInput):
    """More than is open, held or lies in the trust bank."""

    code = "amount_exceeds_deposit"


def record_cheque(deposit: Deposit, amount_minor: int, *, received_on: date | None = None, actor: Actor, at: datetime) -> Movement:
    """K16: a deposit cheque was banked straight into the trust bank. Raises AmountExceedsDeposit, InvalidInput, PeriodClosed.

    What a payment on its way will pay is not open: it could not be posted when the bank has taken it.
    """
    with unit_of_work():
        deposit = _locked(deposit)
        on = day_recorded(deposit.lease, received_on, at, param="received_on")
        owed_minor = lock_accounts([deposit.account_id])[deposit.account_id].balance_minor
        open_minor = max(0, owed_minor - in_flight_minor([deposit.account_id]).get(deposit.account_id, 0))
        if amount_minor > open_minor:
            said = f"At most {words(open_minor, deposit.account.currency)} of the deposit is open."
            raise AmountExceedsDeposit(said, param="amount", open=open_minor)
        row = _kept(deposit, Movement.Kind.CHEQUE, amount_minor, on, at)
        _post(row, deposit_receipt_recorded(receipt=row.public_id, amount_minor=amount_minor, on=on, at=at, **_where(deposit)), actor, at)
        allocate([deposit.account_id], at=at)
        return row


def record_interest(
    deposit: Deposit, renters_minor: int, *, owners_minor: int = 0, paid_on: date | None = None, actor: Actor, at: datetime
) -> Movement:
    """K7: the trust bank's statement shows interest; what the renter and the owner each get of it. Raises InvalidInput, PeriodClosed."""
    if renters_minor < 0 or owners_minor < 0 or not renters_minor + owners_minor:
        raise InvalidInput("Interest is a positive amount, for the renter, the owner or both.", param="amount")
    with unit_of_work():
        deposit = _locked(deposit)
        on = day_recorded(deposit.lease, paid_on, at, param="paid_on")
        if not deposit.held.shown_minor:
            raise InvalidInput("Nothing is held that could earn interest.", param="amount", code="deposit_not_held")
        row = _kept(deposit, Movement.Kind.INTEREST, renters_minor, on, at, owners_minor=owners_minor)
        home = deposit.lease.unit.property.public_id
        posting = deposit_interest(
            interest=row.public_id,
            renters_minor=renters_minor,
            owners_minor=owners_minor,
            property_id=home,
            on=on,
            at=at,
            **_where(deposit),
        )
        _post(row, posting, actor, at)
        return row


def deduct(
    deposit: Deposit, amount_minor: int, *, reason: str, charge: Charge | None, ahead_minor: int = 0, actor: Actor, at: datetime
) -> Movement:
    """Step, with the lease locked: K9, of what the party owes, and of `ahead_minor` that falls due later. A charge that is named is served
    first. Raises AmountExceedsDeposit."""
    require_transaction()
    receivable = deposit.party.account
    locked = lock_accounts([receivable.id, deposit.held_id])
    most = min(locked[receivable.id].balance_minor + ahead_minor, locked[deposit.held_id].shown_minor)
    if not 0 < amount_minor <= most:
        said = f"At most {words(max(0, most), receivable.currency)} is owed and held."
        raise AmountExceedsDeposit(said, param="amount", held=max(0, most))
    on = local_today(deposit.lease, at)
    row = _kept(deposit, Movement.Kind.DEDUCTION, amount_minor, on, at, charge=charge, reason=reason)
    where = {key: value for key, value in _where(deposit).items() if key != "currency"}
    _post(
        row, deposit_deducted(deduction=row.public_id, receivable=receivable, amount_minor=amount_minor, on=on, at=at, **where), actor, at
    )
    claims = {f"deposit.deducted:{row.public_id}": [Claim(due_reference(charge), amount_minor)]} if charge else {}
    allocate([receivable.id], at=at, claims=claims)
    return row


def withdraw(deposit: Deposit, amount_minor: int, *, actor: Actor, at: datetime) -> Movement:
    """Step: K10, what the owner has earned of a deposit leaves the trust bank."""
    require_transaction()
    on = local_today(deposit.lease, at)
    row = _kept(deposit, Movement.Kind.WITHDRAWAL, amount_minor, on, at)
    where = {key: value for key, value in _where(deposit).items() if key != "party"}
    _post(row, trust_withdrawn(withdrawal=row.public_id, amount_minor=amount_minor, on=on, at=at, **where), actor, at)
    return row


def withdraw_earned(deposit: Deposit, amount_minor: int, *, actor: Actor, at: datetime) -> Movement:
    """The same by hand: interest, or a deposit that came back after it was forwarded. Raises AmountExceedsDeposit."""
    with unit_of_work():
        deposit = _locked(deposit)
        earned = earned_minor(deposit)
        if not 0 < amount_minor <= earned:
            said = f"At most {words(earned, deposit.account.currency)} is the owner's in this trust account."
            raise AmountExceedsDeposit(said, param="amount", earned=earned)
        return withdraw(deposit, amount_minor, actor=actor, at=at)


def earned_minor(deposit: Deposit) -> int:
    """Step: what the owner may take out of this trust bank, its account locked. What is not there yet is not taken from renters' money."""
    of = deposit.trust_bank
    posted = Q(number__in=("L1310", "L1330", "L2230"), subject=of.public_id) | Q(number="L1200")  # by `withdraw`: all at once, in order
    accounts = deposit.account.book.accounts.filter(posted, currency=of.currency).values_list("id", flat=True)
    found = next((account for account in lock_accounts(list(accounts)).values() if account.number == "L2230"), None)
    deposits = Payment.objects.filter(applies_to__deposit_due__trust_bank=of)
    return max(0, owners_there_minor(found, deposits)) if found else 0


def _locked(deposit: Deposit) -> Deposit:
    """The lease first."""
    lock_lease_rows([deposit.lease_id])
    return with_lease().get(id=deposit.id)


def _where(deposit: Deposit) -> dict[str, str]:
    return {
        "payee": deposit.lease.unit.property.payee.public_id,
        "currency": deposit.account.currency,
        "party": deposit.subject,
        "trust_bank": deposit.trust_bank.public_id,
    }


def _kept(
    deposit: Deposit,
    kind: str,
    amount_minor: int,
    on: date,
    at: datetime,
    *,
    owners_minor: int = 0,
    charge: Charge | None = None,
    reason: str = "",
) -> Movement:
    return Movement.objects.create(
        public_id=public_id("dpm"),
        deposit=deposit,
        kind=kind,
        amount_minor=amount_minor,
        owners_minor=owners_minor,
        charge=charge,
        reason=reason,
        moved_on=on,
        created_at=at,
    )


def _post(row: Movement, posting: Posting, actor: Actor, at: datetime) -> None:
    post_many([posting], at=at)
    record([moved(row, actor, at)])
