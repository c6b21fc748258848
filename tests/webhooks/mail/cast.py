"""Rows and mails as these tests read them."""

from collections.abc import Iterator
from contextlib import contextmanager

from directpay.due.models import Due
from directpay.due.registry import QUEUES
from tests.world import World
from webhooks.mail.actions.deliver import send_mail
from webhooks.mail.actions.write import SEND_QUEUE
from webhooks.mail.models import Message

BOB, ALICE = "bob@example.com", "alice@example.com"


def row(kind: str, **more: object) -> Message:
    return Message.objects.get(kind=kind, **more)


def states(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("id").values_list("state", flat=True))


def promised() -> list[str]:
    """What is still to be sent."""
    return list(Due.objects.filter(queue=SEND_QUEUE).order_by("key").values_list("key", flat=True))


def paid(w: World, name: str = "bob", rail: str = "instant") -> Message:
    """A receipt that is written, and not yet sent: the work that sends it was not done."""
    renter = w.bob if name == "bob" else w.person(name, "renter")
    payment = w.pay(w.lease(renter), rail, source=w.account(renter))
    with nobody_sends():
        w.until(payment, "settled")
        w.work()
    return row("payment_receipt", about=payment.public_id)


def send(*messages: Message, w: World) -> None:
    """As the due queue does, for these alone."""
    send_mail([message.public_id for message in messages], w.now)


@contextmanager
def nobody_sends() -> Iterator[None]:
    """While something else is arranged, the queue is away; what is due waits."""
    away = QUEUES.pop(SEND_QUEUE)
    try:
        yield
    finally:
        QUEUES[SEND_QUEUE] = away


def fresh(message: Message) -> Message:
    return Message.objects.select_related("user").get(id=message.id)
