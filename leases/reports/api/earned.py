"""`/api/v1/reports/owner_statement` and `/api/v1/reports/schedule_e`: what was earned in a period."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rest_framework import serializers

from directpay.api.examples import ALICE
from directpay.kernel.errors import InvalidInput
from leases.rent.schedule import month_end
from leases.reports.api.asking import FIRST_YEAR, LAST_YEAR, Between, OfYear, ReportView, require_come
from leases.reports.examples import SCHEDULE, STATEMENT
from leases.reports.files import Lines, schedule_lines, statement_lines
from leases.reports.queries.schedule_e import HomeOnSchedule, ScheduleE, schedules_e
from leases.reports.queries.scope import Known, Scope
from leases.reports.queries.statement import OwnerStatement, Place, owner_statements
from leases.reports.schedule_lines import LINES, NOT_ADVICE


class LineOutput(serializers.Serializer[Any]):
    section = serializers.ChoiceField(choices=["income", "taken_back", "expense"])
    name = serializers.CharField()
    property = serializers.CharField(help_text="Its id, or none: what belongs to no property.")
    amount = serializers.IntegerField(help_text="+ is good for the owner.")
    entries = serializers.IntegerField(help_text="How many are behind it.")


class FlowOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    amount = serializers.IntegerField()


class PlaceOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    opening = serializers.IntegerField()
    flows = FlowOutput(many=True)
    closing = serializers.IntegerField()


class PartOutput(serializers.Serializer[Any]):
    payment = serializers.CharField()
    lease = serializers.CharField()
    net = serializers.IntegerField()


class PaidOutOutput(serializers.Serializer[Any]):
    payout = serializers.CharField()
    date = serializers.DateField()
    came_back = serializers.BooleanField()
    amount = serializers.IntegerField()
    payments = PartOutput(many=True, help_text="The first 200.")
    payment_count = serializers.IntegerField()
    remainder = serializers.IntegerField(help_text="What is not of these payments: fees, returns, what was left before or after.")


class BridgeOutput(serializers.Serializer[Any]):
    accrual = serializers.IntegerField()
    cash = serializers.IntegerField()
    receivable = serializers.IntegerField()
    due_to_directpay = serializers.IntegerField()


class StatementOfPayeeOutput(serializers.Serializer[Any]):
    payee = serializers.CharField()
    currency = serializers.CharField()
    lines = LineOutput(many=True)
    result = serializers.IntegerField()
    places = PlaceOutput(many=True)
    payouts = PaidOutOutput(many=True)
    deposits = PlaceOutput(allow_null=True, help_text="Held for renters: never income.")
    bridge = BridgeOutput(allow_null=True, help_text="accrual less cash = receivable less due_to_directpay")
    unexplained = serializers.IntegerField(help_text="What no figure explains: 0.")


class OwnerStatementOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["owner_statement"])
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    basis = serializers.ChoiceField(choices=["cash", "accrual"])
    known_at = serializers.CharField()
    data: Any = StatementOfPayeeOutput(many=True)


class OwnerStatementView(ReportView):
    """What each payee earned in a period, where its money is, what was paid out to it, what it holds for renters."""

    object_name = "owner_statement"
    name = "owner_statement"
    query_serializer = Between
    query_examples = {"landlord": ALICE, "start_date": "2026-11-01", "end_date": "2026-11-30"}
    output_serializer = OwnerStatementOutput
    example = STATEMENT

    def when(self, asked: Mapping[str, Any], today: date) -> Sequence[Any]:
        since = asked.get("start_date") or asked.get("end_date", today).replace(day=1)
        require_come(since, self.at, "start_date")
        through = asked.get("end_date") or month_end(since)
        if through < since:
            raise InvalidInput("This lies before the first day.", param="end_date")
        return since, through, asked["basis"]

    def shown_when(self, when: Sequence[Any]) -> dict[str, Any]:
        return dict(zip(("start_date", "end_date", "basis"), when, strict=True))

    def lines(self, scope: Scope, when: Sequence[Any], seen: Known) -> Lines:
        since, through, basis = when
        return statement_lines(scope, since, through, basis, seen)

    def shown_report(self, scope: Scope, when: Sequence[Any], seen: Known) -> dict[str, Any]:
        since, through, basis = when
        return {"data": [_statement(found) for found in owner_statements(scope, since, through, basis, seen)]}


def _statement(found: OwnerStatement) -> dict[str, Any]:
    bridge = found.bridge
    return {
        "payee": found.payee.public_id,
        "currency": found.currency,
        "lines": [
            {"section": row.section, "name": row.name, "property": row.home, "amount": row.minor, "entries": row.count}
            for row in found.lines
        ],
        "result": found.result_minor,
        "places": [_place(place) for place in found.places],
        "payouts": [
            {
                "payout": row.payout,
                "date": row.paid_on,
                "came_back": row.came_back,
                "amount": row.amount_minor,
                "payments": [{"payment": part.payment, "lease": part.lease, "net": part.net_minor} for part in row.parts],
                "payment_count": row.count,
                "remainder": row.remainder_minor,
            }
            for row in found.payouts
        ],
        "deposits": _place(found.deposits) if found.deposits else None,
        "bridge": bridge
        and {
            "accrual": bridge.accrual_minor,
            "cash": bridge.cash_minor,
            "receivable": bridge.receivable_minor,
            "due_to_directpay": bridge.due_to_directpay_minor,
        },
        "unexplained": found.unexplained_minor,
    }


def _place(place: Place) -> dict[str, Any]:
    flows = [{"name": flow.name, "amount": flow.minor} for flow in place.flows]
    return {"name": place.name, "opening": place.opening_minor, "flows": flows, "closing": place.closing_minor}


class FormLineOutput(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    title = serializers.CharField()
    amount = serializers.IntegerField()


class HomeOutput(serializers.Serializer[Any]):
    property = serializers.CharField(help_text="Its id, or none: what could be shared out to no property.")
    property_name = serializers.CharField()
    lines = FormLineOutput(many=True)
    shared = serializers.IntegerField(help_text="How much of line 19 is its part of what belongs to no property.")


class ScheduleOfPayeeOutput(serializers.Serializer[Any]):
    payee = serializers.CharField()
    currency = serializers.CharField()
    properties = HomeOutput(many=True)


class ScheduleEOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["schedule_e"])
    year = serializers.IntegerField()
    known_at = serializers.CharField()
    note = serializers.CharField()
    data: Any = ScheduleOfPayeeOutput(many=True)


class ScheduleEView(ReportView):
    """Lines of Schedule E by property, on the cash basis. Not tax advice."""

    object_name = "schedule_e"
    name = "schedule_e"
    query_serializer = OfYear
    query_examples = {"landlord": ALICE, "year": 2026}
    output_serializer = ScheduleEOutput
    example = SCHEDULE

    def when(self, asked: Mapping[str, Any], today: date) -> Sequence[Any]:
        year = asked.get("year", max(FIRST_YEAR, min(today.year - 1, LAST_YEAR)))
        require_come(date(year, 1, 1), self.at, "year")
        return (year,)

    def shown_when(self, when: Sequence[Any]) -> dict[str, Any]:
        return {"year": when[0]}

    def lines(self, scope: Scope, when: Sequence[Any], seen: Known) -> Lines:
        return schedule_lines(scope, when[0], seen)

    def shown_report(self, scope: Scope, when: Sequence[Any], seen: Known) -> dict[str, Any]:
        return {"note": NOT_ADVICE, "data": [_schedule(found) for found in schedules_e(scope, when[0], seen)]}


def _schedule(found: ScheduleE) -> dict[str, Any]:
    return {"payee": found.payee.public_id, "currency": found.currency, "properties": [_home(home) for home in found.homes]}


def _home(home: HomeOnSchedule) -> dict[str, Any]:
    lines = [{"line": line.number, "title": line.title, "amount": home.line(line.number)} for line in LINES]
    return {"property": home.home, "property_name": home.name, "lines": lines, "shared": home.shared_minor}
