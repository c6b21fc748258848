"""What the doors of reports take: whose, of which days, as known when; and in which of two forms they answer."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from directpay.api.fields import DateField, IdField
from directpay.api.lists import read_query
from directpay.api.objects import json_response
from directpay.api.serializers import StrictSerializer, checked
from directpay.api.views import ApiView
from directpay.kernel.errors import InvalidInput
from leases.reports.examples import REFUSED
from leases.reports.files import Lines
from leases.reports.queries.scope import Known, Scope, Wish, has_come, known, scope_of, today_of
from ledger.journal.pages.asking import csv_response

ROWS = 1_000  # in a JSON answer; the file has all
CSV = "text/csv"
FIRST_YEAR, LAST_YEAR = 1900, 2200
SECONDS = re.compile(r"[0-9]{1,11}")
LAST_SECOND = 7_289_568_000  # the year 2200


class NotYet(InvalidInput):
    """A report of a day that has not come anywhere."""

    code = "not_yet"


@extend_schema_field({"type": "string", "description": "Unix seconds, or ISO 8601 with its offset, exact to the microsecond."})
class MomentField(serializers.Field):
    """A moment as reports print it, or in whole seconds as other resources do."""

    default_error_messages = {"invalid": "moments are Unix seconds, or ISO 8601 with an offset, for example 2026-11-30T17:00:00+00:00."}

    def to_internal_value(self, data: Any) -> datetime:
        text = str(data)
        try:
            if SECONDS.fullmatch(text):
                return datetime.fromtimestamp(min(int(text), LAST_SECOND), UTC)
            moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that an address did not escape
        except ValueError:
            self.fail("invalid")
        if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail("invalid")
        return moment.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return value.isoformat(timespec="microseconds")


class OfWhom(StrictSerializer):
    landlord = IdField("usr", required=False, help_text="For the platform's own key: whose report.")
    payee = IdField("pye", required=False, help_text="Only this payee's book.")
    property = IdField("prop", required=False, help_text="Only this property.")
    known_at = MomentField(required=False, help_text="As known at that moment; now without it.")
    format = serializers.ChoiceField(choices=["json", "csv"], required=False, help_text="As the header Accept: text/csv asks, too.")


class AsOf(OfWhom):
    as_of = DateField(required=False, help_text="Through that day; today without it.")


class Between(OfWhom):
    start_date = DateField(required=False, help_text="The first day; of this month without it.")
    end_date = DateField(required=False, help_text="The last day; that of the month of the first without it.")
    basis = serializers.ChoiceField(choices=["cash", "accrual"], default="cash", help_text="By receipt, or by due date.")


class OfYear(OfWhom):
    year = serializers.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR, help_text="Last year without it.")


class ReportView(ApiView):
    """A door for looking: JSON by `shown`, a file by `lines`, of the same scope and knowledge."""

    query_serializer = OfWhom
    refusals = (*REFUSED, NotYet("This day has not come yet.", param="as_of"))
    also_answers = (CSV,)
    http_method_names = ["get", "head", "options"]
    name: ClassVar[str]

    def get(self, request: Request, **_: Any) -> HttpResponseBase:
        asked = checked(self.query_serializer, read_query(request._request, self.query_serializer().fields))
        wish = Wish(*(asked.get(name, "") for name in ("landlord", "payee", "property")))
        scope = scope_of(self.actor, wish)
        when = self.when(asked, today_of(scope, self.at))
        seen = known(asked.get("known_at"), now=self.at)
        as_file = asked.get("format", "csv" if request.headers.get("Accept", "").split(";")[0].strip() == CSV else "json") == "csv"
        if as_file:
            return csv_response("-".join(["directpay", self.name, *map(str, when)]), self.lines(scope, when, seen))
        said = {"object": self.object_name, **self.shown_when(when), "known_at": seen.at.isoformat(timespec="microseconds")}
        return json_response(said | self.shown_report(scope, when, seen))

    def when(self, asked: Mapping[str, Any], today: date) -> Sequence[Any]:
        """The days of the report. Raises InvalidInput."""
        as_of = asked.get("as_of", today)
        require_come(as_of, self.at, "as_of")
        return (as_of,)

    def shown_when(self, when: Sequence[Any]) -> dict[str, Any]:
        return {"as_of": when[0]}

    def lines(self, scope: Scope, when: Sequence[Any], seen: Known) -> Lines:
        raise NotImplementedError

    def shown_report(self, scope: Scope, when: Sequence[Any], seen: Known) -> dict[str, Any]:
        raise NotImplementedError


def require_come(day: date, at: datetime, param: str) -> None:
    if not has_come(day, at):
        raise NotYet("This day has not come yet.", param=param)
