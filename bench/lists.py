"""Every list, filter and search of the API over a million payments: a page near the front, one in the middle, by the platform, a landlord,
the landlord who has a tenth of all, and a renter; and the same pages as DRF's PageNumberPagination makes them, by OFFSET and COUNT(*).

Each answer is asked through the application, sign-in and rendering included. Each statement that an answer takes is explained: one
that reads a large table from end to end is a fault.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.core.paginator import Paginator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.measure import Result, Row, in_turns, median, milliseconds
from bench.place import Place
from directpay.ops.partitions import make_partitions
from directpay.people.models import User
from payments.payins.models import Payment
from payments.payins.queries import visible_payments
from tests.directpay.cast import Caller, as_user, key_of, platform
from tests.flows.front_door import Resource, resources, searches, values

FILL = Path(__file__).with_name("lists_fill.sql")
START = datetime(2026, 1, 1, tzinfo=UTC)
FEW = 100_000
LARGE = 0.02  # of the payments: tables with more rows than that
SCAN = re.compile(r"Seq Scan on (\w+)")
GOAL_SECONDS = 0.1
PEOPLE = {"platform": None, "landlord": "usr_L7", "large landlord": "usr_L1", "renter": "usr_R8"}


@dataclass
class Ask:
    """What is asked of one resource by one caller: its pages, by each filter, by each search."""

    pages: dict[str, str] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)
    searches: dict[str, str] = field(default_factory=dict)

    def kinds(self) -> Iterator[tuple[str, dict[str, str]]]:
        yield from {"first page": self.pages, "filters": self.filters, "search": self.searches}.items()


def lists(place: Place, *, short: bool = False) -> Result:
    count, rounds = (2_400, 1) if short else (1_000_000, 3)
    fill(place, count)
    callers = {who: platform() if name is None else Caller(key_of(User.objects.get(public_id=name))) for who, name in PEOPLE.items()}
    if short:
        callers = {who: callers[who] for who in ("landlord", "renter")}
    for caller in callers.values():
        caller.client.defaults["SERVER_NAME"] = "localhost"
    result = Result(f"Lists and searches over {count:,} payments (the whole answer, ten rows)", [*callers])
    scans: dict[str, str] = {}
    with _unhindered():
        for one in [one for one in resources() if not short or one.name in ("payments", "units")]:
            asks = {who: asked(caller, one) for who, caller in callers.items()}
            for title, pick in KINDS.items():
                figures, met = [], True
                for who, caller in callers.items():
                    taken, found = slowest(caller, pick(asks[who]), rounds, count)
                    scans |= {f"{one} reads {table}": f"{who} asks {address}" for table, address in found.items()}
                    figures.append(f"{milliseconds(taken[1])}{taken[0]}" if taken else "–")
                    met = met and (not taken or taken[1] < GOAL_SECONDS)
                if set(figures) != {"–"}:
                    result.rows.append(Row(f"{one}, {title}", figures, f"< {milliseconds(GOAL_SECONDS)}", met or None if short else met))
        result.rows += list(peers(callers, rounds, count))
    said = "; ".join(f"{what} when {example}" for what, example in sorted(scans.items())) or "none"
    result.note = f"Large tables read from end to end: {said}."
    return result


def fill(place: Place, count: int) -> None:
    """A million payments are filled in two to ten minutes, by how busy the machine is."""
    make_partitions(START.date(), (START + timedelta(days=364)).date())
    given = {"n": count, "leases": count // 12, "landlords": min(1_000, count // 120), "start": START}
    with psycopg.connect(place.superuser_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("SET synchronous_commit = off")
        superuser.execute(FILL.read_text(encoding="utf-8"), given)
        superuser.execute("VACUUM (ANALYZE)")


def asked(caller: Caller, one: Resource) -> Ask:
    """Values of filters are those of a row in the middle, and where they are few words, one that hardly any row has."""
    ask = Ask()
    rows = rows_of(caller, f"{one.address}?limit=100")
    if not rows:
        return ask
    ask.pages[""] = one.address
    middle = rows_of(caller, f"{one.address}?limit=1&created[lte]={middle_of(rows)}") or rows[-1:]
    row = middle[0]
    ask.pages["in the middle"] = f"{one.address}?starting_after={row['id']}"
    ask.pages["back from the middle"] = f"{one.address}?ending_before={row['id']}"
    ask.filters["created"] = f"{one.address}?created[lt]={row['created']}"
    for name in one.view.filters:
        for value in [v for v in values(one.name, name, row) if v][:1] if name in one.view.filters and _shows(one, name, row) else []:
            ask.filters[name] = f"{one.address}?{name}={quote(str(value))}"
        for rare in RARE.get((one.name, name), ()):
            ask.filters[f"{name}={rare}"] = f"{one.address}?{name}={quote(rare)}"
    search = next((s for s in searches() if s.name == f"{one.name}/search"), None)
    if search is not None:
        address = f"{search.address}?query="
        for name in search.view.search_fields:
            for value in [v for v in values(one.name, name, row) if v][:1]:
                ask.searches[name] = address + quote(f"{name}:'{value}'")
        ask.searches["metadata"] = address + quote("metadata['number']:'40'")
        ask.searches["metadata of none"] = address + quote("metadata['number']:'none'")
        for rare in RARE.get((search.name, "query"), ()):
            ask.searches[rare] = address + quote(rare)
    return ask


RARE: dict[tuple[str, str], tuple[str, ...]] = {
    ("payments", "status"): ("in_review", "failed"),
    ("payments", "rail"): ("wire",),
    ("payments/search", "query"): ("status:'failed' rail:'wire'", "amount:150777", "created<1767312000 status:'failed'"),
    ("payment_intents", "status"): ("processing",),
    ("users", "role"): ("staff",),
    ("users/search", "query"): ("name~'a0b1c2'", "email~'renter777'"),
    ("leases", "status"): ("upcoming", "ended"),
    ("bank-accounts", "status"): ("verification_failed", "errored"),
    ("events", "type"): ("payment.returned", "payment.none"),
    ("ledger/transactions", "kind"): ("payment.returned", "charge.due"),
    ("ledger/transactions", "book"): ("P", "L/pye_L7"),
    ("ledger/transactions", "account"): ("acct_clearing",),
}
KINDS: dict[str, Callable[[Ask], dict[str, str]]] = {
    "first page": lambda ask: {"": ask.pages[""]} if ask.pages else {},
    "page in the middle, either way": lambda ask: {name: address for name, address in ask.pages.items() if name},
    "its slowest filter": lambda ask: ask.filters,
    "its slowest search": lambda ask: ask.searches,
}


def _shows(one: Resource, name: str, row: dict[str, Any]) -> bool:
    try:
        return bool(values(one.name, name, row))
    except KeyError:
        return False


def middle_of(rows: list[dict[str, Any]]) -> int:
    """Half way between the beginning and the newest."""
    return (rows[0]["created"] + int(START.timestamp())) // 2


def rows_of(caller: Caller, address: str) -> list[dict[str, Any]]:
    answer = caller.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.content!r}")
    return answer.json()["data"]


def slowest(caller: Caller, addresses: dict[str, str], rounds: int, count: int) -> tuple[tuple[str, float] | None, dict[str, str]]:
    """Which of them takes longest, in the median, and how long; and what any of them reads from end to end."""
    if not addresses:
        return None, {}
    taken: dict[str, list[float]] = {name: [] for name in addresses}
    for number in range(rounds + 1):  # the first is thrown away
        for name, address in addresses.items():
            start = time.perf_counter()
            rows_of(caller, address)
            taken[name] += [time.perf_counter() - start] if number else []
    name, seconds = max(((name, median(times)) for name, times in taken.items()), key=lambda pair: pair[1])
    found = {table: address for address in addresses.values() for table in scanned(caller, address, count)}
    return (f" ({name})" if len(addresses) > 1 and name else "", seconds), found


def scanned(caller: Caller, address: str, count: int) -> set[str]:
    """Names of large tables that one of the statements of this answer reads from end to end; few rows are best read so."""
    if count < FEW:
        return set()
    with CaptureQueriesContext(connection) as asked:
        rows_of(caller, address)
    read: set[str] = set()
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"), ())
                read |= {table for (line,) in cursor.fetchall() for table in SCAN.findall(line)}
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s) AND reltuples > %s", [sorted(read), LARGE * count])
        return {table for (table,) in cursor.fetchall()}


def peers(callers: dict[str, Caller], rounds: int, count: int) -> Iterator[Row]:
    """As DRF's PageNumberPagination: count all, then skip. The query alone, without sign-in or rendering."""
    people = {who: None if name is None else as_user(User.objects.get(public_id=name)) for who, name in PEOPLE.items()}

    def page_of(who: str, share: float) -> Callable[[], None]:
        actor = people[who]
        rows = (Payment.objects.select_related("payer", "payee") if actor is None else visible_payments(actor)).order_by(
            "-created_at", "-id"
        )

        def asked() -> None:
            pages = Paginator(rows, 10)
            list(pages.page(max(1, int(pages.num_pages * share))).object_list)

        return asked

    for title, share in (("first page", 0.0), ("page in the middle", 0.5)):
        taken = in_turns({who: page_of(who, share) for who in callers}, rounds)
        yield Row(f"payments by OFFSET and COUNT(*), {title}", [milliseconds(median(times)) for times in taken.values()])


@contextmanager
def _unhindered() -> Iterator[None]:
    """Limits of rates are not what is measured."""
    rates, settings.RATES = settings.RATES, dict.fromkeys(settings.RATES, "0")
    try:
        yield
    finally:
        settings.RATES = rates
