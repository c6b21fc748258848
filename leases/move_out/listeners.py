"""A move-out goes on when what it waits for has come, and when there is more to give back than there was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from directpay.due.actions import schedule_found
from directpay.events.registry import Fact
from directpay.kernel.arrays import texts
from directpay.sagas.actions import SAGA_QUEUE, wake
from leases.deposits.models import Deposit
from leases.move_out.models import KIND, MoveOut
from payments.payins.models import Payment

# Of the many payments that end, nearly none is of a lease that somebody moves out of: asked without a round trip. Each saga once.
OF_PARTIES: Final = """
SELECT s.public_id, %s::timestamptz FROM payments_payment p JOIN leases_party y ON y.account_id = p.applies_to_id
JOIN leases_moveout m ON m.lease_id = y.lease_id JOIN directpay_saga s ON s.kind = %s AND s.about = m.public_id AND s.status = 'running'
WHERE p.public_id = ANY(%s::text[]) GROUP BY s.public_id
"""


def go_on(events: Sequence[Fact]) -> None:
    """A draw or a refund was paid or failed, or the trust bank took a draw back → look at the move-out of its deposit."""
    _wake_of({event.data["origin"]: event.at for event in events})


def look_at_what_arrived(events: Sequence[Fact]) -> None:
    """deposit_forwarding.paid → the same of the deposit for which the payment was."""
    _wake_of_payments([event.data["origin"] for event in events], max(event.at for event in events))


def look_at_what_never_came(events: Sequence[Fact]) -> None:
    """payment.returned, .failed, .canceled, .captured → the same."""
    _wake_of_payments([event.object_id for event in events], max(event.at for event in events))


def look_at_what_was_paid(events: Sequence[Fact]) -> None:
    """payment.completed, .failed, .canceled → what is owed on its lease is what is deducted, if somebody moves out of it."""
    at = max(event.at for event in events)
    schedule_found(SAGA_QUEUE, OF_PARTIES, [at, KIND, texts(event.object_id for event in events)])


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
