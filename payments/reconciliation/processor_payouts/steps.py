"""From a processor's payout to money that landlords may have: it is explained, its costs are posted, our bank has it, it is settled.

Each step is one transaction; nothing of it is taken back, for the money has moved. What nobody can explain waits, and says why.
"""

from datetime import datetime, time, timedelta

from directpay.due.actions import schedule
from directpay.kernel import bankdays
from directpay.kernel.clock import EASTERN, today
from directpay.sagas.models import Saga
from directpay.sagas.registry import SagaKind, StepKind, Wait
from ledger.journal.actions import post_many
from payments.chart.drafts import postings_of
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import CLEARED, LIVE, Payment, Status
from payments.rails.processors.paid_out import REFUND_FAILURE
from payments.rails.registry import RAILS_OF
from payments.rails.timetable import bank_day_of
from payments.reconciliation.actions import Reported, record_bank_lines
from payments.reconciliation.postings import processor_fee
from payments.reconciliation.processor_payouts.actions import KIND
from payments.reconciliation.processor_payouts.models import ProcessorPayout, ProcessorPayoutLine
from payments.refunds.actions.create import REFUND_QUEUE
from payments.refunds.models import Refund

PARTS = ("payment", "refund", REFUND_FAILURE)
SOON, LATER = timedelta(hours=1), timedelta(days=1)
MORNING = time(9)


def payout_of(saga: Saga) -> ProcessorPayout:
    return ProcessorPayout.objects.get(public_id=saga.about)


def explain(saga: Saga, at: datetime) -> Wait | None:
    """Every part is a payment or a refund of ours, for as much as we have posted; and the parts add up to what is paid out."""
    payout = payout_of(saga)
    lines = list(payout.lines.order_by("id"))
    off = payout.amount_minor - sum(line.net_minor for line in lines)
    if off:
        return Wait(f"what is paid out is {off} more than its parts", at + LATER)
    known = {"rail__in": RAILS_OF[payout.processor], "rail_reference__in": [line.about for line in lines if line.about]}
    payments = {p.rail_reference: p for p in Payment.objects.filter(**known)}
    refunds = {r.rail_reference: r for r in Refund.objects.filter(**known)}
    found = [(line, (payments if line.kind == "payment" else refunds).get(line.about)) for line in lines]
    waits = [wait for line, about in found if (wait := _explain(line, about, payout, at))]
    ProcessorPayoutLine.objects.bulk_update([line for line in lines if line.item], ["item", "rail"])
    return waits[0] if waits else None


def _explain(line: ProcessorPayoutLine, about: Payment | Refund | None, payout: ProcessorPayout, at: datetime) -> Wait | None:
    if line.kind not in PARTS or about is None:
        return Wait(f"{line.kind} {line.reference}: nobody knows what it is for", at + LATER)
    if isinstance(about, Payment):
        queue, ours = RAIL_QUEUE, about.charged_minor
        under_way, done = about.status in LIVE, about.status in (*CLEARED, Status.RETURNED)
    else:
        queue, ours = REFUND_QUEUE, about.sent_minor if line.kind == REFUND_FAILURE else -about.sent_minor
        under_way, done = _standing(about, line.kind)
    if under_way:  # its event got lost: the rail is asked
        schedule(queue, [(about.public_id, at)])
        return Wait(f"{about.public_id} is {about.status}", at + SOON)
    if not done or (ours, about.currency) != (line.amount_minor, payout.currency):
        return Wait(f"{about.public_id} is {about.status}, of {ours}", at + LATER)
    line.item, line.rail = about.public_id, about.rail
    return None


def _standing(refund: Refund, kind: str) -> tuple[bool, bool]:
    """Whether the rail has more to say of it, and whether this part fits what we have posted: what came back had gone out before."""
    under_way, came_back = refund.status in Refund.UNDER_WAY, refund.status in Refund.CAME_BACK
    arrived = refund.status == Refund.Status.SUCCEEDED
    return (under_way or arrived, came_back) if kind == REFUND_FAILURE else (under_way, arrived or came_back)


def post_costs(saga: Saga, at: datetime) -> None:
    """D4, for each part, under the processor's own name of it: posted once."""
    payout = payout_of(saga)
    drafts = [
        processor_fee.draft(
            report_line=line.reference,
            item=line.item,
            rail=line.rail,
            currency=payout.currency,
            amount_minor=line.fee_minor,
            on=bank_day_of(at),
            at=at,
        )
        for line in payout.lines.order_by("id")
        if line.fee_minor > 0
    ]
    post_many(postings_of(drafts), at=at)


def receive(saga: Saga, at: datetime) -> Wait | None:
    """D5: on its day the sum stands on our bank's statement, divided as the processor reports it.

    No statement of a real bank is read yet: the processor's word is taken for it, as the simulated bank's is.
    """
    payout = payout_of(saga)
    if today(EASTERN, at) < payout.arrives_on:
        return Wait("for our bank", bankdays.eastern(payout.arrives_on, MORNING))
    lines = sorted(payout.lines.all(), key=lambda line: (line.net_minor < 0, line.id))  # what comes in first: no bank goes below zero
    told = (payout.currency, payout.arrives_on)
    parts = [(f"{payout.reference}/{line.reference}", line.rail, line.item, line.net_minor) for line in lines if line.net_minor]
    record_bank_lines([Reported("client", *part, *told) for part in parts], at=at)
    return None


def see_it_settled(saga: Saga, at: datetime) -> Wait | None:
    """Its payments are available to who was paid; the settlement itself is the payments' own. What goes into trust never is."""
    items = list(payout_of(saga).lines.values_list("item", flat=True))
    waiting = Payment.objects.filter(public_id__in=items, status=Status.COMPLETED).exclude(applies_to__pays_into="trust").count()
    return Wait(f"for {waiting} payments to be settled", at + SOON) if waiting else None


PROCESSOR_PAYOUT = SagaKind(
    KIND,
    (
        StepKind("explain", explain),
        StepKind("post_costs", post_costs, point_of_no_return=True),
        StepKind("receive", receive),
        StepKind("settle", see_it_settled),
    ),
)
