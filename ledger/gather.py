"""What the rooms of this app register when Django starts: due queues, invariants and metrics."""

from directpay.due.registry import Queue
from directpay.due.registry import register as register_queue
from directpay.ops.metrics import register_collector
from ledger.integrity import metrics
from ledger.integrity.actions import CHECK_QUEUE, LEASE_SECONDS, check_when_due
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
    register_queue(Queue(CHECK_QUEUE, check_when_due, local=False, lease_seconds=LEASE_SECONDS, always=True))
    register_invariants(*JOURNAL)
    register_projections(*LEDGER)
    register_collector(metrics.collect)
