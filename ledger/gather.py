"""What the rooms of this app register when Django starts: due queues and invariants."""

from directpay.due.registry import Queue
from directpay.due.registry import register as register_queue
from ledger.journal.actions.holds import EXPIRY_QUEUE, expire_holds
from ledger.journal.actions.watermarks import CHECKPOINT_QUEUE, keep_checkpoints
from ledger.journal.invariants import JOURNAL, register_invariants
from ledger.seals.actions import QUEUE as SEALS_QUEUE
from ledger.seals.actions import seal_due
from ledger.seals.projections import LEDGER, register_projections


def register() -> None:
    register_queue(Queue(EXPIRY_QUEUE, expire_holds))
    register_queue(Queue(CHECKPOINT_QUEUE, keep_checkpoints, always=True))
    register_queue(Queue(SEALS_QUEUE, seal_due, always=True))
    register_invariants(*JOURNAL)
    register_projections(*LEDGER)
