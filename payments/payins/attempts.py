"""How many payments are tried and what becomes of them, counted and logged by name; `docs/operations.md` defines both.

What happened is counted after its commit, in memory alone: no payment waits for it or fails by it.
"""

from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import transaction
from django.http.response import HttpResponseBase

from directpay.api.idempotency import REPLAYED
from directpay.events.registry import Fact
from directpay.kernel.errors import DirectPayError
from directpay.kernel.instruments import Counter, Histogram
from directpay.kernel.milestones import milestone, milestones
from directpay.kernel.request_context import cause_of
from payments.rails.registry import EVERY_RAIL

# What a payment has become (event → what dashboards call it), or that none was made.
COUNTED = {
    "payment.initiated": "initiated",
    "payment.completed": "succeeded",
    "payment.failed": "failed",
    "payment.canceled": "canceled",
    "payment.returned": "returned",
}
OUTCOMES = {"payment.completed", "payment.failed", "payment.canceled"}  # one of them ends the wait of whoever pays
REFUSED, BROKEN = "refused", "error"
NO_RAIL = "none"
MILESTONES = {
    "payment.initiated": "payment_created_successfully",
    "payment.processing": "payment_submitted_to_rail",
    "payment.requires_action": "payment_waits_for_payer",
    "payment.authorized": "payment_authorized",
    "payment.captured": "payment_capture_decided",
    "payment.unknown": "payment_answer_lost",
    "payment.found": "payment_answer_found",
    "payment.completed": "payment_completed",
    "payment.settled": "payment_settled",
    "payment.failed": "payment_failed",
    "payment.canceled": "payment_canceled",
    "payment.returned": "payment_returned",
}
SECOND, MINUTE, HOUR, DAY = 1.0, 60.0, 3600.0, 86_400.0
BOUNDS = (0.5, 1, 2.5, 5, 10, 30, MINUTE, 5 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY, 7 * DAY, 14 * DAY)

REQUESTS = Counter(
    "payment_requests_total",
    "By what became of it: initiated, then succeeded, failed or canceled, perhaps returned; refused and error: no payment was made.",
    ["status", "rail"],
)
DURATION = Histogram(
    "payment_processing_duration_seconds",
    "From acceptance until the payment has succeeded, failed or was canceled, by the installation's clock.",
    ["status", "rail"],
    bounds=BOUNDS,
)
for _status in (*COUNTED.values(), REFUSED, BROKEN):
    for _rail in EVERY_RAIL:
        REQUESTS.begin(_status, _rail)


def note_reached(facts: Sequence[Fact]) -> None:
    """Hears payments' events within their transaction, and counts and logs them when it is committed."""
    reached = [(fact.type, _bounded(fact.data.get("rail")), fact, cause_of(fact.object_id)) for fact in facts]
    transaction.on_commit(partial(_count, reached), robust=True)


def _count(reached: Sequence[tuple[str, str, Fact, str]]) -> None:
    for (kind, rail), number in Tally((kind, rail) for kind, rail, _, _ in reached).items():
        if status := COUNTED.get(kind):
            REQUESTS.add(status, rail, amount=number)
        lines = [(fact.object_id, request) for k, r, fact, request in reached if (k, r) == (kind, rail)]
        milestones(MILESTONES[kind], lines, rail=rail)
    for kind, rail, fact, _ in reached:
        if kind in OUTCOMES and fact.began_at is not None:
            DURATION.observe(max(0.0, (fact.at - fact.began_at).total_seconds()), COUNTED[kind], rail)


def begin(rail: Any) -> str:
    """Somebody asks for a payment. Returns the label of the rail: what the caller has sent, if it is one."""
    name = _bounded(rail)
    milestone("payment_creation_started", rail=name)
    return name


def refuse(rail: str, *, code: str, broken: bool = False) -> None:
    """No payment was made of it: refused, or our own fault."""
    status = BROKEN if broken else REFUSED
    REQUESTS.add(status, rail)
    milestone(f"payment_{status}", rail=rail, code=code)


@contextmanager
def attempt(rail: str) -> Iterator[None]:
    """Around what a page does to make a payment: whatever it raises is counted and goes on."""
    name = begin(rail)
    try:
        yield
    except Exception as error:
        refuse(name, code=getattr(error, "code", type(error).__name__), broken=not isinstance(error, DirectPayError))
        raise


class CountsAttempts:
    """For views of the API that make payments: `attempting` says that one is tried; an answer that is an error says that none was made."""

    attempted_rail = ""

    def attempting(self, rail: Any) -> None:
        self.attempted_rail = begin(rail)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        if self.attempted_rail and answer.status_code >= 400 and REPLAYED not in answer:
            refuse(self.attempted_rail, code=str(answer.status_code), broken=answer.status_code >= 500)
        return answer


def _bounded(rail: Any) -> str:
    return rail if isinstance(rail, str) and rail in EVERY_RAIL else NO_RAIL
