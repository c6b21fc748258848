"""How a rail is asked, whatever moves: once, again after a crash, and never a second order of the same thing."""

import logging
from datetime import datetime, timedelta

from payments.rails.base import Answer, NoAnswer, NoSuchOrder, Order
from payments.rails.registry import rail

log = logging.getLogger(__name__)
LATE = timedelta(minutes=15)  # picked up later than this after its cut-off, an order goes with the next file


def placed(name: str, *, ordered_at: datetime, at: datetime) -> datetime:
    """When an order counts as handed in that is picked up now."""
    return ordered_at if at <= rail(name).promise(ordered_at).leaves_at + LATE else at


def ask(name: str, order: Order, *, at: datetime, first: bool) -> Answer | None:
    """Submit, or ask again after a crash or later. None: the rail did not answer, or broke while it was asked.

    What died between the intent and the call never reached the rail: it says so, and is handed the order then.
    """
    way = rail(name)
    try:
        if first:
            return way.submit(order, at)
        try:
            return way.look_up(order, at)
        except NoSuchOrder:
            return way.submit(order, at)
    except NoAnswer as silence:
        log.info("%s", silence)
    except Exception:  # one order must not keep the others of its set from the rail; what became of it is looked up
        log.exception("rail %s broke on %s", name, order.id)
    return None
