"""A lease with a deposit asks for it; a deposit that did not reach the trust bank is sent again."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from leases.deposits.actions.ask import ASK_QUEUE
from payments.payins.actions.complete import TRUST_QUEUE
from payments.payins.models import CLEARED, Payment
from payments.payouts.queries import not_forwarded
from payments.returns.actions import WATCH_QUEUE

TRY_AGAIN_AFTER = timedelta(days=1)


def ask_on_opening(events: Sequence[Fact]) -> None:
    """lease.created → ask for its deposit, if it has one."""
    schedule(ASK_QUEUE, [(event.object_id, event.at) for event in events if event.data["deposit_amount"]])


def forward_again(events: Sequence[Fact]) -> None:
    """deposit_forwarding.failed, .returned → try again tomorrow: a deposit does not stay with us."""
    schedule(TRUST_QUEUE, [(event.data["origin"], event.at + TRY_AGAIN_AFTER) for event in events])


def forward_to_the_new_account(events: Sequence[Fact]) -> None:
    """trust_bank.account_replaced → what has not reached the old one goes to the new one, at once."""
    at = {event.object_id: event.at for event in events}
    here = not_forwarded(Payment.objects.filter(applies_to__deposit_due__trust_bank__public_id__in=list(at)))
    rows = here.order_by("id").values_list("public_id", "applies_to__deposit_due__trust_bank__public_id")
    schedule(TRUST_QUEUE, [(payment, at[bank]) for payment, bank in rows])


def take_back_what_waits(events: Sequence[Fact]) -> None:
    """A forwarding, a draw or a refund was answered → a payment that the bank takes back, and that had to wait for it, is returned."""
    told = {event.data["origin"]: event.at for event in events}
    of_these = Q(public_id__in=list(told)) | Q(applies_to__deposit_due__public_id__in=list(told))
    waiting = Payment.objects.filter(of_these, applies_to__deposit_due__comes_back_since__isnull=False, status__in=CLEARED)
    rows = waiting.order_by("id").values_list("public_id", "applies_to__deposit_due__public_id")
    schedule(WATCH_QUEUE, [(payment, told.get(payment) or told[deposit]) for payment, deposit in rows])
