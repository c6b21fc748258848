"""A year of a landlord with a hundred units, played by moving the sandbox's clock a day at a time while every renter pays rent: over
several rails, some in parts, some with money that comes back. Each bank's timetable: that of the demo (seconds) and the calendar's.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from bench.http.cast import ADDRESS
from bench.measure import Result, Row
from bench.place import Place
from directpay.events.models import Event
from directpay.kernel import clock
from directpay.ops.clock import advance, set_clock
from directpay.ops.partitions import make_partitions
from directpay.ops.upkeep import promise_upkeep
from directpay.people.actions.users import create_user
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.contracts.actions import Terms
from leases.contracts.models import Lease
from leases.properties.actions import add_property, add_unit
from leases.rent.actions.open_lease import open_lease
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from ledger.journal.invariants import check_invariants
from ledger.journal.models import Entry
from payments.methods.actions import add_bank_account, verify_bank_account
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from payments.reconciliation.actions import pay_in_capital

START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
BANKS = {"demo": "the demo's bank (seconds)", "calendar": "bank days"}
LASTS = timedelta(days=425)  # of a lease; every third goes on without an end
RENT, GOAL_SECONDS = 150_000, 120
RAILS = ("ach", "instant", "ach", "same_day_ach")
PAYS, NO_FUNDS, TAKEN_BACK = "000123456789", "000222222227", "000555555559"
PART_AFTER, AGAIN_AFTER = 4, 9  # days from one part to the rest; from money that did not come to another try


@dataclass(frozen=True)
class Renter:
    """Pays on `day` of each month; one in four in two parts. In `bad_month`, one in five pays from an account that does not hold."""

    number: int
    lease: Lease
    good: BankAccount
    bad: BankAccount | None

    @property
    def day(self) -> int:
        return 2 + self.number % 9

    @property
    def rail(self) -> str:
        return RAILS[self.number % len(RAILS)]

    def pays(self, on: date) -> Iterator[PayRequest]:
        bad = self.bad if on.month == 1 + self.number % 12 else None
        in_parts = self.number % 4 == 1
        if on.day == self.day:
            amount = RENT // 5 if in_parts or bad else None
            yield PayRequest(rail="ach" if bad else self.rail, bank_account=bad or self.good, amount_minor=amount)
        if on.day == self.day + PART_AFTER and in_parts and not bad:
            yield PayRequest(rail=self.rail, bank_account=self.good)
        if on.day == self.day + AGAIN_AFTER and bad:
            yield PayRequest(rail="instant", bank_account=self.good)


def year(place: Place, *, short: bool = False) -> Result:
    """The goal is judged in seconds that passed; beside them those of the processors, which other work on the machine stretches less."""
    units, days = (3, 12) if short else (100, 365)
    title = f"{'Days' if short else 'A year'} of {units} units, the clock moved day by day"
    result = Result(title, ["seconds", "of processor: ours, PostgreSQL's", "instants", "payments", "events", "entries", "transactions"])
    for profile in BANKS:
        with _bank(profile), _installed(place.clone(f"bench_year_{profile}")) as new:
            result.rows.append(played(new, profile, units=units, days=days, judged=not short))
    return result


def played(place: Place, profile: str, *, units: int, days: int, judged: bool) -> Row:
    """One landlord's time; every invariant of the books holds afterwards."""
    renters = _move_in(units)
    before, worked_before = _counts(place), _processor()
    seconds = _live(renters, days)
    worked = [after - earlier for earlier, after in zip(worked_before, _processor(), strict=True)]
    moves, *made = [after - earlier for earlier, after in zip(before, _counts(place), strict=True)]
    broken = [f"{f.code} {f.sentence}: {f.broken}" for f in check_invariants() if f.broken]
    if broken:
        raise RuntimeError("\n".join(broken))
    figures = [f"{seconds:.1f}", ", ".join(f"{spent:.0f}" for spent in worked), f"{moves - days:,}", *(f"{count:,}" for count in made)]
    return Row(f"{len(renters)} renters, {BANKS[profile]}", figures, f"< {GOAL_SECONDS} s", seconds < GOAL_SECONDS if judged else None)


def _live(renters: list[Renter], days: int) -> float:
    """Seconds until all of it is over."""
    began = time.perf_counter()
    for number in range(1, days + 1):
        at = advance(START + timedelta(days=number))
        for renter in renters:
            for request in renter.pays(at.date()):
                pay_rent(renter.lease, request, actor=SYSTEM, at=at)
    return time.perf_counter() - began


def _move_in(units: int) -> list[Renter]:
    """Every other unit has one renter, the others two who owe half each. What an installation looks after by itself is promised."""
    set_clock(START, frozen=True)
    make_partitions(START.date(), START.date())
    promise_upkeep()
    pay_in_capital(10_000_000, currency="usd", reference="opening", at=START)
    owner = _person("owner", "landlord")
    details = {"name": "Linden", "timezone": "America/New_York", "currency": "usd", "address": ADDRESS, "units": []}
    home = add_property(owner, owner.payees.get(), details, actor=SYSTEM, at=START)
    renters: list[Renter] = []
    for n in range(units):
        people = [_person(f"renter-{n}-{seat}", "renter") for seat in range(1 + n % 2)]
        shares = [(person, {"percent": 50} if n % 2 else None) for person in people]
        first = START.date().replace(day=1)
        unit = add_unit(home, {"name": f"Unit {n}"}, actor=SYSTEM, at=START)
        terms = Terms(unit, shares, RENT, 0, first, None if n % 3 == 0 else first + LASTS, 1, {})
        lease = open_lease(terms, actor=SYSTEM, at=START)
        for person in people:
            number = len(renters)
            bad = _account(person, NO_FUNDS if number % 2 else TAKEN_BACK) if number % 5 == 0 else None
            renters.append(Renter(number, lease, _account(person, PAYS), bad))
    return renters


def _person(name: str, role: str) -> User:
    return create_user(email=f"{name}@example.com", name=name, role=role, actor=SYSTEM, at=clock.now())


def _account(user: User, number: str) -> BankAccount:
    details = {"account_holder_name": user.name, "routing_number": "110000000", "account_number": number, "account_type": "checking"}
    made = add_bank_account(user, details, actor=SYSTEM, at=clock.now())
    return verify_bank_account(made, [32, 45], actor=SYSTEM, at=clock.now())


def _counts(place: Place) -> list[int]:
    """Moves of the clock, payments, events, entries, transactions committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")
    with psycopg.connect(place.superuser_url) as superuser:
        moves, commits = superuser.execute(
            "SELECT (SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'directpay_clock'), xact_commit FROM pg_stat_database"
            " WHERE datname = current_database()"
        ).fetchone() or (0, 0)
    return [moves, Payment.objects.count(), Event.objects.count(), Entry.objects.count(), commits]


def _processor() -> tuple[float, float]:
    """Seconds of processor that this process and its PostgreSQL backend have used; the latter from Linux, 0 elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        told = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    ticks = sum(map(int, told.read_text().rpartition(")")[2].split()[11:13])) if told.exists() else 0
    return time.process_time(), ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _installed(place: Place) -> Iterator[Place]:
    """Meanwhile it is this database that Django asks: nobody has lived there before."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = conninfo_to_dict(place.runtime_url)["dbname"]
    try:
        yield place
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


@contextmanager
def _bank(profile: str) -> Iterator[None]:
    usual, settings.RAIL_PROFILE = settings.RAIL_PROFILE, profile
    try:
        yield
    finally:
        settings.RAIL_PROFILE = usual
