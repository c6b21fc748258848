"""What the rooms of this app register when Django starts: kinds of account and posting, due queues, listeners, invariants."""

from directpay.due.registry import Queue
from directpay.due.registry import register as register_queue
from directpay.events.registry import promise
from directpay.sagas.registry import register_saga
from ledger.journal.invariants import register_invariants
from ledger.seals.projections import register_projections
from payments.disputes import postings as _disputes  # noqa: F401 registers
from payments.intents.events import PROJECTION as INTENTS
from payments.invariants import PAYMENTS
from payments.methods.actions import EXPIRY_QUEUE, expire_verifications
from payments.methods.resealing import RESEAL_QUEUE, reseal
from payments.payins.actions.cancel import tell_the_processor
from payments.payins.actions.capture import CAPTURE_QUEUE, VOID_QUEUE, expire_authorizations
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.actions.submit import work_on_rail
from payments.payins.attempts import MILESTONES, note_reached
from payments.payins.events import PROJECTION
from payments.payouts.actions.create import PAYOUT_QUEUE
from payments.payouts.actions.send import sent_orders, work_on_payouts
from payments.payouts.actions.settle import SETTLE_QUEUE, settle_payments
from payments.payouts.events import PROJECTION as PAYOUTS
from payments.payouts.listeners import settle_when_paid, settle_when_ready
from payments.payouts.models import Payout
from payments.payouts.queries import given_back_of
from payments.pricing import postings as _pricing  # noqa: F401 registers
from payments.reconciliation.actions import (
    LINES_QUEUE,
    OWN_LINES_QUEUE,
    SENT,
    SENT_LINES_QUEUE,
    fetch_lines,
    fetch_sent_lines,
    post_own_lines,
)
from payments.reconciliation.listeners import expect_deposits, expect_lines, expect_sent_lines
from payments.reconciliation.processor_payouts.actions import PROCESSORS_QUEUE, ask_processors
from payments.reconciliation.processor_payouts.steps import PROCESSOR_PAYOUT
from payments.refunds.actions.create import REFUND_QUEUE
from payments.refunds.actions.send import sent_refunds, work_on_refunds
from payments.refunds.events import PROJECTION as REFUNDS
from payments.refunds.queries import ALSO_BY
from payments.retries.actions import RETRY_QUEUE, tell_due
from payments.returns.actions import WATCH_QUEUE, watch_for_returns
from payments.returns.listeners import look_before_they_leave, void, watch
from payments.returns.voiding import VOID_QUEUE as MANDATES_QUEUE
from payments.returns.voiding import void_after_returns
from payments.setup_intents.actions.answers import work_on_setups
from payments.setup_intents.actions.change import SETUP_QUEUE
from payments.setup_intents.events import PROJECTION as SETUPS
from payments.setup_intents.listeners import go_on
from payments.subscriptions import postings as _subscriptions  # noqa: F401 registers


def register() -> None:
    register_queue(Queue(RAIL_QUEUE, work_on_rail, local=False, lease_seconds=15))
    register_queue(Queue(CAPTURE_QUEUE, expire_authorizations))
    register_queue(Queue(VOID_QUEUE, tell_the_processor, local=False, lease_seconds=15))
    register_queue(Queue(LINES_QUEUE, fetch_lines, local=False, lease_seconds=15))
    register_queue(Queue(OWN_LINES_QUEUE, post_own_lines))
    register_queue(Queue(PAYOUT_QUEUE, work_on_payouts, local=False, lease_seconds=15))
    register_queue(Queue(REFUND_QUEUE, work_on_refunds, local=False, lease_seconds=15))
    register_queue(Queue(SENT_LINES_QUEUE, fetch_sent_lines, local=False, lease_seconds=15))
    register_queue(Queue(PROCESSORS_QUEUE, ask_processors, local=False, lease_seconds=60, always=True))
    register_saga(PROCESSOR_PAYOUT)
    register_queue(Queue(SETTLE_QUEUE, settle_payments))
    register_queue(Queue(WATCH_QUEUE, watch_for_returns, local=False, lease_seconds=15))
    register_queue(Queue(MANDATES_QUEUE, void_after_returns))
    register_queue(Queue(RETRY_QUEUE, tell_due))
    register_queue(Queue(EXPIRY_QUEUE, expire_verifications))
    register_queue(Queue(SETUP_QUEUE, work_on_setups, local=False, lease_seconds=15))
    register_queue(Queue(RESEAL_QUEUE, reseal, always=True))
    promise("payment.processing", "payment.captured", "payment.completed", "payment.failed", "payment.returned", hear=expect_lines)
    promise(*MILESTONES, hear=note_reached)
    for sent in (sent_orders, sent_refunds):
        if sent not in SENT:
            SENT.append(sent)
    if given_back_of not in ALSO_BY:
        ALSO_BY.append(given_back_of)
    told = [f"{purpose}.{kind}" for purpose in Payout.Purpose.values for kind in ("in_transit", "paid", "failed", "returned")]
    promise(*told, *(f"refund.{kind}" for kind in ("submitted", "succeeded", "returned")), hear=expect_sent_lines)
    promise("bank_account.created", hear=expect_deposits)
    proven = ("verified", "verification_failed", "errored", "detached")
    promise(*(f"bank_account.{kind}" for kind in proven), hear=go_on)
    promise("payment.completed", hear=watch)
    promise("payment.failed", "payment.returned", hear=void)
    promise("mandate.revoked", hear=look_before_they_leave)
    promise("payment.completed", hear=settle_when_ready)
    promise("bank_line.posted", hear=settle_when_paid)
    register_invariants(*PAYMENTS)
    register_projections(PROJECTION, INTENTS, SETUPS, PAYOUTS, REFUNDS)
