"""What an event of a provider's means here: which payments, refunds or setups are to be asked about now. Nothing it claims is believed.

A kind that moves nothing, or that nobody here has to do with, is ignored with its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from payments.payins.actions.capture import VOID_QUEUE
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import CLEARED, Payment, Status
from payments.rails.registry import BY_STRIPE, BY_WALLET, is_set_up
from payments.reconciliation.processor_payouts.actions import PROCESSORS_QUEUE, key_of
from payments.refunds.actions.create import REFUND_QUEUE
from payments.refunds.models import Refund
from payments.returns.actions import WATCH_QUEUE
from payments.setup_intents.actions.answers import WAITING
from payments.setup_intents.actions.change import SETUP_QUEUE
from payments.setup_intents.models import SetupIntent
from webhooks.inbound.models import ProviderEvent

# Prefixes of kinds that may have changed what a payment's rail would say of it.
MOVING: Final[Mapping[str, tuple[str, ...]]] = {
    "stripe": ("payment_intent.", "setup_intent.", "charge.", "refund.", "payout.paid", "payout.reconciliation_completed"),
    "paypal": ("CHECKOUT.ORDER.", "CHECKOUT.PAYMENT-APPROVAL.", "PAYMENT.CAPTURE.", "PAYMENT.AUTHORIZATION.", "PAYMENT.REFUND."),
}
# Rightly told, and nothing here can act on it yet. The first that fits.
NOT_YET: Final[Mapping[str, Mapping[str, str]]] = {
    "stripe": {"charge.dispute.": "disputes are not handled yet"},
    "paypal": {
        "CUSTOMER.DISPUTE.": "disputes are not handled yet",
        "PAYMENT.CAPTURE.REVERSED": "disputes are not handled yet",
    },
}
OF_REFUNDS: Final[Mapping[str, tuple[str, ...]]] = {
    "stripe": ("refund.", "charge.refund."),
    "paypal": ("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND."),
}
OF_SETUPS: Final[Mapping[str, tuple[str, ...]]] = {"stripe": ("setup_intent.",), "paypal": ()}
OF_PAYOUTS: Final[Mapping[str, tuple[str, ...]]] = {"stripe": ("payout.paid", "payout.reconciliation_completed"), "paypal": ()}
PAYOUT_NAMES: Final = "po_"
LONGEST_LABEL: Final = 60
AT_THE_RAIL: Final = (Status.PROCESSING, Status.UNKNOWN, Status.REQUIRES_ACTION, Status.AUTHORIZED)
# They say that money was taken or promised: of a payment that has ended here, that must not stay so.
TAKING: Final = (
    *("payment_intent.succeeded", "payment_intent.amount_capturable_updated", "charge.succeeded", "charge.captured"),
    *("PAYMENT.CAPTURE.COMPLETED", "PAYMENT.AUTHORIZATION.CREATED"),
)
ENDED: Final = (Status.CANCELED, Status.FAILED)
# Of these a rail knows, and may still say something new.
GIVEN_BACK: Final = (Refund.Status.SUBMITTED, Refund.Status.UNKNOWN, Refund.Status.SUCCEEDED)
# Which of our rails each of them knows of.
RAILS: Final[Mapping[str, tuple[str, ...]]] = {"stripe": BY_STRIPE, "paypal": BY_WALLET}
FLAGS: Final = {
    "unreadable": "the body is no JSON object with an id that can be kept",
    "other_mode": "an event of the other mode",
    "other_account": "an event of another account",
}


def label_of(provider: str, kind: str) -> str:
    """A kind as a label of a metric: those that mean something here; there are hundreds of others."""
    known = kind.startswith((*MOVING[provider], *NOT_YET[provider]))
    return kind if known and len(kind) <= LONGEST_LABEL else "other"


@dataclass(frozen=True, slots=True)
class Hint:
    """`queues`: name → the payments (or refunds) that it is to ask about now. Without any, `reason` says why."""

    queues: Mapping[str, Sequence[str]]
    reason: str = ""

    @property
    def payments(self) -> list[str]:
        return [key for keys in self.queues.values() for key in keys]


def hints_of(events: Sequence[ProviderEvent]) -> dict[int, Hint]:
    """Event's id → what it means, with one question for all payments, one for all refunds and one for all setup intents."""
    found: dict[int, Hint] = {}
    of_payments: list[ProviderEvent] = []
    of_refunds: list[ProviderEvent] = []
    of_setups: list[ProviderEvent] = []
    for event in events:
        if reason := _idle(event):
            found[event.id] = Hint({}, reason)
        elif event.kind.startswith(OF_PAYOUTS[event.provider]):
            found[event.id] = _hint_of_payout(event)
        elif event.kind.startswith(OF_SETUPS[event.provider]):
            of_setups.append(event)
        elif event.kind.startswith(OF_REFUNDS[event.provider]):
            of_refunds.append(event)
        else:
            of_payments.append(event)
    payments, refunds = _known(Payment, of_payments), _known(Refund, of_refunds)
    setups = _setups(of_setups)
    found |= {event.id: _hint_of_payment(event, payments) for event in of_payments}
    found |= {event.id: _hint_of_setup(event, setups) for event in of_setups}
    return found | {event.id: _hint_of_refund(event, refunds) for event in of_refunds}


def _idle(event: ProviderEvent) -> str:
    """Why nothing is to be done, as far as its own words say."""
    if event.flag:
        return FLAGS[event.flag]
    for prefix, why in NOT_YET[event.provider].items():
        if event.kind.startswith(prefix):
            return why
    if event.kind.startswith(MOVING[event.provider]):
        return ""
    return f"nothing here depends on {event.kind or 'an event without a kind that can be kept'}"


@dataclass(frozen=True, slots=True)
class _Known:
    """A payment, or a refund. `reference` is the provider's name of it."""

    key: str
    status: str
    rail: str
    reference: str


def _known(model: type[Payment | Refund], events: Sequence[ProviderEvent]) -> list[_Known]:
    """What these are about, of all providers' rails, by our own id or by the provider's. What somebody did at the provider's own pages is
    none of ours."""
    if not events:
        return []
    ours = {name for event in events for name in event.ours}
    theirs = {name for event in events for name in event.objects_told}
    rails = [name for names in RAILS.values() for name in names]
    rows = model.objects.filter(Q(public_id__in=ours) | Q(rail_reference__in=theirs), rail__in=rails).order_by("id")
    return [_Known(*row) for row in rows.values_list("public_id", "status", "rail", "rail_reference")]


def _hint_of_payment(event: ProviderEvent, payments: Sequence[_Known]) -> Hint:
    mine = _meant(event, payments)
    if not mine:
        return Hint({}, "no payment of ours is meant")
    return _asking(mine, {RAIL_QUEUE: AT_THE_RAIL, WATCH_QUEUE: CLEARED, VOID_QUEUE: ENDED if event.kind in TAKING else ()})


def _hint_of_refund(event: ProviderEvent, refunds: Sequence[_Known]) -> Hint:
    mine = _meant(event, refunds)
    return _asking(mine, {REFUND_QUEUE: GIVEN_BACK}) if mine else Hint({}, "no refund of ours is meant")


def _setups(events: Sequence[ProviderEvent]) -> dict[str, str]:
    """Setup intents of ours that these name → how they stand. All that we make there bear our own id."""
    ours = {name for event in events for name in event.ours}
    return dict(SetupIntent.objects.filter(public_id__in=ours).values_list("public_id", "status")) if ours else {}


def _hint_of_setup(event: ProviderEvent, setups: Mapping[str, str]) -> Hint:
    mine = [key for key in event.ours if key in setups]
    waiting = [key for key in mine if setups[key] in WAITING]
    if waiting:
        return Hint({SETUP_QUEUE: waiting})
    return Hint({}, ", ".join(f"{key} is {setups[key]}" for key in mine)[:200] or "no setup intent of ours is meant")


def _hint_of_payout(event: ProviderEvent) -> Hint:
    """What it has paid to our bank, by its own name of it."""
    if not is_set_up(event.provider):
        return Hint({}, f"{event.provider} cannot be asked about it: its key is not set")
    payouts = [name for name in event.objects_told if name.startswith(PAYOUT_NAMES)]
    return Hint({PROCESSORS_QUEUE: [key_of(event.provider, name) for name in payouts]}, "" if payouts else "no payout is named")


def _meant(event: ProviderEvent, known: Sequence[_Known]) -> list[_Known]:
    return [one for one in known if one.rail in RAILS[event.provider] and (one.key in event.ours or one.reference in event.objects_told)]


def _asking(mine: Sequence[_Known], states: Mapping[str, Sequence[str]]) -> Hint:
    """`states`: queue → the states in which it has something to ask."""
    queues = {queue: [one.key for one in mine if one.status in wanted] for queue, wanted in states.items()}
    if not any(queues.values()):
        return Hint({}, ", ".join(f"{one.key} is {one.status}" for one in mine)[:200])
    return Hint({queue: keys for queue, keys in queues.items() if keys})
