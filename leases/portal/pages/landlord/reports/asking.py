"""What the pages of reports ask for: days, a property, and (in the address of a file) the moment of knowledge."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leases.rent.schedule import month_end
from leases.reports.queries.scope import Scope, has_come

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


class Ask(forms.Form):
    """Empty fields take their `initial`. `at` is the moment of the visit."""

    property = forms.ChoiceField(required=False, label=gettext_lazy("Property"))
    known_at = forms.CharField(required=False, widget=forms.HiddenInput)
    dates: Sequence[str] = ()

    def __init__(self, given: QueryDict, scope: Scope, today: date, at: datetime) -> None:
        super().__init__(given)
        self.today, self.at = today, at
        everything = ("", _("All properties"))
        self.fields["property"].choices = [everything, *((home.public_id, home.name) for home in scope.properties)]  # type: ignore[attr-defined]
        self.first_values = self.values_without_asking()
        for name in self.dates:
            self.fields[name].initial = self.first_values[name]

    def values_without_asking(self) -> dict[str, Any]:
        return {}

    def clean_known_at(self) -> datetime | None:
        text = self.cleaned_data["known_at"].replace(" ", "+")  # a plus sign that an address did not escape
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise forms.ValidationError(_("This is no moment like 2026-11-30T17:00:00+00:00."))
        if moment > self.at:
            raise forms.ValidationError(_("This moment has not come yet."))
        return moment

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in self.dates:
            if name not in self.errors and not given.get(name):
                given[name] = self.first_values[name]
            day = given.get(name)
            if isinstance(day, date) and not FIRST_DAY <= day <= LAST_DAY:
                self.add_error(name, _("Choose a day from 2000 to 2199."))
        return given

    def require_come(self, name: str, day: date) -> None:
        if name not in self.errors and not has_come(day, self.at):
            self.add_error(name, _("This day has not come yet."))

    def again(self, known_at: datetime, **more: str) -> str:
        """The query of this very view, for ever."""
        asked = {name: value for name, value in self.cleaned_data.items() if value and name != "known_at"}
        return urlencode({**asked, "known_at": known_at.isoformat(timespec="microseconds"), **more})


class DayAsk(Ask):
    as_of = forms.DateField(required=False, label=gettext_lazy("As of"))
    dates = ("as_of",)
    field_order = ("as_of", "property")

    def values_without_asking(self) -> dict[str, Any]:
        return {"as_of": self.today}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("as_of"):
            self.require_come("as_of", given["as_of"])
        return given


class PeriodAsk(Ask):
    start_date = forms.DateField(required=False, label=gettext_lazy("From"))
    end_date = forms.DateField(required=False, label=gettext_lazy("Through"))
    basis = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Counted"),
        choices=[("cash", gettext_lazy("when money moves (cash)")), ("accrual", gettext_lazy("when it falls due (accrual)"))],
    )
    dates = ("start_date", "end_date")
    field_order = ("start_date", "end_date", "basis", "property")

    def values_without_asking(self) -> dict[str, Any]:
        return {"start_date": self.today.replace(day=1), "end_date": month_end(self.today)}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        given["basis"] = given.get("basis") or "cash"
        since, through = given.get("start_date"), given.get("end_date")
        if since:
            self.require_come("start_date", since)
        if since and through and through < since:
            self.add_error("end_date", _("This lies before the first day."))
        return given


class YearAsk(Ask):
    year = forms.ChoiceField(required=False, label=gettext_lazy("Year"))
    field_order = ("year", "property")

    def __init__(self, given: QueryDict, scope: Scope, today: date, at: datetime) -> None:
        super().__init__(given, scope, today, at)
        years = range(today.year, min(today.year, *(home.created_at.year for home in scope.properties), today.year - 1) - 1, -1)
        self.fields["year"].choices = [(str(year), str(year)) for year in years]  # type: ignore[attr-defined]

    def values_without_asking(self) -> dict[str, Any]:
        return {"year": str(self.today.year)}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        given["year"] = given.get("year") or str(self.today.year)
        return given
