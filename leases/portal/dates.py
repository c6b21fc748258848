"""Days and times as a person reads them: `Tue 24 Nov`, the year only when it is not this one, the zone where it can be mistaken."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

SOON = timedelta(seconds=90)
ZONES = {"EST": "ET", "EDT": "ET", "CST": "CT", "CDT": "CT", "MST": "MT", "MDT": "MT", "PST": "PT", "PDT": "PT"}


def _name(names: Any, key: int) -> str:
    """English writes days and months with a capital, Spanish without."""
    name = str(names[key]).rstrip(".")
    return name.lower() if get_language() == "es" else name[:1].upper() + name[1:]


def day_text(day: date, today: date) -> str:
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_name(WEEKDAYS_ABBR, day.weekday())} {day.day} {_name(MONTHS_3, day.month)}{year}"


def day(value: date, today: date) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), day_text(value, today))


def month_text(value: date, today: date) -> str:
    """November; with the year when it is not this one."""
    return _name(MONTHS, value.month) + ("" if value.year == today.year else f" {value.year}")


def time_text(at: datetime) -> str:
    """`9:41 am`; Spanish counts to 24."""
    if get_language() == "es":
        return f"{at.hour}:{at.minute:02d}"
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"


def zone_text(at: datetime) -> str:
    name = at.tzname() or ""
    return ZONES.get(name, name)


def moment(at: datetime, today: date) -> SafeString:
    """Day and time, in the zone that `at` carries."""
    return format_html('<time datetime="{}">{}, {}</time>', at.isoformat(timespec="seconds"), day_text(at.date(), today), time_text(at))


def by_the_clock(at: datetime, today: date) -> SafeString:
    """Day, time and zone: `today at 4:45 pm (ET)`."""
    when = format_html('<time datetime="{}">{} ({})</time>', at.isoformat(timespec="seconds"), time_text(at), zone_text(at))
    if at.date() == today:
        return format_html(_("today at {time}"), time=when)
    return format_html(_("{day} at {time}"), day=day_text(at.date(), today), time=when)


def in_days(day: date, today: date) -> str:
    """How far away, said beside the date itself."""
    count = (day - today).days
    if count in (-1, 0, 1):
        return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}[count]
    if count > 0:
        return ngettext("in {count} day", "in {count} days", count).format(count=count)
    return ngettext("{count} day ago", "{count} days ago", -count).format(count=-count)


def span_text(length: timedelta) -> str:
    """A short wait: `half a minute`, `2 minutes`."""
    seconds = max(1, round(length.total_seconds()))
    if seconds <= 10:
        return _("a few seconds")
    if seconds <= 35:
        return _("half a minute")
    if seconds <= SOON.total_seconds():
        return _("a minute")
    minutes = round(seconds / 60)
    return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
