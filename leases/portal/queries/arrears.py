"""Who is behind, and what comes next, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leases.arrears.ladder import LATE_FEE, NOTICE, REMINDER, STAFF, Step
from leases.arrears.models import ArrearsStep
from leases.arrears.queries import Behind, behind_of
from leases.contracts.models import Lease
from leases.payment_plans.models import PaymentPlan
from leases.payment_plans.queries import PartNow, live_plans, parts_now
from leases.portal import dates, words


def step_title(kind: str) -> str:
    return {REMINDER: _("Reminder"), LATE_FEE: _("Late fee"), NOTICE: _("Notice"), STAFF: _("A person looks at it")}[kind]


@dataclass(frozen=True, slots=True)
class BehindRow:
    """A party on the landlord's pages."""

    behind: Behind
    today: date

    @property
    def people(self) -> str:
        return ", ".join(self.behind.people)

    @property
    def days(self) -> str:
        count = (self.today - self.behind.since_on).days
        return ngettext("{count} day", "{count} days", count).format(count=count)

    @property
    def is_for_a_person(self) -> bool:
        """Whether the ladder has come to where a person is wanted."""
        case = self.behind.case
        return self.behind.plan is None and case is not None and any(step.kind == STAFF for step in case.steps.all())

    @property
    def steps(self) -> list[tuple[str, ArrearsStep]]:
        return [(step_title(step.kind), step) for step in self.behind.case.steps.all()] if self.behind.case else []

    @property
    def coming(self) -> SafeString:
        """`Next: Notice on Tue 8 Dec.`"""
        if self.behind.plan is not None:
            return format_html("{}", _("Stands still while the payment plan is kept."))
        if self.behind.next is None:
            return format_html("{}", _("All steps were taken."))
        rung, day = self.behind.next
        return format_html(_("Next: {step} on {day}."), step=step_title(rung.kind), day=dates.day_text(day, self.today))


def behind_rows(leases: Sequence[Lease], at: datetime, today: date) -> list[BehindRow]:
    return [BehindRow(one, today) for one in behind_of(leases, at)]


@dataclass(frozen=True, slots=True)
class PlanNow:
    """A plan that is proposed or kept, with how its parts stand."""

    plan: PaymentPlan
    parts: list[PartNow]

    @property
    def is_proposed(self) -> bool:
        return self.plan.status == PaymentPlan.Status.PROPOSED

    @property
    def open_minor(self) -> int:
        return sum(part.open_minor for part in self.parts)

    @property
    def rows(self) -> list[tuple[str, PartNow]]:
        said = {
            "paid": _("Paid"),
            "partially_paid": _("Paid in part"),
            "due": _("Due"),
            "missed": _("Missed"),
            "upcoming": _("To come"),
        }
        return [(said[part.state], part) for part in self.parts]


def plans_of(lease: Lease, party_ids: Sequence[int], at: datetime) -> list[PlanNow]:
    """Of these parties of the lease, what is proposed or kept."""
    plans = [plan for _, plan in sorted(live_plans(party_ids).items()) if plan.lease_id == lease.id]
    now = parts_now(plans, at)
    return [PlanNow(plan, now[plan.id]) for plan in plans]


def ladder_words(steps: Sequence[Step]) -> list[str]:
    """`Reminder, 3 days after the due date.`"""
    found = []
    for step in steps:
        title = step_title(step.kind)
        if step.days_after_due is None:
            found.append(_("{step}, when the lease asks for it.").format(step=title))
            continue
        said = ngettext("{step}, {count} day after the due date.", "{step}, {count} days after the due date.", step.days_after_due)
        found.append(said.format(step=title, count=step.days_after_due))
    return found


@dataclass(frozen=True, slots=True)
class WhatNext:
    """On the renter's page: since when something is overdue, and what happens next, in plain words."""

    overdue_minor: int
    since_on: date
    said: SafeString
    has_plan: bool
    is_proposed: bool


def what_next(lease: Lease, party_id: int, at: datetime, today: date) -> WhatNext | None:
    """None where nothing is overdue."""
    one = next((one for one in behind_of([lease], at) if one.party.id == party_id), None)
    if one is None:
        return None
    plan = live_plans([party_id]).get(party_id)
    proposed = plan is not None and plan.status == PaymentPlan.Status.PROPOSED
    return WhatNext(one.overdue_minor, one.since_on, _said(one, today), plan is not None, proposed)


def _said(one: Behind, today: date) -> SafeString:
    if one.plan is not None:
        return format_html("{}", _("You have a payment plan: nothing happens while you keep it."))
    if one.next is None:
        return format_html("{}", _("A person looks at it now. Speak with your landlord, or ask for a payment plan."))
    rung, on = one.next
    day = words.upper_first(SafeString(dates.day_text(on, today)))
    said = {
        REMINDER: _("On {day} we send you a reminder."),
        LATE_FEE: _("On {day} the late fee of your lease may be added."),
        NOTICE: _("On {day} you get a notice from your landlord."),
        STAFF: _("On {day} a person looks at it, and may call you."),
    }[rung.kind]
    return format_html(said, day=day)
