"""Checking the books: every day, and whenever somebody asks. It reads every entry, so it is work for the background."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from directpay.due.actions import done, schedule
from directpay.due.models import Due
from directpay.events.unit import unit_of_work
from directpay.people.actor import Actor, system
from ledger.integrity.models import Check
from ledger.integrity.queries import saved
from ledger.journal.invariants import check_invariants

log = logging.getLogger(__name__)
CHECK_QUEUE: Final = "ledger.check"
DAILY: Final = "all"  # the key under which upkeep is promised
EVERY: Final = timedelta(days=1)
WORKER_SECONDS: Final = 90.0  # below the time limit of its tasks: what takes longer fails, is parked, and is for the command line
LEASE_SECONDS: Final = 300


def check_books(*, asked_by: str, at: datetime, seconds: float | None = None) -> Check:
    """Ask every invariant, and keep what each said; `asked_by` is the label of an actor. Raises OperationalError after `seconds`.

    Each question is one statement and sees one moment; together they take no lock and hold up nobody.
    """
    findings = check_invariants(seconds=seconds)
    for finding in findings:
        if finding.broken:
            log.error("%s is broken in %s rows, by %s: %s", finding.code, finding.rows, finding.off_minor, finding.sentence)
    count = Counter(finding.state for finding in findings)
    with unit_of_work():
        return Check.objects.create(
            at=at,
            asked_by=asked_by,
            holds=count["holds"],
            broken=count["broken"],
            not_applicable=count["not_applicable"],
            findings=[saved(finding) for finding in findings],
        )


def ask_for_check(*, actor: Actor, at: datetime) -> None:
    """Have the worker check the books at once; asking twice before it does is asking once."""
    with unit_of_work():
        schedule(CHECK_QUEUE, [(actor.label, at)])


def is_asked_for() -> bool:
    """Whether somebody waits for a check that has not been made."""
    return Due.objects.filter(queue=CHECK_QUEUE, parked_at=None).exclude(key=DAILY).exists()


def check_when_due(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: one check answers everybody who asked; the daily one promises the next."""
    asked = sorted(key for key in keys if key != DAILY)
    check_books(asked_by=asked[0] if asked else system("daily").label, at=at, seconds=WORKER_SECONDS)
    with unit_of_work():
        done(CHECK_QUEUE, keys)
        if DAILY in keys:
            schedule(CHECK_QUEUE, [(DAILY, at + EVERY)])
