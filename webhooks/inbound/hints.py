"""What an event of a provider's means here: which payments are to be asked about now. Nothing of what it claims is believed.

A kind that moves nothing, or that nobody here has to do with, is ignored with its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from payments.payins.actions.capture import VOID_QUEUE
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import CLEARED, Payment, Status
from payments.rails.registry import BY_STRIPE, BY_WALLET
from payments.returns.actions import WATCH_QUEUE
from webhooks.inbound.models import ProviderEvent

# Prefixes of kinds that may have changed what a payment's rail would say of it.
MOVING: Final[Mapping[str, tuple[str, ...]]] = {
    "stripe": ("payment_intent.", "charge."),
    "paypal": ("CHECKOUT.ORDER.", "CHECKOUT.PAYMENT-APPROVAL.", "PAYMENT.CAPTURE.", "PAYMENT.AUTHORIZATION."),
}
# Rightly told, and nothing here can act on it yet. The first that fits.
NOT_YET: Final[Mapping[str, Mapping[str, str]]] = {
    "stripe": {"charge.dispute.": "disputes are not handled yet", "charge.refund": "refunds by card are not handled yet"},
    "paypal": {
        "CUSTOMER.DISPUTE.": "disputes are not handled yet",
        "PAYMENT.CAPTURE.REFUNDED": "refunds by wallet are not handled yet",
        "PAYMENT.CAPTURE.REVERSED": "disputes are not handled yet",
    },
}
LONGEST_LABEL: Final = 60
AT_THE_RAIL: Final = (Status.PROCESSING, Status.UNKNOWN, Status.REQUIRES_ACTION, Status.AUTHORIZED)
# They say that money was taken or promised: of a payment that has ended here, that must not stay so.
TAKING: Final = (
    *("payment_intent.succeeded", "payment_intent.amount_capturable_updated", "charge.succeeded", "charge.captured"),
    *("PAYMENT.CAPTURE.COMPLETED", "PAYMENT.AUTHORIZATION.CREATED"),
)
ENDED: Final = (Status.CANCELED, Status.FAILED)
# Which of our rails each of them knows of.
RAILS: Final[Mapping[str, tuple[str, ...]]] = {"stripe": BY_STRIPE, "paypal": BY_WALLET}
FLAGS: Final = {
    "unreadable": "the body is no JSON object with an id",
    "other_mode": "an event of the other mode",
    "other_account": "an event of another account",
}


def label_of(provider: str, kind: str) -> str:
    """A kind as a label of a metric: those that mean something here; there are hundreds of others."""
    known = kind.startswith((*MOVING[provider], *NOT_YET[provider]))
    return kind if known and len(kind) <= LONGEST_LABEL else "other"


@dataclass(frozen=True, slots=True)
class Hint:
    """`queues`: name → the payments that it is to ask about now. Without any, `reason` says why."""

    queues: Mapping[str, Sequence[str]]
    reason: str = ""

    @property
    def payments(self) -> list[str]:
        return [key for keys in self.queues.values() for key in keys]


def hints_of(events: Sequence[ProviderEvent]) -> dict[int, Hint]:
    """Event's id → what it means, with one question for all of them."""
    idle = {event.id: Hint({}, reason) for event in events if (reason := _idle(event))}
    asking = [event for event in events if event.id not in idle]
    payments = _payments(asking) if asking else []
    return idle | {event.id: _hint(event, payments) for event in asking}


def _idle(event: ProviderEvent) -> str:
    """Why nothing is to be done, as far as its own words say."""
    if event.flag:
        return FLAGS[event.flag]
    for prefix, why in NOT_YET[event.provider].items():
        if event.kind.startswith(prefix):
            return why
    return "" if event.kind.startswith(MOVING[event.provider]) else f"nothing here depends on {event.kind or 'an event without a kind'}"


@dataclass(frozen=True, slots=True)
class _Known:
    payment: str
    status: str
    rail: str
    reference: str


def _payments(events: Sequence[ProviderEvent]) -> list[_Known]:
    """Of all providers' rails, by our own id or by the provider's."""
    ours = {name for event in events for name in event.ours}
    theirs = {name for event in events for name in event.objects_told}
    rails = [name for names in RAILS.values() for name in names]
    rows = Payment.objects.filter(Q(public_id__in=ours) | Q(rail_reference__in=theirs), rail__in=rails).order_by("id")
    return [_Known(*row) for row in rows.values_list("public_id", "status", "rail", "rail_reference")]


def _hint(event: ProviderEvent, payments: Sequence[_Known]) -> Hint:
    mine = [p for p in payments if p.rail in RAILS[event.provider] and (p.payment in event.ours or p.reference in event.objects_told)]
    if not mine:
        return Hint({}, "no payment of ours is meant")
    queues = {
        RAIL_QUEUE: [p.payment for p in mine if p.status in AT_THE_RAIL],
        WATCH_QUEUE: [p.payment for p in mine if p.status in CLEARED],
        VOID_QUEUE: [p.payment for p in mine if p.status in ENDED and event.kind in TAKING],
    }
    if not any(queues.values()):
        return Hint({}, ", ".join(f"{p.payment} is {p.status}" for p in mine)[:200])
    return Hint({queue: keys for queue, keys in queues.items() if keys})
