"""The bank takes back the payment of a deposit: where its money is by then, and what is a debt of the renter's (K14, K15, K19 to K23)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Q

from directpay.events.actions import record
from leases.contracts.actions import lock_lease_rows
from leases.deposits.events import reclaimed
from leases.deposits.models import Deposit
from leases.deposits.queries import drawn_minor, with_lease
from leases.rent.actions.add_charge import stands_as_charge
from leases.rent.postings import RECLAIMED
from ledger.allocation.actions import allocate
from payments.payins.models import Payment
from payments.payins.moving import Moving
from payments.payouts.models import Payout
from payments.payouts.queries import not_forwarded_minor
from payments.returns.postings import Found


class DepositKeeper:
    """For payments.returns.actions.KEEPERS."""

    def lock(self, public_ids: Sequence[str]) -> None:
        """The leases, before any payment: nothing is deducted, drawn or given back meanwhile."""
        leases = Deposit.objects.filter(account_id__in=Payment.objects.filter(public_id__in=list(public_ids)).values("applies_to_id"))
        if ids := set(leases.values_list("lease_id", flat=True)):
            lock_lease_rows(ids)

    def find(self, payments: Sequence[Moving], at: datetime) -> dict[str, Found]:
        """One of each deposit at a time. While its money is drawn or given back, none: what is sent is answered first.

        Nor while it is on its way and a part of it is not held any more: whether that has gone, or is here, the trust bank decides.
        """
        accounts = [p.applies_to_id for p in payments]
        orders = _lock_orders(Deposit.objects.filter(account_id__in=accounts).values_list("public_id", flat=True), payments)
        deposits = {d.account_id: d for d in with_lease().filter(account_id__in=accounts)}  # as whoever had locked the orders left them
        found: dict[str, Found] = {}
        for payment in payments:
            deposit = deposits.pop(payment.applies_to_id, None)
            if deposit is None:
                continue
            forwardings = [o for o in orders if o.origin == payment.public_id]
            held_minor = _held_minor(deposit, payment)
            waits_for = [o for o in orders if o.origin == deposit.public_id]
            if held_minor < payment.amount_minor:
                waits_for += forwardings
            if any(o.status in Payout.UNDER_WAY for o in waits_for):
                Deposit.objects.filter(id=deposit.id, comes_back_since=None).update(comes_back_since=at)
            else:
                found[payment.public_id] = _where(deposit, payment, held_minor, forwarded=bool(forwardings))
        return found

    def owed(self, found: Mapping[str, Found], days: Mapping[str, date], at: datetime) -> None:
        """What was deducted, or has gone, stands on the renter's account as a charge."""
        paid = dict(Payment.objects.filter(public_id__in=list(found)).values_list("public_id", "applies_to_id"))
        deposits = {d.account_id: d for d in with_lease().filter(account_id__in=list(paid.values()))}
        Deposit.objects.filter(id__in=[d.id for d in deposits.values()], comes_back_since__isnull=False).update(comes_back_since=None)
        for payment, where in found.items():
            if where.debt_minor:
                _owe(deposits[paid[payment]], payment, where.debt_minor, days[payment], at)


def _lock_orders(deposits: Iterable[str], payments: Sequence[Moving]) -> list[Payout]:
    """Those that move the money of these deposits, and those that bring these payments to the trust bank, but for what came back."""
    of_deposit = Q(origin__in=list(deposits), purpose__in=(Payout.Purpose.DRAW, Payout.Purpose.REFUND))
    of_payment = Q(origin__in=[p.public_id for p in payments], purpose=Payout.Purpose.FORWARDING)
    rows = Payout.objects.filter(of_deposit | of_payment).exclude(status__in=Payout.CAME_BACK)
    return list(rows.order_by("id").select_for_update(no_key=True))


def _held_minor(deposit: Deposit, payment: Moving) -> int:
    """What is held of the deposit, but for what other payments of it have not brought to the trust bank."""
    others = not_forwarded_minor(Payment.objects.filter(applies_to=deposit.account_id).exclude(public_id=payment.public_id))
    return max(0, deposit.held.shown_minor - others)


def _where(deposit: Deposit, payment: Moving, mine: int, *, forwarded: bool) -> Found:
    """Of a payment that was forwarded, first what lies in the trust bank, then what was drawn and is here; the rest has gone."""
    amount, bank, debtor = payment.amount_minor, deposit.trust_bank.public_id, deposit.party.account
    if not forwarded:
        here = min(amount, deposit.held.shown_minor)
        return Found(bank, debtor, here_minor=here, deducted_minor=amount - here)
    there = min(amount, mine, max(0, mine + deposit.interest.shown_minor - drawn_minor(deposit)))
    here = min(amount - there, mine - there)
    return Found(bank, debtor, here_minor=here, there_minor=there, gone_minor=amount - there - here)


def _owe(deposit: Deposit, payment: str, minor: int, on: date, at: datetime) -> None:
    said = "A deposit that was given back, and had not been paid"
    charge = stands_as_charge(deposit.party, minor, posted_as=RECLAIMED, posted_for=payment, description=said, on=on, at=at)
    allocate([deposit.party.account_id], at=at)
    record([reclaimed(deposit, charge, payment, at)])
