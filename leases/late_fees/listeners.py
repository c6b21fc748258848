"""A charge that falls due may come late; a payment or cheque that came back had made one look paid. Heard at once: work is promised."""

from collections.abc import Sequence
from typing import Final

from directpay.due.actions import schedule_found
from directpay.events.registry import Fact
from directpay.kernel.arrays import texts
from leases.late_fees.actions.assess import ASSESS_QUEUE
from leases.late_fees.actions.returned import RETURNED_QUEUE

CHARGES: Final = "SELECT j.public_id, j.judged_at FROM leases_judged(%s::text[], '{}') j"
PAYMENTS: Final = """
SELECT p.public_id, %s::timestamptz FROM payments_payment p JOIN leases_party y ON y.account_id = p.applies_to_id
WHERE p.public_id = ANY(%s::text[]) AND EXISTS (SELECT FROM leases_latefeepolicy q WHERE q.lease_id = y.lease_id)
"""
RECEIPTS: Final = """
SELECT r.public_id, %s::timestamptz FROM leases_receipt r
WHERE r.public_id = ANY(%s::text[]) AND EXISTS (SELECT FROM leases_latefeepolicy q WHERE q.lease_id = r.lease_id)
"""


def judge_after_grace(events: Sequence[Fact]) -> None:
    """charge.due → the day after its grace, where its lease asks something for lateness. One statement for a set, and no round trip."""
    schedule_found(ASSESS_QUEUE, CHARGES, [texts(event.object_id for event in events)])


def judge_what_it_paid(events: Sequence[Fact]) -> None:
    """payment.returned, .failed, .canceled, .captured → at once."""
    schedule_found(RETURNED_QUEUE, PAYMENTS, [events[0].at, texts(event.object_id for event in events)])


def judge_what_the_cheque_paid(events: Sequence[Fact]) -> None:
    """receipt.bounced → at once."""
    schedule_found(RETURNED_QUEUE, RECEIPTS, [events[0].at, texts(event.object_id for event in events)])
