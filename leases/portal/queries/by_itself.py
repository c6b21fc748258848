"""A renter's autopay on one lease, in words: what happens next, with date and amount, and what has happened."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from leases.autopay.actions.planning import days_of
from leases.autopay.dates import NOTICE_DAYS
from leases.autopay.expected import expected_minor
from leases.autopay.models import Autopay, AutopayRun
from leases.autopay.queries import next_run, runs_of, with_next_run
from leases.contracts.models import Lease

SHOWN = 12  # runs, the latest


@dataclass(frozen=True, slots=True)
class Coming:
    """The next run: `amount_minor` is what it pays if nothing else happens."""

    run_on: date
    amount_minor: int
    notices: list[date]  # those that are still to come


@dataclass(frozen=True, slots=True)
class RunRow:
    run: AutopayRun

    @property
    def state(self) -> str:
        """What became of it, in a word or two."""
        return {
            "skipped": _("Skipped"),
            "nothing": _("Nothing to pay"),
            "missed": _("Not paid"),
            "paying": _("Paid"),
            "failed": _("Failed"),
        }.get(self.run.status, self.run.status)

    @property
    def why(self) -> str:
        return reason_text(self.run.reason) if self.run.status != "skipped" else ""


@dataclass(frozen=True, slots=True)
class ByItself:
    """Of one home: nothing where it is off."""

    autopay: Autopay | None
    coming: Coming | None
    reason: str


def by_itself(lease: Lease, user_id: int, today: date) -> ByItself:
    standing = autopay_of(lease, user_id)
    if standing is None:
        return ByItself(None, None, "")
    return ByItself(standing, coming(standing, today), reason_text(standing.reason))


def autopay_of(lease: Lease, user_id: int) -> Autopay | None:
    """The one that is on, or paused."""
    return with_next_run().filter(lease=lease, user_id=user_id).exclude(status=Autopay.Status.CANCELED).first()


def coming(autopay: Autopay, today: date) -> Coming | None:
    """Of an autopay that stands, or of one that is only thought of."""
    run = next_run(autopay) if autopay.pk else None
    if run is None:
        first = days_of(autopay).after(today)
        if first is None:
            return None
        run = AutopayRun(autopay=autopay, run_on=first)
    days = [run.run_on - timedelta(days=days) for days in NOTICE_DAYS]
    return Coming(run.run_on, expected_minor([run])[0], [day for day in days if day > today])


def past(autopay: Autopay) -> list[RunRow]:
    return [RunRow(run) for run in runs_of(autopay, SHOWN) if run.status != AutopayRun.Status.PLANNED]


def reason_text(reason: str) -> str:
    """Why nothing was paid, or why autopay is paused: to whoever pays."""
    said = {
        "requested": _("you asked for it"),
        "paused": _("autopay was paused"),
        "paused_by_staff": _("our staff paused it"),
        "nothing_owed": _("nothing was owed"),
        "on_its_way": _("it was on its way already"),
        "amount_too_small": _("the rest was too small to send"),
        "over_cap": _("it was more than the most that you allow"),
        "bank_account_not_verified": _("the bank account cannot be used"),
        "mandate_revoked": _("you took back the permission to debit"),
        "lease_ended": _("the lease has ended"),
        "failed": _("the bank did not pay, the last time too"),
        "account_closed": _("the bank says that the account is closed"),
        "R01": _("there was not enough in the account"),
        "R09": _("there was not enough in the account"),
    }
    return said.get(reason, reason and _("the bank refused it"))
