"""The owner statement against sums over raw entries, added up here in plain Python."""

from datetime import date
from itertools import pairwise

import pytest

from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.models import Lease
from leases.credits.actions import NewCredit, grant_credit
from leases.late_fees.actions.assess import charge_late_fee
from leases.properties.models import Property
from leases.receipts.actions import NewReceipt, bank_receipts, bounce_receipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.reports.queries.scope import Wish, known, scope_of
from leases.reports.queries.statement import OwnerStatement, owner_statements
from ledger.journal.actions.periods import close_period
from ledger.journal.actions.reversals import reverse
from ledger.journal.models import Book, Entry
from payments.payins.models import Payment
from payments.payouts.actions.create import NewPayout, create_payout
from payments.refunds.actions.change import set_refund_policy
from payments.refunds.actions.create import refund_payment
from tests.world import DISPUTED, World

pytestmark = pytest.mark.django_db(transaction=True)  # what is known is what is committed
NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)
EVER = date(2026, 1, 1), date(2027, 12, 31)
CASH = ("L1100", "L1200", "L1210", "L1330")


def statement(w: World, basis="cash", between=EVER, at=None, **wish) -> OwnerStatement:
    since, through = between
    (found,) = owner_statements(scope_of(w.actor(w.alice), Wish(**wish)), since, through, basis, at or known(None, now=w.now))
    assert found.unexplained_minor == 0
    return found


def named(found: OwnerStatement) -> dict[str, int]:
    """Line → its sum over properties."""
    sums: dict[str, int] = {}
    for line in found.lines:
        sums[line.name] = sums.get(line.name, 0) + line.minor
    return sums


def entries(w: World, between=EVER) -> list[Entry]:
    rows = Entry.objects.filter(book__subject=w.payee.public_id, effective_on__range=between)
    return list(rows.select_related("account", "transaction").order_by("id"))


def raw(w: World, *numbers: str, between=EVER) -> int:
    return sum(e.amount_minor for e in entries(w, between) if e.account.number in numbers)


class Eventful(World):
    """Two homes of one payee; rent paid with a fee, a cheque that bounced, cash banked, a return, a credit, a write-off, a payout."""

    leased: Lease
    other: Lease
    second: Property
    paid: Payment


def eventful() -> Eventful:
    w = Eventful()
    w.fee("instant", 200)
    first = w.home
    w.leased = w.lease(start=date(2026, 10, 1), late_fee=LateFeeTerms(0, flat_minor=5_000))
    party = w.leased.parties.get()
    charge_late_fee(w.leased, w.leased.charges.earliest("id"), actor=SYSTEM, at=w.now)
    add_charge(w.leased, NewCharge("utilities", 9_000), actor=SYSTEM, at=w.now)
    w.paid = w.until(w.pay(w.leased, "instant", 160_000), "settled")
    w.home = w.second = w.property(w.alice, name="Elm")
    w.other = w.lease(w.person("mia", "renter"), rent=90_000)
    w.home = first
    cheque = record_receipt(w.other, NewReceipt(w.other.parties.get(), "check", 40_000), actor=SYSTEM, at=w.now)
    cash = record_receipt(w.other, NewReceipt(w.other.parties.get(), "cash", 30_000), actor=SYSTEM, at=w.now)
    bank_receipts([cash], actor=SYSTEM, at=w.now)
    bounce_receipt(cheque, actor=SYSTEM, at=w.now)
    grant_credit(w.leased, NewCredit(party, "credit", 10_000, "a tap"), actor=SYSTEM, at=w.now)
    grant_credit(w.other, NewCredit(w.other.parties.get(), "write_off", 1_000, "too little"), actor=SYSTEM, at=w.now)
    w.until(w.pay(w.leased, "same_day_ach", 50_000, w.account(w.bob, DISPUTED)), "returned")
    create_payout(NewPayout("payout", w.payee, w.account(w.alice), 100_000, "usd"), actor=SYSTEM, at=w.now)
    w.later(days=4)
    w.check()
    return w


def test_it_works():
    w = World()
    w.fee("ach", 200)
    lease = w.lease()
    w.until(w.pay(lease, "ach"), "settled")
    found = statement(w)
    assert named(found) == {"rent": 150_000, "payment_fees": -200}
    assert found.result_minor == 149_800
    (here, *_rest) = found.places
    assert (here.opening_minor, [(f.name, f.minor) for f in here.flows], here.closing_minor) == (
        0,
        [("received", 150_000), ("payment_fees", -200)],
        149_800,
    )
    assert named(statement(w, "accrual")) == {"rent": 150_000, "payment_fees": -200}


def test_every_line_is_the_sum_of_its_entries():
    w = eventful()
    cash, accrual = statement(w), statement(w, "accrual")
    assert cash.result_minor == raw(w, *CASH)
    assert accrual.result_minor == -sum(e.amount_minor for e in entries(w) if e.account.number >= "L4")
    for name, number in (
        ("rent", "L4100"),
        ("late_fees", "L4300"),
        ("concessions", "L4900"),
        ("bad_debt", "L6900"),
        ("payment_fees", "L6100"),
    ):
        assert named(accrual)[name] == -raw(w, number)
    by_kind = {}
    for e in entries(w):
        if e.account.number == "L1500":
            by_kind[e.transaction.kind] = by_kind.get(e.transaction.kind, 0) - e.amount_minor
    assert named(cash)["returned_payments"] == by_kind["payment.returned"] == -50_000
    assert named(cash)["bounced_receipts"] == by_kind["receipt.bounced"] == -40_000
    assert cash.section_minor("income") == by_kind["payment.completed"] + by_kind["receipt.recorded"] == 280_000
    assert "concessions" not in named(cash)
    assert "bad_debt" not in named(cash)


def test_places_close_at_the_balances_of_the_book_and_payouts_tie_to_them():
    w = eventful()
    found = statement(w)
    for place in found.places:
        assert place.closing_minor == raw(w, place.number), place.name
    flows = {flow.name: flow.minor for flow in found.places[0].flows}
    (payout,) = found.payouts
    assert flows["payouts"] == -payout.amount_minor == -100_000
    assert [(p.payment, p.net_minor) for p in payout.parts if p.payment == w.paid.public_id] == [(w.paid.public_id, 159_800)]
    assert payout.parts_minor + payout.remainder_minor == payout.amount_minor


def test_cash_less_accrual_is_what_came_to_be_owed():
    w = eventful()
    bridge = statement(w).bridge
    assert bridge.accrual_minor - bridge.cash_minor == raw(w, "L1500") == bridge.receivable_minor
    assert bridge.unexplained_minor == 0


@pytest.mark.parametrize("basis", ["cash", "accrual"])
def test_properties_add_up_to_the_whole_and_months_to_the_year(basis):
    w = eventful()
    whole = statement(w, basis)
    homes = [statement(w, basis, property=home.public_id) for home in (w.home, w.second)]
    nobodys = sum(line.minor for line in whole.lines if line.home == "none")
    assert sum(found.result_minor for found in homes) + nobodys == whole.result_minor
    assert all(not found.places for found in homes)
    at = known(None, now=w.now)
    year = statement(w, basis, (date(2026, 1, 1), date(2026, 12, 31)), at)
    months = [statement(w, basis, month, at) for month in months_of(2026)]
    sums: dict[str, int] = {}
    for month in months:
        for name, minor in named(month).items():
            sums[name] = sums.get(name, 0) + minor
    assert {k: v for k, v in sums.items() if v} == {k: v for k, v in named(year).items() if v}
    for before, after in pairwise(months):
        assert [p.closing_minor for p in before.places] == [p.opening_minor for p in after.places]


def months_of(year: int):
    ends = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return [(date(year, n, 1), date(year, n, last)) for n, last in enumerate(ends, start=1)]


def test_a_return_in_the_next_month_takes_back_there_and_leaves_the_first_alone():
    w = World()
    lease = w.lease()
    cheque = record_receipt(lease, NewReceipt(lease.parties.get(), "check", 150_000), actor=SYSTEM, at=w.now)
    w.later(days=35)
    bounce_receipt(cheque, actor=SYSTEM, at=w.now)
    assert named(statement(w, between=NOVEMBER)) == {"rent": 150_000}
    assert named(statement(w, between=(date(2026, 12, 1), date(2026, 12, 31)))) == {"bounced_receipts": -150_000}


def test_money_paid_ahead_is_income_when_it_came_and_has_its_category_once_the_charge_falls_due():
    w = World()
    lease = w.lease()
    record_receipt(lease, NewReceipt(lease.parties.get(), "cash", 160_000), actor=SYSTEM, at=w.now)
    before = known(None, now=w.now)
    assert named(statement(w, between=NOVEMBER)) == {"rent": 150_000, "advance_rent": 10_000}
    w.later(days=35)
    assert named(statement(w, between=NOVEMBER)) == {"rent": 160_000}
    assert named(statement(w, between=NOVEMBER, at=before)) == {"rent": 150_000, "advance_rent": 10_000}


def test_a_closed_period_stays_and_what_comes_later_counts_in_the_open_one():
    w = World()
    lease = w.lease()
    record_receipt(lease, NewReceipt(lease.parties.get(), "check", 50_000), actor=SYSTEM, at=w.now)
    paid = w.pay(lease, "same_day_ach", 70_000, w.account(w.bob, DISPUTED))
    w.until(paid, "completed", "settled", "returned")
    w.later(days=29)
    november = named(statement(w, between=NOVEMBER))
    close_period(Book.objects.get(subject=w.payee.public_id), NOVEMBER[1], actor=SYSTEM, at=w.now)
    original = Entry.objects.filter(transaction__kind="receipt.recorded").first().transaction
    w.later(days=1)
    with unit_of_work():
        reverse(original, at=w.now)  # keeps its effective date, in November
    december = date(2026, 12, 1), date(2026, 12, 31)
    after = statement(w, between=NOVEMBER)
    assert named(after) == november
    assert named(statement(w, between=december)) == {"corrections": -50_000}
    assert [p.closing_minor for p in after.places] == [p.opening_minor for p in statement(w, between=december).places]
    assert statement(w, between=(NOVEMBER[0], december[1])).result_minor == raw(w, *CASH)


def test_what_went_back_of_a_payment_is_a_refund_of_its_day_and_its_fee_is_less():
    """G5 on a statement: income stays where it was received, the refund is negative, the claw-back lowers the cost."""
    w = World()
    w.fee("instant", 2_000)
    set_refund_policy(w.payee, gives_fee_back=True, actor=SYSTEM, at=w.now)
    paid = w.until(w.pay(w.lease(), "instant"), "settled")
    before = named(statement(w))
    refund_payment(paid, 75_000, actor=SYSTEM, at=w.now)
    w.later(minutes=1)
    found = statement(w)
    assert {name: minor - before.get(name, 0) for name, minor in named(found).items() if minor != before.get(name, 0)} == {
        "refunds": -75_000,
        "payment_fees": 1_000,
    }
    assert found.result_minor == raw(w, *CASH)
