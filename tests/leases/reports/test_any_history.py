"""Whatever happens, the reports add up to the entries; and deposits are nobody's income until they are kept."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directpay.events.unit import unit_of_work
from directpay.kernel.errors import DirectPayError
from directpay.people.actor import SYSTEM
from leases.credits.actions import NewCredit, grant_credit
from leases.deposits.actions.move import deduct, withdraw_earned
from leases.receipts.actions import NewReceipt, bank_receipts, bounce_receipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.reports.queries.aging import Aged, aging
from leases.reports.queries.rent_roll import rent_roll
from leases.reports.queries.schedule_e import schedules_e
from leases.reports.queries.scope import Wish, known, scope_of
from leases.reports.queries.statement import owner_statements
from ledger.journal.actions.periods import close_period
from ledger.journal.models import Book
from tests.leases.deposits.conftest import Trusting
from tests.leases.reports.test_statement import CASH, entries, named, statement
from tests.world import DISPUTED, PAYS, World

pytestmark = pytest.mark.django_db(transaction=True)  # what is known is what is committed
WHAT = ("charge", "cash", "check", "bounce", "credit", "write_off", "pay", "dispute", "close")
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(1, 120_000), st.integers(0, 2), st.integers(0, 20)), min_size=3, max_size=7)


@pytest.fixture
def w() -> World:
    w = World()
    first = w.home
    lease = w.lease()
    shared = w.lease((w.bob, {"percent": "60"}), (w.person("mia", "renter"), {"percent": "40"}), rent=99_999)
    w.home = w.property(w.alice, name="Elm")
    w.owed = [lease, shared, w.lease(rent=80_000)]
    w.home = first
    w.sources = {number: w.account(w.bob, number) for number in (PAYS, DISPUTED)}
    return w


def follow(w: World, what: str, amount: int, lease) -> None:
    party = lease.parties.order_by("id").first()
    if what == "charge":
        add_charge(lease, NewCharge("utilities", amount), actor=SYSTEM, at=w.now)
    elif what in ("cash", "check"):
        made = record_receipt(lease, NewReceipt(party, what, amount), actor=SYSTEM, at=w.now)
        if amount % 2:
            bank_receipts([made], actor=SYSTEM, at=w.now)
    elif what == "bounce":
        bounce_receipt(record_receipt(lease, NewReceipt(party, "check", amount), actor=SYSTEM, at=w.now), actor=SYSTEM, at=w.now)
    elif what in ("credit", "write_off"):
        owed = type(party).objects.get(id=party.id).account.balance_minor
        if what == "credit" or owed > 0:
            grant_credit(lease, NewCredit(party, what, amount if what == "credit" else min(amount, owed), "so"), actor=SYSTEM, at=w.now)
    elif what == "close":
        last = w.now.date().replace(day=1) - timedelta(days=1)
        book = Book.objects.get(kind="L", subject=w.payee.public_id)
        if not book.periods.filter(through_on__gte=last).exists():
            close_period(book, last, actor=SYSTEM, at=w.now)
    else:
        source = w.sources[PAYS if what == "pay" else DISPUTED]
        with suppress(DirectPayError):  # nothing is owed any more
            w.pay(lease, "instant" if what == "pay" else "same_day_ach", 1_000 + amount % 500, source, allow_duplicate=True)
        w.later(days=3)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_reports_add_up_to_the_entries(w, steps):
    for what, amount, number, days in steps:
        follow(w, what, amount, w.owed[number])
        w.later(days=days)
    ever = date(2026, 1, 1), w.now.date() + timedelta(days=30)
    rows = entries(w, ever)
    at, scope = known(None, now=w.now), scope_of(w.actor(w.alice), Wish())
    cash, accrual = (statement(w, basis, ever, at) for basis in ("cash", "accrual"))
    assert cash.result_minor == sum(e.amount_minor for e in rows if e.account.number in CASH)
    assert accrual.result_minor == -sum(e.amount_minor for e in rows if e.account.number >= "L4")
    owed = {day: sum(e.amount_minor for e in rows if e.account.number == "L1500" and e.effective_on <= day) for day in days_of(ever)}
    for day, balance in owed.items():
        assert sum((row.aged for row in aging(scope, day, at)), Aged()).balance_minor == balance
        kept = [row.tenancy.sums for row in rent_roll(scope, day, at) if row.tenancy]
        assert sum(sums.owed_minor - sums.ahead_minor for sums in kept) == balance
    months = [found for day in days_of(ever) for found in owner_statements(scope, day.replace(day=1), day, "cash", at)]
    assert sum(found.result_minor for found in months) == cash.result_minor
    years = sum(form.line(21) for year in range(2026, w.now.year + 2) for form in schedules_e(scope, year, at))
    assert years == cash.result_minor
    w.check()


def days_of(between: tuple[date, date]) -> list[date]:
    """The last days of the months."""
    firsts = [date(year, month, 1) for year in range(2026, between[1].year + 2) for month in range(1, 13)]
    return [day - timedelta(days=1) for day in firsts if between[0] < day <= between[1] + timedelta(days=62)]


def test_a_deposit_is_no_income_until_it_is_kept_and_then_in_the_category_of_what_it_was_kept_for():
    w = Trusting()
    w.in_trust()
    before = statement(w)
    assert (before.section_minor("income"), before.deposits.closing_minor) == (0, 150_000)
    w.later(seconds=1)  # what was known at a moment stays, and the clock stands still
    damage = add_charge(w.leased, NewCharge("damages", 30_000), actor=SYSTEM, at=w.now)
    with unit_of_work():
        deduct(w.deposit, 30_000, reason="a door", charge=damage, actor=SYSTEM, at=w.now)
    kept = statement(w)
    assert (named(kept)["damages"], kept.deposits.closing_minor) == (30_000, 120_000)
    assert {flow.name: flow.minor for flow in kept.deposits.flows} == {"received": 150_000, "deducted": -30_000}
    w.later(seconds=1)
    withdraw_earned(w.deposit, 30_000, actor=SYSTEM, at=w.now)
    assert named(statement(w)) == named(kept)  # K10 moves it, and is no income again
    (form,) = schedules_e(scope_of(w.actor(w.alice), Wish()), 2026, known(None, now=w.now))
    assert form.line(3) == 30_000
