"""Template tags of the pages: money, pills, dates, icons. They print; they ask nothing."""

from datetime import date, datetime
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from directpay.kernel import money as kernel_money
from leases.portal import dates, words
from leases.portal.queries.payments import Told
from payments.payins.models import Payment

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
def pill(payment: Payment, big: bool = False) -> SafeString:
    """Icon, word and tint of a payment's state."""
    word, size = words.word_of(payment), " big-p" if big else ""
    if not word.state:
        return format_html('<span class="pill none{}">{}</span>', size, word.text)
    return format_html('<span class="pill{}" data-s="{}">{}{}</span>', size, word.state, icon(word.state), word.text)


@register.simple_tag
def owed_pill(status: str) -> SafeString:
    """State of something owed: outlined, without colour."""
    return format_html('<span class="pill none">{}</span>', words.owed_word(status))


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
def in_days(context: Context, value: date) -> str:
    return dates.in_days(value, _today(context))


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
