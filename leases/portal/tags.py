"""Template tags of the pages: money, pills, dates, icons. They print; they ask nothing."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms, template
from django.forms import BoundField
from django.template.context import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from directpay.kernel import money as kernel_money
from leases.policies.queries import Policy
from leases.portal import dates, words
from leases.portal.queries.payments import Told
from leases.portal.queries.roll import LeaseRow
from leases.rent.queries import Balance
from payments.payins.models import CLEARED, LIVE, Payment, Status

register = template.Library()


@register.simple_tag
def money(minor: int, currency: str) -> SafeString:
    """`{% money row.amount_minor "usd" %}` → `$1,500.00`."""
    return words.amount(minor, currency)


@register.simple_tag
def big_money(minor: int, currency: str) -> SafeString:
    """The amount of a page: large, its cents small on the same line."""
    text = kernel_money.words(minor, currency)
    whole, dot, rest = text.partition(".")
    cents, gap, code = rest.partition(" ")
    return format_html('<span class="big m">{}<i>{}{}</i>{}{}</span>', whole, dot, cents, gap, code)


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html('<svg class="i" viewBox="0 0 24 24" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def pill(payment: Payment | words.Word, big: bool = False) -> SafeString:
    """Icon, word and tint of a payment's state, or of the word that is told of it."""
    word, size = payment if isinstance(payment, words.Word) else words.word_of(payment), " big-p" if big else ""
    if not word.state:
        return format_html('<span class="pill none{}">{}</span>', size, word.text)
    return format_html('<span class="pill{}" data-s="{}">{}{}</span>', size, word.state, icon(word.state), word.text)


@register.simple_tag
def owed_pill(status: str) -> SafeString:
    """State of something owed: outlined, without colour."""
    return format_html('<span class="pill none">{}</span>', words.owed_word(status))


@register.filter
def in_fours(number: str) -> str:
    """A card's number as it stands on the card."""
    return " ".join(number[n : n + 4] for n in range(0, len(number), 4))


@register.simple_tag
def rail(name: str) -> str:
    return words.rail_title(name)


@register.simple_tag(takes_context=True)
def day(context: Context, value: date) -> SafeString:
    """`Tue 24 Nov`, with the year when it is not this one."""
    return dates.day(value, _today(context))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime) -> SafeString:
    """`Tue 24 Nov, 9:41 am`, in the zone that the value carries."""
    return dates.moment(value, _today(context))


@register.simple_tag(takes_context=True)
def month(context: Context, value: date) -> str:
    return dates.month_text(value, _today(context))


@register.simple_tag(takes_context=True)
def charge_title(context: Context, charge: Any) -> str:
    return words.charge_title(charge, _today(context))


@register.simple_tag(takes_context=True)
def payment_title(context: Context, row: Told) -> str:
    """What a payment is for: `Rent, November`."""
    return words.title_of(row.charges, _today(context))


def _today(context: Context) -> date:
    """Where the page is about one place, that place's day."""
    return context.get("today") or context["shell"].at.date()


# --- filters, for sentences that are translated in the template ---


@register.filter
def as_day(value: date, today: date) -> SafeString:
    return dates.day(value, today)


@register.filter
def is_day(field: BoundField) -> bool:
    """Of a form's field: whether a browser offers its calendar for it."""
    return isinstance(field.field, forms.DateField)


@register.filter
def cut_to_host(address: str) -> str:
    """`app.example`, of an address that a person is sent to."""
    return urlsplit(address).netloc


@register.filter
def as_moment(value: datetime, today: date) -> SafeString:
    """`Tue 24 Nov, 9:41 am`, in the zone that the value carries."""
    return dates.moment(value, today)


@register.filter
def as_exact(value: datetime) -> str:
    """To the microsecond, as an address asks for it again."""
    return value.isoformat(sep=" ", timespec="microseconds")


@register.filter
def at_the_clock(value: datetime, now: datetime) -> SafeString:
    """`today at 4:45 pm (ET)`, in the zone that the value carries."""
    return dates.by_the_clock(value, now.date())


@register.filter
def as_distance(value: date, today: date) -> str:
    """`in 7 days`."""
    return dates.in_days(value, today)


@register.filter
def as_money(minor: int, currency: str) -> SafeString:
    return words.amount(minor, currency)


@register.filter
def as_order(policy: Policy) -> str:
    """`damages, then rent`; empty where the oldest is paid first."""
    return words.in_order(policy)


@register.filter
def negative(minor: int) -> int:
    return -minor


@register.filter
def after(balance: Balance) -> int:
    """What is owed when all that is on its way has cleared."""
    return balance.owed_minor - balance.in_flight_minor


@register.simple_tag
def times_in(row: Told, at: datetime) -> str:
    """Where the times of the page are, said once."""
    zone = dates.zone_text(at.astimezone(row.zone))
    if row.lease is None:
        return _("Times in {zone}").format(zone=zone)
    return _("Times in {city}, {zone}").format(city=row.lease.unit.property.city, zone=zone)


@register.simple_tag
def lease_truth(row: LeaseRow) -> SafeString:
    """Of one lease: the payment that is on its way or was sent back, else what is owed, else what cleared last."""
    latest, missing = row.latest, row.open_minor > row.in_flight_minor
    if latest is not None and latest.status in (*LIVE, Status.RETURNED, Status.FAILED) and (missing or latest.status in LIVE):
        return format_html("{}<small>{}</small>", pill(latest), _note(row, latest, missing))
    if missing:
        return format_html("{}<small>{}</small>", owed_pill(row.status), _since(row))
    if latest is not None and latest.status in CLEARED:
        return format_html("{}<small>{}</small>", pill(latest), dates.day(latest.completed_on or row.today, row.today))
    return format_html('<span class="pill none">{}</span>', _("Nothing owed"))


def _note(row: LeaseRow, payment: Payment, missing: bool) -> SafeString:
    if payment.status == Status.UNKNOWN:
        return conditional_escape(_("the bank has not answered"))
    if payment.status in LIVE:
        return format_html(_("by {when}"), when=dates.day(payment.expected_on, row.today))
    return _since(row) if missing else SafeString("")


def _since(row: LeaseRow) -> SafeString:
    since = row.since or row.today
    return format_html(_("due {day}, {away}"), day=dates.day(since, row.today), away=dates.in_days(since, row.today))
