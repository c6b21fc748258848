"""When money is under way, our bank will show it: promise to look."""

from collections.abc import Sequence
from datetime import timedelta

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from payments.reconciliation.actions import LINES_QUEUE, OWN_LINES_QUEUE, SENT_LINES_QUEUE

DEPOSITS_LAND_AFTER = timedelta(seconds=2)


def expect_lines(events: Sequence[Fact]) -> None:
    """payment.processing, .captured, .completed, .failed, .returned → ask the bank now; it says when to ask again."""
    schedule(LINES_QUEUE, [(event.object_id, event.at) for event in events])


def expect_deposits(events: Sequence[Fact]) -> None:
    """bank_account.created → the two small deposits leave our own bank."""
    schedule(OWN_LINES_QUEUE, [(event.object_id, event.at + DEPOSITS_LAND_AFTER) for event in events])


def expect_sent_lines(events: Sequence[Fact]) -> None:
    """A payout in transit, paid, failed or returned → ask the bank now; it says when to ask again."""
    schedule(SENT_LINES_QUEUE, [(event.object_id, event.at) for event in events])
