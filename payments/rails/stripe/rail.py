"""Payment intents for cards and US bank accounts. The order's id is the idempotency key, and stands in the intent's metadata.

An answer that did not come is found again in one of three ways. By its reference, where there is one. By sending the same request with
the same key: Stripe answers with what it did the first time. And when Stripe may have forgotten the key (it keeps one for 24 hours at
least), by its metadata alone: from then on nothing is ever made for this order, so nobody is charged twice.
"""

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import stripe
from django.conf import settings

from directpay.kernel import bankdays
from directpay.kernel.clock import EASTERN
from payments.rails.base import Answer, BankLine, NoAnswer, Order, Promise
from payments.rails.processors.turns import again_at
from payments.rails.stripe import refunds, setups
from payments.rails.stripe.calls import KEY_IS_SAFE, ask, ask_about, broke_before, key_turn, replayed
from payments.rails.stripe.reading import declined, misunderstood, never_received, read, refused, untouched
from payments.rails.timetable import MORNING, holidays_between

log = logging.getLogger(__name__)
SEARCH_IS_SURE = timedelta(hours=24)  # what was made in that time is in Stripe's search by then: it follows within an hour, at worst
EXPAND = ["latest_charge"]
CARD_SECONDS = 10


class StripeRail:
    """Cards: known at once, ready two bank days later. `profile`, `speed` and `seed` are for simulated rails."""

    name = "stripe"
    title = "Card"
    can_be_returned = False
    acts_within = timedelta(hours=24)  # at Stripe it could be proven for ever

    def __init__(self, profile: str = "", speed: float = 1.0, seed: str = "") -> None:
        """Stripe keeps its own times."""

    def promise(self, at: datetime) -> Promise:
        """Of a card. Source: docs.stripe.com/payouts, standard timing in the United States: two business days."""
        clears_at = at + timedelta(seconds=CARD_SECONDS)
        day = bankdays.on_or_after(clears_at.astimezone(EASTERN).date())
        return Promise(at, clears_at, bankdays.eastern(bankdays.add(day, 2), MORNING), day, bank_days=0, closed_on=())

    def submit(self, order: Order, at: datetime) -> Answer:
        return self._made(order, at)

    def look_up(self, order: Order, at: datetime) -> Answer:
        if order.reference:
            return read(self._present(order, order.reference, at), order, at)
        if at - order.placed_at < KEY_IS_SAFE:
            return self._made(order, at)
        if found := self._searched(order, at):
            return found
        if at - order.placed_at < SEARCH_IS_SURE:
            raise NoAnswer(f"Stripe does not find {order.id} yet", again_at(order, at))
        log.error("Stripe never received %s: it is given up, and nothing was charged", order.id)
        return never_received(at)

    def capture(self, order: Order, amount_minor: int, at: datetime) -> Answer:
        def call(client: Any, reference: str, key: str) -> Any:
            said = {"amount_to_capture": amount_minor, "expand": EXPAND}
            return client.v1.payment_intents.capture(reference, said, {"idempotency_key": key})

        return self._ended(order, at, call, f"{order.id}/capture")

    def void(self, order: Order, at: datetime) -> Answer:
        def call(client: Any, reference: str, key: str) -> Any:
            return client.v1.payment_intents.cancel(reference, {"expand": EXPAND}, {"idempotency_key": key})

        return self._ended(order, at, call, f"{order.id}/void")

    def set_up(self, order: Order, at: datetime) -> Answer:
        return setups.set_up(order, at)

    def refund(self, order: Order, at: datetime) -> Answer:
        return refunds.made(order, at)

    def look_up_refund(self, order: Order, at: datetime) -> Answer:
        return refunds.looked_up(order, at)

    def bank_lines(self, order: Order, until: datetime) -> list[BankLine]:
        """None of an order's own: Stripe pays out sums of many, which are matched as payouts."""
        return []

    def next_bank_line_at(self, order: Order, after: datetime) -> datetime | None:
        return None

    def _made(self, order: Order, at: datetime) -> Answer:
        """Send the order, the first time or again: to Stripe it is one and the same while it knows the key."""
        try:
            intent = ask(order, at, lambda client: client.v1.payment_intents.create(_wish(order), {"idempotency_key": order.id}))
        except stripe.CardError as error:
            return declined(error, at)
        except stripe.IdempotencyError:  # we wrote it otherwise then, as before an upgrade: what was made bears its name
            return self._searched_or_silent(order, at)
        except stripe.InvalidRequestError as error:
            return refused(error, order, at)
        except NoAnswer as silence:
            if broke_before(silence):
                return self._searched_or_silent(order, at)
            raise
        if replayed(intent.last_response.headers):  # as it was then
            intent = self._present(order, intent.id, at)
        return read(intent, order, at)

    def _present(self, order: Order, reference: str, at: datetime) -> Any:
        return ask_about(order, at, lambda client: client.v1.payment_intents.retrieve(reference, {"expand": EXPAND}))

    def _ended(self, order: Order, at: datetime, call: Callable[[Any, str, str], Any], key: str) -> Answer:
        """Capture or void; where that is done already, or is not possible any more, what it is instead.

        A refusal of the first time is kept under the key and said for a day. Where Stripe says meanwhile that the promise stands whole, it
        did nothing, and another call is made under a key of its moment. What is not done by then is asked for again.
        """
        reference = order.reference or self.look_up(order, at).reference
        for one in (key, f"{key}/{key_turn(order.placed_at, at)}"):
            again = False
            try:
                return read(ask(order, at, lambda client, one=one: call(client, reference, one)), order, at)
            except (stripe.CardError, stripe.IdempotencyError) as error:
                again = isinstance(error, stripe.IdempotencyError) or replayed(error.headers)
            except stripe.InvalidRequestError as error:
                if error.code != "payment_intent_unexpected_state":
                    raise misunderstood(error, order) from error  # what is held is still held
            except NoAnswer as silence:
                if not broke_before(silence):
                    raise
                again = True
            found = self._present(order, reference, at)
            if not (again and untouched(found)):
                break
        return read(found, order, at)

    def _searched_or_silent(self, order: Order, at: datetime) -> Answer:
        """Raises NoAnswer."""
        if found := self._searched(order, at):
            return found
        raise NoAnswer(f"Stripe does not say what became of {order.id}", again_at(order, at))

    def _searched(self, order: Order, at: datetime) -> Answer | None:
        asked = {"query": f"metadata['payment']:'{order.id}'", "limit": 2, "expand": ["data.latest_charge"]}
        found = ask_about(order, at, lambda client: client.v1.payment_intents.search(asked)).data
        if len(found) > 1:
            log.error("Stripe has %s payment intents for %s: a person must look", len(found), order.id)
        return read(found[0], order, at) if found else None


class StripeAch(StripeRail):
    """Bank debits at Stripe: four bank days until they are known. Source: docs.stripe.com/payments/ach-direct-debit, "Timing"."""

    name = "stripe_ach"
    title = "Bank transfer"
    can_be_returned = True
    acts_within = timedelta(days=12)  # small deposits arrive after one or two bank days, and may be named within ten days

    def promise(self, at: datetime) -> Promise:
        first = at.astimezone(EASTERN).date()
        last = bankdays.add(bankdays.on_or_after(first), 4)
        clears_at = bankdays.eastern(last, time(17, 0))
        return Promise(at, clears_at, bankdays.eastern(bankdays.add(last, 1), MORNING), last, 4, holidays_between(first, last))


def _wish(order: Order) -> dict[str, Any]:
    """The same order is the same words, whenever it is asked: Stripe compares them under the key."""
    wish: dict[str, Any] = {
        "amount": order.amount_minor,
        "currency": order.currency,
        "confirm": True,
        "metadata": {"payment": order.id},
        "expand": EXPAND,
    }
    if not order.capture:
        wish["capture_method"] = "manual"
    if order.token:
        wish["payment_method"] = order.token
    if order.customer:
        wish["customer"] = order.customer
    if not order.routing_number:
        return wish | {"payment_method_types": ["card"], "return_url": settings.BASE_URL}
    wish |= {"payment_method_types": ["us_bank_account"], "mandate_data": {"customer_acceptance": {"type": "offline"}}}
    return wish if order.token else wish | {"payment_method_data": _bank_account(order)}


def _bank_account(order: Order) -> dict[str, Any]:
    numbers = {"routing_number": order.routing_number, "account_number": order.account_number, "account_holder_type": "individual"}
    return {"type": "us_bank_account", "us_bank_account": numbers, "billing_details": {"name": order.account_holder}}
