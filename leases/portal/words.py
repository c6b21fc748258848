"""The words for states, rails and promises. A state has six words; what is owed has its own. Nothing is "paid" before it has cleared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from directpay.kernel import money
from leases.policies.models import PaymentPolicy
from leases.policies.queries import Policy
from leases.portal import dates
from leases.rent.models import Charge
from leases.rent.postings import LATE_FEE, RECLAIMED, RETURNED_FEE
from payments.payins.models import Payment, Status
from payments.rails.base import Promise
from payments.rails.registry import BY_WALLET

QUICK = timedelta(minutes=10)  # said as a span, not as a date
TITLES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Word:
    """`state` chooses colour and icon; empty: outlined, no money moved."""

    state: str
    text: str


def word_of(payment: Payment) -> Word:
    """The one word for a payment."""
    if payment.amount_refunded == payment.amount_minor:
        return Word("refunded", _("Refunded"))
    status = payment.status
    if status in (Status.COMPLETED, Status.SETTLED):
        return Word("cleared", _("Cleared"))
    if status == Status.AUTHORIZED:
        return Word("bank", _("Promised"))
    if status == Status.PROCESSING:
        return Word("bank", _("At PayPal") if payment.rail in BY_WALLET else _("At the bank"))
    if status == Status.RETURNED:
        return Word("returned", _("Returned"))
    if status == Status.UNKNOWN:
        return Word("unknown", _("Not known yet"))
    if status == Status.FAILED:
        return Word("", _("Not taken"))
    if status == Status.CANCELED:
        return Word("", _("Canceled"))
    return Word("sent", _("Sent, needs you") if status == Status.REQUIRES_ACTION else _("Sent"))


def owed_word(status: str) -> str:
    """For a row of the schedule."""
    words = {
        "paid": _("Paid"),
        "partially_paid": _("Part paid"),
        "due": _("Due"),
        "late": _("Late"),
        "scheduled": _("Not due yet"),
    }
    return words[status]


def amount(minor: int, currency: str) -> SafeString:
    """`$1,500.00`, never wrapped."""
    return format_html('<span class="m">{}</span>', money.words(minor, currency))


def rail_title(rail: str) -> str:
    titles = {
        "ach": _("Bank transfer"),
        "same_day_ach": _("Same-day bank transfer"),
        "instant": _("Instant"),
        "wire": _("Wire"),
        "card": _("Card"),
        "stripe": _("Card"),
        "stripe_ach": _("Bank transfer"),
        "paypal": "PayPal",
    }
    return titles.get(rail, rail)


def category(name: str) -> str:
    """What a charge is for."""
    known = {
        "rent": _("Rent"),
        "utilities": _("Utilities"),
        "damages": _("Damages"),
        "other": _("Other"),
        "fee": _("Fee"),
        "deposit": _("Deposit"),
    }
    return known.get(name) or name.replace("_", " ").capitalize()


def in_order(policy: Policy) -> str:
    """What money pays first, to go on with inside a sentence: `damages, then rent`. Empty where it is the oldest, whatever it is."""
    return _(", then ").join(_ranked(policy))


def paid_first(policy: Policy) -> str:
    """The same beside what is paid: `damages first, then rent`, or `oldest first`."""
    ranked = _ranked(policy)
    return _(", then ").join([_("{what} first").format(what=ranked[0]), *ranked[1:]]) if ranked else _("oldest first")


def _ranked(policy: Policy) -> list[str]:
    return [category(name).lower() for name in policy.categories] if policy.order == PaymentPolicy.Order.CATEGORIES else []


def charge_title(charge: Charge, today: date) -> str:
    """`Rent, November`; the days where it is not a whole month; for what was added by hand, the words it was given."""
    if charge.posted_as == LATE_FEE:
        return _("Late fee: rent was due {day}").format(day=dates.day_text(charge.period_start, today))
    if charge.posted_as == RETURNED_FEE:
        return _("Fee: payment of yours came back {day}").format(day=dates.day_text(charge.period_start, today))
    if charge.posted_as == RECLAIMED:
        return _("Deposit: your bank took the payment back {day}").format(day=dates.day_text(charge.due_on, today))
    if not charge.scheduled:
        return charge.description or category(charge.category)
    first, last = charge.period_start, charge.period_end
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        return _("{what}, {month}").format(what=category(charge.category), month=dates.month_text(first, today))
    month = dates.month_text(last, today)
    return _("{what}, {first} to {last} {month}").format(what=category(charge.category), first=first.day, last=last.day, month=month)


def title_of(charges: Sequence[Charge], today: date) -> str:
    """What a payment is for, in the order of its claims."""
    names = [charge_title(charge, today) for charge in charges]
    if not names:
        return _("Payment")
    if len(names) <= TITLES_SHOWN:
        return _(" and ").join(names)
    return _("{first} and {count} more").format(first=names[0], count=len(names) - 1)


def listing(items: Sequence[SafeString | str]) -> SafeString:
    return format_html_join(", ", "{}", ((item,) for item in items))


def counted(number: int) -> str:
    words = [_("No"), _("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six"), _("Seven"), _("Eight"), _("Nine"), _("Ten")]
    return words[number] if number < len(words) else str(number)


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise in words: the date first, the reason after it."""

    head: SafeString
    reasons: list[SafeString]


def promised(rail: str, promise: Promise, at: datetime, zone: ZoneInfo) -> Promised:
    """What an order placed at `at` may count on, and why."""
    today = at.astimezone(zone).date()
    wait = promise.clears_at - at
    if not promise.bank_days and wait <= QUICK:
        return Promised(format_html(_("Clears within {span}"), span=dates.span_text(wait)), _quick_reasons(rail))
    leaves = dates.by_the_clock(promise.leaves_at.astimezone(zone), today)
    reasons = [format_html(_("It goes to the bank {when}."), when=leaves)]
    if promise.bank_days:
        return Promised(format_html(_("Clears {day}"), day=dates.day(promise.clears_on, today)), [_bank_days(promise, today), *reasons])
    clears = promise.clears_at.astimezone(zone)
    return Promised(format_html(_("Clears {when}"), when=dates.by_the_clock(clears, today)), reasons)


def _quick_reasons(rail: str) -> list[SafeString]:
    if rail == "paypal":
        return [conditional_escape(_("You approve it at PayPal. Nothing is taken before that."))]
    if rail == "instant":
        return [conditional_escape(_("Day and night. It cannot be called back once sent."))]
    return [conditional_escape(_("The simulated bank needs seconds where a bank needs days."))]


def _bank_days(promise: Promise, today: date) -> SafeString:
    count = promise.bank_days
    said = _("One bank day.") if count == 1 else _("{count} bank days.").format(count=counted(count))
    return format_html("{} {}", said, holidays(promise, today))


def holidays(promise: Promise, today: date) -> SafeString:
    """Why it takes as long as it does."""
    if not promise.closed_on:
        return SafeString("")
    closed = listing([dates.day(day, today) for day in promise.closed_on])
    if len(promise.closed_on) == 1:
        return format_html(_("{closed} is a bank holiday."), closed=closed)
    return format_html(_("{closed} are bank holidays."), closed=closed)


def lower_first(said: SafeString) -> SafeString:
    """To go on with inside a sentence."""
    return SafeString(said[:1].lower() + said[1:])


def upper_first(said: SafeString) -> SafeString:
    """To begin with."""
    return SafeString(said[:1].upper() + said[1:])


def against_promise(completed_on: date, expected_on: date) -> str:
    """What became of the promise, beside what happened."""
    late = (completed_on - expected_on).days
    if late <= 0:
        return _("as promised")
    return _("one day late") if late == 1 else _("{count} days late").format(count=late)
