"""A lease with a deposit asks for it; a deposit goes to the trust bank when its cash is here, and again where it did not reach it."""

from collections.abc import Sequence
from datetime import timedelta

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from leases.deposits.actions.ask import ASK_QUEUE
from leases.deposits.models import Deposit
from payments.payins.actions.complete import TRUST_QUEUE
from payments.payins.models import Payment

TRY_AGAIN_AFTER = timedelta(days=1)


def ask_on_opening(events: Sequence[Fact]) -> None:
    """lease.created → ask for its deposit, if it has one."""
    schedule(ASK_QUEUE, [(event.object_id, event.at) for event in events if event.data["deposit_amount"]])


def forward_when_paid(events: Sequence[Fact]) -> None:
    """bank_line.posted for the payment of a deposit → forward it, if it has completed."""
    heard_at = {event.data["item"]: event.at for event in events}
    paid = Payment.objects.filter(public_id__in=list(heard_at), applies_to__in=Deposit.objects.values("account"))
    schedule(TRUST_QUEUE, [(key, heard_at[key]) for key in paid.order_by("id").values_list("public_id", flat=True)])


def forward_again(events: Sequence[Fact]) -> None:
    """deposit_forwarding.failed, .returned → try again tomorrow: a deposit does not stay with us."""
    schedule(TRUST_QUEUE, [(event.data["origin"], event.at + TRY_AGAIN_AFTER) for event in events])
