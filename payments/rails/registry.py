"""Every rail, by name, and how it is asked: once, again after a crash, never for a second order of the same thing.

To add one: a file beside this one, and a line here. A rail of a processor has a room of its own, imported when it is first asked for.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from directpay.breakers.shared import breaker_of
from payments.rails.ach import Ach, PayoutCredit
from payments.rails.base import Answer, HoldingRail, KeepingRail, NeedsAPerson, NoAnswer, NoSuchOrder, NotSent, Order, Rail, RefundingRail
from payments.rails.cards.simulated import CardRail
from payments.rails.instant import Instant
from payments.rails.processors.paid_out import PayingOut
from payments.rails.same_day_ach import SameDayAch
from payments.rails.simulated import SimulatedRail
from payments.rails.timetable import bank_day_of
from payments.rails.wire import Wire

log = logging.getLogger(__name__)
Ask = Callable[[Order, datetime], Answer]
LATE = timedelta(minutes=15)  # picked up later than this after its cut-off, an order goes with the next file
# What pays in: from bank accounts, and by card. By wallet: see PROCESSORS.
RAILS: dict[str, type[SimulatedRail]] = {rail.name: rail for rail in (Instant, SameDayAch, Ach, Wire, CardRail)}
BY_CARD = (CardRail.name,)
FROM_BANK_ACCOUNTS = tuple(name for name in RAILS if name not in BY_CARD)
OUTGOING: dict[str, type[SimulatedRail]] = {PayoutCredit.name: PayoutCredit}  # nobody pays in by these
PROCESSORS = {
    "stripe": "payments.rails.stripe.rail.StripeRail",
    "stripe_ach": "payments.rails.stripe.rail.StripeAch",
    "paypal": "payments.rails.paypal.rail.PayPalRail",
}
BY_STRIPE = ("stripe", "stripe_ach")
BY_WALLET = ("paypal",)  # with nothing of ours: who pays proves it there, each time
# Processors that pay out sums of many: the rails whose payments are in them, and who is asked for them.
RAILS_OF = {"stripe": BY_STRIPE}
PAYS_OUT = {"stripe": "payments.rails.stripe.payouts.StripePayouts"}
EVERY_RAIL = (*RAILS, *PROCESSORS)
ASKED_FOR = (*RAILS, "stripe_ach", *BY_WALLET)  # what a payer may name: whose rail a card goes by, its processor says
for _outside in ("stripe", "paypal"):
    breaker_of(_outside)  # known from the start, so that its gauge is there before the first failure


def rail(name: str) -> Rail:
    """The rail under the present profile, speed and seed."""
    found = RAILS.get(name) or OUTGOING.get(name) or import_string(PROCESSORS[name])
    return found(settings.RAIL_PROFILE, settings.RAIL_SPEED, settings.RAIL_SEED)


def pays_out(processor: str) -> PayingOut:
    found: PayingOut = import_string(PAYS_OUT[processor])()
    return found


def rail_of_card(name: str, processor: str) -> str:
    """`card` is the way of whoever processes this card."""
    return processor if name in BY_CARD and processor in PROCESSORS else name


def asked_for_as(name: str) -> str:
    """The other way round: what a payer named, by which it is priced."""
    return BY_CARD[0] if name in PROCESSORS and name not in ASKED_FOR else name


def is_set_up(name: str) -> bool:
    """Whether payments go by it in this installation."""
    if name in BY_WALLET:
        return bool(settings.PAYPAL_CLIENT_ID and settings.PAYPAL_CLIENT_SECRET)
    return name not in PROCESSORS or bool(settings.STRIPE_SECRET_KEY)


def placed(name: str, *, ordered_at: datetime, at: datetime) -> datetime:
    """When an order counts as handed in that is picked up now."""
    return ordered_at if at <= rail(name).promise(ordered_at).leaves_at + LATE else at


def ask(name: str, order: Order, *, at: datetime, first: bool) -> Answer | None:
    """Submit, or ask again after a crash or later. None: the rail did not answer, or broke while it was asked.

    What died between the intent and the call never reached the rail: it says so, and is handed the order then. A rail that has a time
    of its own to be asked again says `unknown` instead, or `waiting` where it was not asked. Raises NeedsAPerson.
    """
    way = rail(name)
    return _heard(name, order, lambda: _asked(way.submit, way.look_up, order, at, first=first), at)


def gives_up(name: str, placed_at: datetime, at: datetime) -> bool:
    """Whether its payer has had the time that a rail gives for what he must do. One that ends it by itself gives none."""
    within: timedelta | None = getattr(rail(name), "acts_within", None)
    return within is not None and at >= placed_at + within


def take(name: str, order: Order, *, at: datetime) -> Answer | None:
    """Take what was authorised; asked again it is taken once. None: no answer."""
    way = _holding(name)
    return _heard(name, order, lambda: way.capture(order, order.amount_minor, at), at)


def let_go(name: str, order: Order, *, at: datetime) -> Answer | None:
    """Take nothing of what was authorised. None: no answer."""
    way = _holding(name)
    return _heard(name, order, lambda: way.void(order, at), at)


def set_up(name: str, order: Order, *, at: datetime) -> Answer | None:
    """Have a card proven without paying with it; asked again it is the same asking. None: no answer."""
    way = rail(name)
    if not isinstance(way, KeepingRail):
        raise TypeError(f"the rail {name} keeps nothing")
    return _heard(name, order, lambda: way.set_up(order, at), at)


def way_back(name: str) -> str:
    """By which rail goes back what came by this one: its own, or, to a bank account, the one by which we send."""
    return name if isinstance(rail(name), RefundingRail) else PayoutCredit.name


def give_back(name: str, order: Order, *, at: datetime, first: bool) -> Answer | None:
    """As `ask`, for an order that gives back, over the rail that `way_back` names."""
    way = rail(name)
    if not isinstance(way, RefundingRail):
        return ask(name, order, at=at, first=first)
    hand_over, look_up = way.refund, way.look_up_refund
    return _heard(name, order, lambda: _asked(hand_over, look_up, order, at, first=first), at)


def _asked(hand_over: Ask, look_up: Ask, order: Order, at: datetime, *, first: bool) -> Answer:
    """Handed over the first time, and where the rail knows of no such order."""
    if first:
        return hand_over(order, at)
    try:
        return look_up(order, at)
    except NoSuchOrder:
        return hand_over(order, at)


def _holding(name: str) -> HoldingRail:
    way = rail(name)
    if not isinstance(way, HoldingRail):
        raise TypeError(f"the rail {name} takes at once, and holds nothing")
    return way


def _heard(name: str, order: Order, asked: Callable[[], Answer], at: datetime) -> Answer | None:
    try:
        return asked()
    except NotSent as spared:
        log.info("%s", spared)
        return Answer("waiting", "", at, bank_day_of(at), spared.ask_again_at)
    except NoAnswer as silence:
        log.info("%s", silence)
        return Answer("unknown", "", at, bank_day_of(at), silence.ask_again_at) if silence.ask_again_at else None
    except NeedsAPerson:  # its row is parked, and shows why
        raise
    except Exception:  # one order must not keep the others of its set from the rail; what became of it is looked up
        log.exception("rail %s broke on %s", name, order.id)
    return None
