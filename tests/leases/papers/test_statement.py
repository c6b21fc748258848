"""A month of a renter's account: its lines are the entries, its sums the balances."""

from datetime import UTC, date, datetime

import pytest

from leases.papers.statement import statement_csv, statement_of
from tests.world import World

pytestmark = pytest.mark.django_db


def test_adds_up_to_the_balance_of_the_books():
    w = World()
    lease = w.lease()
    w.until(w.pay(lease, "instant", amount=100_000), "settled")
    w.later(days=30)  # December fell due
    party = w.reload(lease).parties.get()
    november, december = (statement_of(w.reload(lease), party, date(2026, month, 1)) for month in (11, 12))
    assert (november.opening_minor, november.added_minor, november.paid_minor, november.closing_minor) == (0, 150_000, 100_000, 50_000)
    assert (december.opening_minor, december.closing_minor) == (50_000, 200_000)
    assert december.closing_minor == w.balance("L1500", lease=lease)
    assert [line.owed_minor for line in november.lines] == [150_000, 50_000]


def test_a_month_ends_at_midnight_of_the_property():
    w = World(start=datetime(2026, 11, 1, 2, 0, tzinfo=UTC))  # still October in New York
    lease = w.lease(start=date(2026, 10, 1))
    party = w.reload(lease).parties.get()
    assert statement_of(w.reload(lease), party, date(2026, 10, 1)).added_minor == 150_000
    assert statement_of(w.reload(lease), party, date(2026, 11, 1)).lines == []


def test_as_a_sheet():
    w = World()
    lease = w.lease()
    sheet = statement_csv(statement_of(w.reload(lease), w.reload(lease).parties.get(), date(2026, 11, 1))).decode()
    heads, opening, rent = sheet.splitlines()
    assert heads == "recorded,effective,kind,reference,amount,owed,currency"
    assert opening == ",,opening,,,0.00,usd"
    assert rent == f"2026-11-02,2026-11-01,charge.due,charge.due:{lease.charges.earliest('id').public_id},1500.00,1500.00,usd"
