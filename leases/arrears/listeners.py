"""What falls due may come to be overdue; money that came ends a case, money that came back begins one. Heard at once: a look is promised,
in one statement for a set."""

from collections.abc import Sequence
from typing import Final

from directpay.due.actions import schedule_found
from directpay.events.registry import Fact
from directpay.kernel.arrays import texts
from leases.arrears.actions.look import ARREARS_QUEUE
from leases.arrears.ladder import STANDARD, first_days

# By the policy in force on the due date; what is looked at too early looks again. A debt of before counts from the day of its recording.
DUE: Final = """
SELECT c.public_id, (greatest(c.due_on, (timezone(h.timezone, coalesce(c.created_at, l.created_at)))::date)
    + coalesce(p.first_days, %s))::timestamp AT TIME ZONE h.timezone
FROM leases_charge c JOIN leases_lease l ON l.id = c.lease_id JOIN leases_unit u ON u.id = l.unit_id
JOIN leases_property h ON h.id = u.property_id
LEFT JOIN LATERAL (
    SELECT q.first_days FROM leases_arrearspolicy q WHERE q.payee_id = h.payee_id AND q.from_on <= c.due_on
    ORDER BY q.from_on DESC, q.id DESC LIMIT 1
) p ON true
WHERE c.public_id = ANY(%s::text[])
"""
FEES: Final = DUE.replace("WHERE c.public_id", "JOIN leases_latefee f ON f.fee_charge_id = c.id WHERE f.public_id")
# Those of whose account a case is open, or all.
PAYMENTS: Final = """
SELECT a.public_id, %s::timestamptz FROM payments_payment m JOIN leases_party y ON y.account_id = m.applies_to_id
JOIN ledger_account a ON a.id = y.account_id WHERE m.public_id = ANY(%s::text[])
    AND (%s OR EXISTS (SELECT FROM leases_arrearscase k WHERE k.party_id = y.id AND k.closed_on IS NULL)) GROUP BY a.public_id
"""
LEASES: Final = """
SELECT a.public_id, %s::timestamptz FROM leases_lease l JOIN leases_party y ON y.lease_id = l.id
JOIN ledger_account a ON a.id = y.account_id WHERE l.public_id = ANY(%s::text[])
    AND (%s OR EXISTS (SELECT FROM leases_arrearscase k WHERE k.party_id = y.id AND k.closed_on IS NULL))
"""


def look_after_the_first_days(events: Sequence[Fact]) -> None:
    """charge.due → the day of the first step."""
    schedule_found(ARREARS_QUEUE, DUE, [first_days(STANDARD), texts(event.object_id for event in events)])


def look_at_fees(events: Sequence[Fact]) -> None:
    """late_fee.assessed → the same, of the charge by which the fee is owed."""
    schedule_found(ARREARS_QUEUE, FEES, [first_days(STANDARD), texts(event.object_id for event in events)])


def look_at_what_was_paid(events: Sequence[Fact]) -> None:
    """payment.completed → at once, where a case is open."""
    schedule_found(ARREARS_QUEUE, PAYMENTS, [events[0].at, texts(event.object_id for event in events), False])


def look_at_what_came_back(events: Sequence[Fact]) -> None:
    """payment.returned, .failed, .canceled, .captured → at once: while they flew, what they would have paid was not overdue."""
    schedule_found(ARREARS_QUEUE, PAYMENTS, [events[0].at, texts(event.object_id for event in events), True])


def look_at_what_was_given_back(events: Sequence[Fact]) -> None:
    """refund.created, refund.failed, refund.returned, refund.canceled → at once: what it paid is owed again, or is paid after all."""
    schedule_found(ARREARS_QUEUE, PAYMENTS, [events[0].at, texts(sorted({event.data["payment"] for event in events})), True])


def look_at_what_was_done_by_hand(events: Sequence[Fact]) -> None:
    """Receipts, credits, waivers, deductions, whose facts name their lease → at once, where a case is open."""
    schedule_found(ARREARS_QUEUE, LEASES, [events[0].at, texts(sorted({event.data["lease"] for event in events})), False])


def look_at_what_is_owed_again(events: Sequence[Fact]) -> None:
    """Cheques that bounced, debts that were asked for again, plans that ended → at once."""
    schedule_found(ARREARS_QUEUE, LEASES, [events[0].at, texts(sorted({event.data["lease"] for event in events})), True])


def look_at_transfers(events: Sequence[Fact]) -> None:
    """party.transferred, lease.transferred → at once, on the lease that a debt left and on the one to which it went."""
    named = {name for event in events for name in (event.data["lease"], event.data["left_lease"]) if name}
    schedule_found(ARREARS_QUEUE, LEASES, [events[0].at, texts(sorted(named)), True])
