"""The reports as CSV (RFC 4180): one table from the first line to the last, made row by row while it is sent.

Every line names its day and the moment of knowledge, so that a line by itself can be asked for again. Amounts are decimals of the
currency beside them; texts that a spreadsheet would take for a formula are guarded (`kernel.sheets`). Lines end in CR LF.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from directpay.kernel.sheets import Cell, figure
from leases.reports.queries.aging import BUCKETS, Aged, AgingRow, aging
from leases.reports.queries.books import Behind
from leases.reports.queries.rent_roll import RollRow, Sums, Totals, rent_roll
from leases.reports.queries.schedule_e import schedules_e
from leases.reports.queries.scope import Known, Scope
from leases.reports.queries.statement import Basis, OwnerStatement, Place, owner_statements
from leases.reports.schedule_lines import LINES, NOT_ADVICE

Lines = Iterator[Sequence[Cell]]
OF_SUMS = ("rent", "owed", "paid_ahead", "in_flight", "deposit_held", "deposit_interest")
ROLL = (
    "row",
    "as_of",
    "known_at",
    "property",
    "property_name",
    "unit",
    "unit_name",
    "status",
    "lease",
    "renters",
    "start_date",
    "end_date",
    "due_day",
    "currency",
    *OF_SUMS,
    "last_payment_on",
    "last_payment",
    "autopay",
)
AGES = (
    "row",
    "as_of",
    "known_at",
    "property",
    "property_name",
    "unit_name",
    "lease",
    "party",
    "renters",
    "currency",
    *(f"days_{name}" for name in BUCKETS),
    "owed",
    "unapplied",
    "balance",
)
STATEMENT = (
    "row",
    "start_date",
    "end_date",
    "basis",
    "known_at",
    "payee",
    "payee_name",
    "property",
    "property_name",
    "name",
    "item",
    "date",
    "currency",
    "amount",
)
SCHEDULE = ("row", "year", "known_at", "payee", "payee_name", "property", "property_name", "line", "title", "currency", "amount", "note")
ENTRIES = ("date", "entry", "transaction", "reference", "kind", "property", "line", "subject", "currency", "amount")


def rent_roll_lines(scope: Scope, day: date, known: Known) -> Lines:
    """A line for each unit, then one for each currency."""
    yield ROLL
    totals = Totals()
    for row in rent_roll(scope, day, known):
        totals.add(row)
        yield "unit", day, known.at, *_unit(row)
    for currency, sums in sorted(totals.sums.items()):
        yield "total", day, known.at, *[None] * 10, currency, *_sums(sums, currency), None, None, None


def _unit(row: RollRow) -> Sequence[Cell]:
    where = (row.home, row.home_name, row.unit, row.unit_name, row.status)
    kept = row.tenancy
    if kept is None:
        return *where, *[None] * 5, row.currency, *_sums(Sums(), row.currency), None, None, None
    people = (kept.lease, kept.renters, kept.start_on, kept.end_on, kept.due_day)
    last = None if kept.last_paid_minor is None else figure(kept.last_paid_minor, row.currency)
    return *where, *people, row.currency, *_sums(kept.sums, row.currency), kept.last_paid_on, last, "yes" if kept.autopay else "no"


def _sums(sums: Sums, currency: str) -> list[Cell]:
    minor = (sums.rent_minor, sums.owed_minor, sums.ahead_minor, sums.in_flight_minor, sums.held_minor, sums.interest_minor)
    return [figure(part, currency) for part in minor]


def aging_lines(scope: Scope, day: date, known: Known) -> Lines:
    """A line for each party, then one for each currency."""
    yield AGES
    totals: dict[str, Aged] = {}
    for row in aging(scope, day, known):
        totals[row.currency] = totals.get(row.currency, Aged()) + row.aged
        yield "party", day, known.at, *_party(row), row.currency, *_aged(row.aged, row.currency)
    for currency, aged in sorted(totals.items()):
        yield "total", day, known.at, *[None] * 6, currency, *_aged(aged, currency)


def _party(row: AgingRow) -> Sequence[Cell]:
    return row.home, row.home_name, row.unit_name, row.lease, row.party, row.renters


def _aged(aged: Aged, currency: str) -> list[Cell]:
    return [figure(part, currency) for part in (*aged.buckets, aged.owed_minor, aged.unapplied_minor, aged.balance_minor)]


def statement_lines(scope: Scope, since: date, through: date, basis: Basis, known: Known) -> Lines:
    """Of each payee and currency: its lines, result, places, payouts with their payments, deposits."""
    yield STATEMENT
    names = {home.public_id: home.name for home in scope.properties}
    for found in owner_statements(scope, since, through, basis, known):
        head = (since, through, basis, known.at, found.payee.public_id, found.payee.name)
        for row, home, name, item, on, minor in _parts(found):
            yield row, *head, home, names.get(home), name, item, on, found.currency, figure(minor, found.currency)


def _parts(found: OwnerStatement) -> Iterator[tuple[str, str, str, str, date | None, int]]:
    for line in found.lines:
        yield line.section, line.home, line.name, "", None, line.minor
    yield "result", "", "result", "", None, found.result_minor
    for place in (*found.places, *([found.deposits] if found.deposits else [])):
        yield from _place(place)
    for payout in found.payouts:
        yield "payout", "", "returned" if payout.came_back else "paid", payout.payout, payout.paid_on, payout.amount_minor
        for part in payout.parts:
            yield "payout_part", "", "payment", part.payment, None, part.net_minor
        rest = payout.parts_minor - sum(part.net_minor for part in payout.parts)
        if rest:
            yield "payout_part", "", "more_payments", "", None, rest
        yield "payout_part", "", "remainder", payout.payout, None, payout.remainder_minor
    if found.places:
        yield "check", "", "unexplained", "", None, found.unexplained_minor


def _place(place: Place) -> Iterator[tuple[str, str, str, str, date | None, int]]:
    yield place.name, "", "opening", "", None, place.opening_minor
    for flow in place.flows:
        yield place.name, "", flow.name, "", None, flow.minor
    yield place.name, "", "closing", "", None, place.closing_minor


def schedule_lines(scope: Scope, year: int, known: Known) -> Lines:
    """Each property with every line, then the payee's totals."""
    yield SCHEDULE
    for found in schedules_e(scope, year, known):
        head = (year, known.at, found.payee.public_id, found.payee.name)
        for home in found.homes:
            for line in LINES:
                minor = figure(home.line(line.number), found.currency)
                yield "property", *head, home.home, home.name, line.number, line.title, found.currency, minor, NOT_ADVICE
        for line in LINES:
            minor = figure(found.line(line.number), found.currency)
            yield "total", *head, None, None, line.number, line.title, found.currency, minor, NOT_ADVICE


def entry_lines(entries: Iterable[Behind], currency: str) -> Lines:
    """The entries behind a figure."""
    yield ENTRIES
    for e in entries:
        yield e.counts_on, e.entry_id, e.transaction, e.reference, e.kind, e.home, e.code, e.subject, currency, figure(e.minor, currency)
