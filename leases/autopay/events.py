"""Facts about autopays and their runs: ids, dates and amounts. Only who pays hears them: how somebody pays is nobody else's business."""

from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent
from leases.autopay.models import Autopay, AutopayRun


def autopay_fact(kind: str, autopay: Autopay, *, actor: str, at: datetime) -> NewEvent:
    """``autopay.<kind>`` with the order as it stands."""
    data = {
        "id": autopay.public_id,
        "lease": autopay.lease.public_id,
        "user": autopay.user.public_id,
        "mode": autopay.mode,
        "amount": autopay.amount_minor,
        "currency": autopay.lease.currency,
        "day_of_month": autopay.day_of_month,
        "status": autopay.status,
        "reason": autopay.reason or None,
    }
    return NewEvent(f"autopay.{kind}", autopay.public_id, autopay.version, actor, at, data, [autopay.user.public_id])


def run_fact(kind: str, run: AutopayRun, *, actor: str, at: datetime, **more: Any) -> NewEvent:
    """``autopay.<kind>`` about one run: notice, skipped, paid, nothing, missed, retried, failed."""
    autopay = run.autopay
    data = {
        "id": run.public_id,
        "autopay": autopay.public_id,
        "lease": autopay.lease.public_id,
        "user": autopay.user.public_id,
        "date": run.run_on.isoformat(),
        "status": run.status,
        "reason": run.reason or None,
        "amount": run.amount_minor,
        "currency": autopay.lease.currency,
        **more,
    }
    return NewEvent(f"autopay.{kind}", run.public_id, run.version, actor, at, data, [autopay.user.public_id])
