"""What the pages of the books ask for: days, moments, and which moment decides what is known."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import StreamingHttpResponse
from django.utils.text import slugify

from directpay.kernel.clock import EASTERN
from directpay.kernel.sheets import csv_line

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
BETWEEN = (
    MinValueValidator(FIRST, "Choose a moment after the year 2000."),
    MaxValueValidator(LAST, "Choose a moment before the year 3000."),
)


class MomentInput(forms.DateTimeInput):
    """The browser's own field, to the millisecond where a moment has any, in the time of the banks."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        if not isinstance(value, datetime):
            return value
        local = value.astimezone(EASTERN).replace(tzinfo=None)
        return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")


class MomentField(forms.DateTimeField):
    """Eastern time from the field; an ISO 8601 moment with its offset in an address, exact to the microsecond."""

    def __init__(self, **given: Any) -> None:
        super().__init__(required=False, widget=MomentInput(attrs={"step": "any"}), **given)
        self.validators = [*self.validators, *BETWEEN]

    def prepare_value(self, value: Any) -> Any:
        try:
            return self.to_python(value) if isinstance(value, str) else value
        except forms.ValidationError:
            return None  # a browser's field shows nothing else; the error says what was wrong


class DayField(forms.DateField):
    def __init__(self, **given: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)
        earliest, latest = FIRST.date(), LAST.date()
        self.validators = [
            *self.validators,
            MinValueValidator(earliest, "Choose a day after the year 2000."),
            MaxValueValidator(latest, "Choose a day before the year 3000."),
        ]


def csv_response(name: str, lines: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """A file to download, line by line as it is made."""
    response = StreamingHttpResponse((csv_line(line) for line in lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(name)}.csv"'
    return response
