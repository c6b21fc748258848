"""Autopays that an actor may see: its own, or all for staff. A landlord sees of a lease only that it is on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet

from directpay.kernel.errors import Conflict
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.ways import Way, seen_by
from leases.autopay.models import Autopay, AutopayAttempt, AutopayRun
from leases.contracts.models import Lease


class CustomerHasAutopay(Conflict):
    """An autopay of theirs is on, or paused (409)."""

    code = "customer_has_autopay"


RELATED = ("lease__unit__property__payee", "user", "party__account", "bank_account", "backup_account", "mandate", "backup_mandate")


def with_next_run() -> QuerySet[Autopay]:
    """Each with what is needed to show it; its planned run is `planned`."""
    planned = AutopayRun.objects.filter(status=AutopayRun.Status.PLANNED)
    return Autopay.objects.select_related(*RELATED).prefetch_related(Prefetch("runs", planned, to_attr="planned"))


def ways_to_autopays(actor: Actor) -> list[Way] | None:
    return None if actor.may_see_all else [Way("user", actor.user_id)]


def visible_autopays(actor: Actor) -> QuerySet[Autopay]:
    return seen_by(with_next_run(), ways_to_autopays(actor))


def next_run(autopay: Autopay) -> AutopayRun | None:
    """Of one from `with_next_run`."""
    planned: list[AutopayRun] = getattr(autopay, "planned", [])
    for run in planned:
        run.autopay = autopay
    return planned[0] if planned else None


def runs_of(autopay: Autopay, limit: int = 50) -> list[AutopayRun]:
    """Newest first, each with its attempts and their payments."""
    attempts = AutopayAttempt.objects.select_related("payment").order_by("number")
    return list(autopay.runs.prefetch_related(Prefetch("attempts", attempts)).order_by("-run_on")[:limit])


def is_on(lease: Lease) -> bool:
    """Whether anybody on the lease pays by itself: all that a landlord learns of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leases_autopay_is_on(%s)", [lease.id])
        return bool(cursor.fetchone()[0])


BEFORE = """
SELECT DISTINCT ON (autopay_id) autopay_id, amount_minor FROM leases_autopayrun
WHERE autopay_id = ANY(%s) AND amount_minor IS NOT NULL ORDER BY autopay_id, run_on DESC
"""


def amounts_before(runs: Sequence[AutopayRun]) -> dict[int, Any]:
    """Autopay id → what its last run paid; of those that have a cap in percent."""
    asked = [run.autopay_id for run in runs if run.autopay.cap_percent is not None]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [asked])
        return dict(cursor.fetchall())


def check_pays_by_hand(user: User, actor: Actor, at: datetime) -> None:
    """For customers.queries.KEPT_BY. Raises CustomerHasAutopay."""
    standing = Autopay.objects.filter(user=user).exclude(status=Autopay.Status.CANCELED).order_by("id").first()
    if standing is not None:
        raise CustomerHasAutopay("This customer's autopay is on: turn it off first.", autopay=standing.public_id)
