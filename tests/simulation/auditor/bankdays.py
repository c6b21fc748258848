"""Bank days, from the list that the Federal Reserve publishes (not from a rule)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
CLOSED = {
    2026: ["01-01", "01-19", "02-16", "05-25", "06-19", "09-07", "10-12", "11-11", "11-26", "12-25"],
    2027: ["01-01", "01-18", "02-15", "05-31", "07-05", "09-06", "10-11", "11-11", "11-25"],
    2028: ["01-17", "02-21", "05-29", "06-19", "07-04", "09-04", "10-09", "11-23", "12-25"],
}
HOLIDAYS = {date.fromisoformat(f"{year}-{day}") for year, days in CLOSED.items() for day in days}


def bank_day_of(at: datetime) -> date:
    """The bank day, Eastern, that an instant belongs to."""
    day = at.astimezone(EASTERN).date()
    if day.year not in CLOSED:
        raise ValueError(f"the list of holidays does not know {day.year}")
    while day.weekday() >= 5 or day in HOLIDAYS:
        day += timedelta(days=1)
    return day
