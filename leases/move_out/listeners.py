"""A move-out goes on when what it waits for has come, and when there is more to give back than there was."""

from collections.abc import Sequence
from datetime import datetime

from directpay.events.registry import Fact
from directpay.sagas.actions import wake
from leases.deposits.models import Deposit
from leases.move_out.models import MoveOut
from payments.payins.models import Payment


def go_on(events: Sequence[Fact]) -> None:
    """A draw or a refund was paid or failed, or the trust bank took a draw back → look at the move-out of its deposit."""
    _wake_of({event.data["origin"]: event.at for event in events})


def look_at_what_arrived(events: Sequence[Fact]) -> None:
    """deposit_forwarding.paid → the same of the deposit for which the payment was."""
    _wake_of_payments([event.data["origin"] for event in events], max(event.at for event in events))


def look_at_what_never_came(events: Sequence[Fact]) -> None:
    """payment.returned, .failed, .canceled, .captured → the same."""
    _wake_of_payments([event.object_id for event in events], max(event.at for event in events))


def draw_from_the_new_account(events: Sequence[Fact]) -> None:
    """trust_bank.account_replaced → what the old one refused is drawn from the new one."""
    banks = Deposit.objects.filter(trust_bank__public_id__in=[event.object_id for event in events])
    _wake_of(dict.fromkeys(banks.values_list("public_id", flat=True), max(event.at for event in events)))


def look_at_what_was_added(events: Sequence[Fact]) -> None:
    """deposit.cheque, deposit.interest → the same."""
    _wake_of({event.data["deposit"]: event.at for event in events})


def _wake_of_payments(payments: Sequence[str], at: datetime) -> None:
    accounts = Payment.objects.filter(public_id__in=payments).values("applies_to_id")
    _wake_of(dict.fromkeys(Deposit.objects.filter(account_id__in=accounts).values_list("public_id", flat=True), at))


def _wake_of(deposits: dict[str, datetime]) -> None:
    found = MoveOut.objects.filter(destinations__deposit__public_id__in=list(deposits)).values_list("public_id", flat=True)
    if found:
        wake(list(found), max(deposits.values()))
