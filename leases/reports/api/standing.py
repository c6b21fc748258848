"""`/api/v1/reports/rent_roll` and `/api/v1/reports/aging`: where everybody stands on a day."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from rest_framework import serializers

from directpay.api.examples import ALICE
from leases.contracts.models import JOINT
from leases.reports.api.asking import ROWS, AsOf, ReportView
from leases.reports.examples import AGING, ROLL
from leases.reports.files import Lines, aging_lines, rent_roll_lines
from leases.reports.queries.aging import Aged, AgingRow, aging
from leases.reports.queries.rent_roll import RollRow, Sums, Totals, rent_roll
from leases.reports.queries.scope import Known, Scope


class MoneyOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    rent = serializers.IntegerField(help_text="A month's, of what is let on the day.")
    owed = serializers.IntegerField()
    paid_ahead = serializers.IntegerField(help_text="Owed less paid ahead is the balance of the receivables.")
    in_flight = serializers.IntegerField()
    deposit_held = serializers.IntegerField()
    deposit_interest = serializers.IntegerField()


class RollTotalOutput(MoneyOutput):
    units = serializers.IntegerField()
    vacant = serializers.IntegerField()


class RollRowOutput(MoneyOutput):
    property = serializers.CharField()
    property_name = serializers.CharField()
    unit = serializers.CharField()
    unit_name = serializers.CharField()
    status = serializers.ChoiceField(choices=["active", "upcoming", "ended", "vacant"])
    lease = serializers.CharField(allow_null=True)
    renters = serializers.CharField(allow_null=True)
    start_date = serializers.DateField(allow_null=True)
    end_date = serializers.DateField(allow_null=True)
    due_day = serializers.IntegerField(allow_null=True)
    last_payment_on = serializers.DateField(allow_null=True)
    last_payment = serializers.IntegerField(allow_null=True)
    autopay = serializers.BooleanField()


class RollOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["rent_roll"])
    as_of = serializers.DateField()
    known_at = serializers.CharField()
    has_more = serializers.BooleanField(help_text="There are more rows: the file has all. Totals are of all.")
    data: Any = RollRowOutput(many=True)
    totals = RollTotalOutput(many=True)


class RentRollView(ReportView):
    """Every unit with who rents it on a day, on what terms, and where they stand in the books."""

    object_name = "rent_roll"
    name = "rent_roll"
    query_serializer = AsOf
    query_examples = {"landlord": ALICE, "as_of": "2026-11-02"}
    output_serializer = RollOutput
    example = ROLL

    def lines(self, scope: Scope, when: Sequence[Any], seen: Known) -> Lines:
        return rent_roll_lines(scope, when[0], seen)

    def shown_report(self, scope: Scope, when: Sequence[Any], seen: Known) -> dict[str, Any]:
        shown: list[dict[str, Any]] = []
        totals, more = Totals(), False
        for row in rent_roll(scope, when[0], seen):
            totals.add(row)
            more = len(shown) == ROWS
            if not more:
                shown.append(_roll_row(row))
        sums = [
            {"currency": unit, "units": totals.units.get(unit, 0), "vacant": totals.vacant.get(unit, 0), **_sums(each)}
            for unit, each in sorted(totals.sums.items())
        ]
        return {"has_more": more, "data": shown, "totals": sums}


def _sums(sums: Sums) -> dict[str, int]:
    names = ("owed", "paid_ahead", "in_flight", "deposit_held", "deposit_interest", "rent")
    minor = (sums.owed_minor, sums.ahead_minor, sums.in_flight_minor, sums.held_minor, sums.interest_minor, sums.rent_minor)
    return dict(zip(names, minor, strict=True))


def _roll_row(row: RollRow) -> dict[str, Any]:
    kept = row.tenancy
    return {
        "property": row.home,
        "property_name": row.home_name,
        "unit": row.unit,
        "unit_name": row.unit_name,
        "status": row.status,
        "currency": row.currency,
        "lease": kept and kept.lease,
        "renters": kept and kept.renters,
        "start_date": kept and kept.start_on,
        "end_date": kept and kept.end_on,
        "due_day": kept and kept.due_day,
        **_sums(kept.sums if kept else Sums()),
        "last_payment_on": kept and kept.last_paid_on,
        "last_payment": kept and kept.last_paid_minor,
        "autopay": bool(kept and kept.autopay),
    }


class AgesOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    current = serializers.IntegerField(help_text="Due on the day itself.")
    days_1_30 = serializers.IntegerField()
    days_31_60 = serializers.IntegerField()
    days_61_90 = serializers.IntegerField()
    over_90 = serializers.IntegerField()
    owed = serializers.IntegerField(help_text="The sum of these.")
    unapplied = serializers.IntegerField(help_text="Money and credits that pay none of them.")
    balance = serializers.IntegerField(help_text="Owed less unapplied: the balance of the receivables.")


class AgingRowOutput(AgesOutput):
    property = serializers.CharField()
    property_name = serializers.CharField()
    unit_name = serializers.CharField()
    lease = serializers.CharField()
    renter = serializers.CharField(allow_null=True, help_text="Who alone owes this share; null where all owe together.")
    renters = serializers.CharField()


class AgingOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["aging"])
    as_of = serializers.DateField()
    known_at = serializers.CharField()
    has_more = serializers.BooleanField(help_text="There are more rows: the file has all. Totals are of all.")
    data: Any = AgingRowOutput(many=True)
    totals = AgesOutput(many=True)


class AgingView(ReportView):
    """What is owed on a day, by how long ago it fell due."""

    object_name = "aging"
    name = "aging"
    query_serializer = AsOf
    query_examples = {"landlord": ALICE, "as_of": "2026-11-02"}
    output_serializer = AgingOutput
    example = AGING

    def lines(self, scope: Scope, when: Sequence[Any], seen: Known) -> Lines:
        return aging_lines(scope, when[0], seen)

    def shown_report(self, scope: Scope, when: Sequence[Any], seen: Known) -> dict[str, Any]:
        totals: dict[str, Aged] = {}
        rows = _counted(aging(scope, when[0], seen), totals)
        shown = [_aging_row(row) for row in islice(rows, ROWS)]
        more = sum(1 for _ in rows) > 0
        sums = [{"currency": currency, **_ages(aged)} for currency, aged in sorted(totals.items())]
        return {"has_more": more, "data": shown, "totals": sums}


def _counted(rows: Iterator[AgingRow], totals: dict[str, Aged]) -> Iterator[AgingRow]:
    """Adds each up as it goes by."""
    for row in rows:
        totals[row.currency] = totals.get(row.currency, Aged()) + row.aged
        yield row


def _ages(aged: Aged) -> dict[str, int]:
    names = ("current", "days_1_30", "days_31_60", "days_61_90", "over_90")
    sums = {"owed": aged.owed_minor, "unapplied": aged.unapplied_minor, "balance": aged.balance_minor}
    return dict(zip(names, aged.buckets, strict=True)) | sums


def _aging_row(row: AgingRow) -> dict[str, Any]:
    return {
        "property": row.home,
        "property_name": row.home_name,
        "unit_name": row.unit_name,
        "lease": row.lease,
        "renter": None if row.party == JOINT else row.party,
        "renters": row.renters,
        "currency": row.currency,
        **_ages(row.aged),
    }
