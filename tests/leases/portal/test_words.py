"""Money, dates and states in words."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation

from directpay.kernel.money import minor_of
from leases.portal import dates, words
from leases.rent.models import Charge
from payments.payins.models import Payment, Status
from payments.rails.registry import RAILS

TODAY = date(2026, 11, 24)


def shown(template: str, **values: object) -> str:
    return Template(template).render(Context({"today": TODAY, **values}))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (150_000, "usd", "$1,500.00"),
        (0, "usd", "$0.00"),
        (-425, "usd", "−$4.25"),
        (150_000, "cad", "$1,500.00 CAD"),
        (500, "jpy", "¥500 JPY"),
    ],
)
def test_money_never_wraps_and_has_a_true_minus(minor, currency, text):
    assert shown("{% money minor currency %}", minor=minor, currency=currency) == f'<span class="m">{text}</span>'


def test_the_large_amount_has_small_cents():
    assert shown("{% big_money 153840 'usd' %}") == '<span class="big m">$1,538<i>.40</i></span>'
    assert shown("{% big_money 500 'jpy' %}") == '<span class="big m">¥500 JPY<i></i></span>'


def test_a_date_has_its_year_only_when_it_is_not_this_one():
    assert shown("{% day day %}", day=date(2026, 11, 24)) == '<time datetime="2026-11-24">Tue 24 Nov</time>'
    assert shown("{% day day %}", day=date(2027, 1, 2)) == '<time datetime="2027-01-02">Sat 2 Jan 2027</time>'


def test_spanish_writes_days_small_and_counts_to_24():
    with translation.override("es"):
        assert dates.day_text(TODAY, TODAY) == "mar 24 nov"
        assert dates.time_text(datetime(2026, 11, 24, 21, 41, tzinfo=UTC)) == "21:41"
    assert dates.time_text(datetime(2026, 11, 24, 21, 41, tzinfo=UTC)) == "9:41 pm"
    assert dates.time_text(datetime(2026, 11, 24, 0, 5, tzinfo=UTC)) == "12:05 am"


@pytest.mark.parametrize(
    ("away", "text"), [(-2, "2 days ago"), (-1, "yesterday"), (0, "today"), (1, "tomorrow"), (2, "in 2 days"), (7, "in 7 days")]
)
def test_how_far_away_a_day_is(away, text):
    assert dates.in_days(TODAY + timedelta(days=away), TODAY) == text


@pytest.mark.parametrize(("seconds", "text"), [(3, "a few seconds"), (20, "half a minute"), (60, "a minute"), (300, "5 minutes")])
def test_a_short_wait_is_said_as_a_span(seconds, text):
    assert dates.span_text(timedelta(seconds=seconds)) == text


def test_zones_are_called_as_people_call_them():
    at = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert dates.zone_text(at.astimezone(ZoneInfo("America/New_York"))) == "ET"
    assert dates.zone_text(at.astimezone(ZoneInfo("America/Los_Angeles"))) == "PT"
    assert dates.zone_text(at) == "UTC"


@pytest.mark.parametrize("status", Status.values)
def test_every_state_has_one_word_and_paid_is_none_of_them(status):
    word = words.word_of(Payment(status=status))
    assert word.text
    assert word.state in ("sent", "bank", "cleared", "returned", "unknown", "")
    assert "paid" not in word.text.lower()
    assert (word.state == "") == (status in ("failed", "canceled"))


@pytest.mark.parametrize("rail", RAILS)
def test_every_rail_has_a_name(rail):
    assert words.rail_title(rail) != rail


def test_a_charge_is_named_by_its_month_or_its_days():
    def title(first: date, last: date) -> str:
        return words.charge_title(Charge(category="rent", period_start=first, period_end=last), TODAY)

    assert title(date(2026, 11, 1), date(2026, 11, 30)) == "Rent, November"
    assert title(date(2027, 2, 1), date(2027, 2, 28)) == "Rent, February 2027"
    assert title(date(2026, 11, 15), date(2026, 11, 30)) == "Rent, 15 to 30 November"
    assert words.charge_title(Charge(category="late_fee", period_start=TODAY, period_end=TODAY), TODAY).startswith("Late fee")


def test_many_charges_are_named_by_the_first():
    november = Charge(category="rent", period_start=date(2026, 11, 1), period_end=date(2026, 11, 30))
    assert words.title_of([november] * 2, TODAY) == "Rent, November and Rent, November"
    assert words.title_of([november] * 3, TODAY) == "Rent, November and 2 more"
    assert words.title_of([], TODAY) == "Payment"


def test_a_promise_gives_the_date_first_and_its_reason(settings):
    at = datetime(2026, 11, 24, 15, tzinfo=UTC)
    said = words.promised("ach", RAILS["ach"]("calendar", 1, "").promise(at), at, ZoneInfo("America/New_York"))
    assert "Tue 1 Dec" in said.head
    assert "Four bank days." in said.reasons[0]
    assert "Thu 26 Nov</time> is a bank holiday." in said.reasons[0]


def test_a_promise_that_was_not_kept_says_by_how_much():
    assert words.against_promise(date(2026, 11, 5), date(2026, 11, 5)) == "as promised"
    assert words.against_promise(date(2026, 11, 6), date(2026, 11, 5)) == "one day late"
    assert words.against_promise(date(2026, 11, 8), date(2026, 11, 5)) == "3 days late"


@pytest.mark.parametrize(
    ("typed", "minor"), [("500", 50_000), ("$1,200.5", 120_050), (" 0.07 ", 7), ("1,2", None), ("1.234", None), ("-1", None), ("٣", None)]
)
def test_typed_amounts_are_read_to_the_cent(typed, minor):
    assert minor_of(typed, "usd") == minor
