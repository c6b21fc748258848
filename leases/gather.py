"""What the rooms of this app register when Django starts."""

from directpay.due.registry import Queue
from directpay.due.registry import register as register_queue
from directpay.people.queries import VISIBLE_TO
from leases.contracts.queries import owes_on, renters_of_landlord
from leases.credits import postings as _credits  # noqa: F401 registers
from leases.deposits import postings as _deposits  # noqa: F401 registers
from leases.invariants import LEASES
from leases.receipts import postings as _receipts  # noqa: F401 registers
from leases.rent.actions.open_lease import SCHEDULE_QUEUE, extend_schedules
from leases.rent.actions.post_charges import CHARGES_QUEUE, post_charges
from ledger.journal.invariants import register_invariants
from payments.payins.queries import MAY_PAY


def register() -> None:
    register_queue(Queue(CHARGES_QUEUE, post_charges))
    register_queue(Queue(SCHEDULE_QUEUE, extend_schedules))
    if renters_of_landlord not in VISIBLE_TO:
        VISIBLE_TO.append(renters_of_landlord)
    if owes_on not in MAY_PAY:
        MAY_PAY.append(owes_on)
    register_invariants(*LEASES)
