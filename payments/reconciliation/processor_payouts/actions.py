"""Asking processors what they have paid out: what an event has told of at once, and all of it every few hours, for events get lost."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from directpay.due.actions import done, schedule
from directpay.events.unit import unit_of_work
from directpay.kernel.ids import public_id
from directpay.people.actor import SYSTEM
from directpay.sagas.actions import begin_saga
from payments.rails.base import NoAnswer
from payments.rails.processors.paid_out import PaidOut
from payments.rails.registry import PAYS_OUT, is_set_up, pays_out
from payments.reconciliation.processor_payouts.models import ProcessorPayout, ProcessorPayoutLine

PROCESSORS_QUEUE: Final = "reconciliation.processors"
EVERYTHING: Final = "all"
KIND: Final = "processor_payout"
LOOKS_BACK, LOOK_AGAIN_AFTER, ASK_AGAIN_AFTER = timedelta(days=30), timedelta(hours=6), timedelta(minutes=5)


def key_of(processor: str, reference: str) -> str:
    return f"{processor}/{reference}"


def ask_processors(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work. `keys`: `all`, or a payout, as ``stripe/po_…``. Silence is asked again; what is not understood is parked."""
    for key in keys:
        if key == EVERYTHING:
            _look_for_new(at)
            continue
        processor, _, reference = key.partition("/")
        try:
            found = pays_out(processor).paid_out(reference, at)
        except NoAnswer:
            found = None
        with unit_of_work():
            if found is None:
                schedule(PROCESSORS_QUEUE, [(key, at + ASK_AGAIN_AFTER)])
                continue
            keep(processor, found, at=at)
            done(PROCESSORS_QUEUE, [key])


def _look_for_new(at: datetime) -> None:
    found: list[str] = []
    for processor in (name for name in PAYS_OUT if is_set_up(name)):
        try:
            references = pays_out(processor).paid_since(at - LOOKS_BACK, at)
        except NoAnswer:
            continue  # in a few hours, then
        known = set(ProcessorPayout.objects.filter(processor=processor, reference__in=references).values_list("reference", flat=True))
        found += [key_of(processor, reference) for reference in references if reference not in known]
    with unit_of_work():
        schedule(PROCESSORS_QUEUE, [*((key, at) for key in found), (EVERYTHING, at + LOOK_AGAIN_AFTER)])


def keep(processor: str, told: PaidOut, *, at: datetime) -> ProcessorPayout | None:
    """Step: the payout with its parts, once, and the saga that brings it into the books. None where it is known."""
    payout = ProcessorPayout(
        public_id=public_id("ppo"),
        processor=processor,
        reference=told.reference,
        amount_minor=told.amount_minor,
        currency=told.currency,
        arrives_on=told.arrives_on,
        created_at=at,
    )
    ProcessorPayout.objects.bulk_create([payout], ignore_conflicts=True)
    kept = ProcessorPayout.objects.filter(public_id=payout.public_id).first()
    if kept is None:
        return None
    ProcessorPayoutLine.objects.bulk_create(
        ProcessorPayoutLine(
            payout=kept,
            reference=line.reference,
            kind=line.kind,
            about=line.about,
            amount_minor=line.amount_minor,
            fee_minor=line.fee_minor,
        )
        for line in told.lines
    )
    begin_saga(KIND, kept.public_id, account_ids=[], actor=SYSTEM, at=at)
    return kept
