from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from ledger.journal.actions import BelowFloor
from ledger.journal.models import Transaction
from ledger.journal.queries import find_account, open_items
from payments.reconciliation.actions import LINES_QUEUE, Reported, fetch_lines, pay_in_capital, record_bank_lines
from payments.reconciliation.listeners import expect_lines
from payments.reconciliation.models import BankLine
from payments.reconciliation.queries import open_item
from tests.world import NO_FUNDS, World

DAY = date(2026, 11, 3)


def reported(reference: str, amount: int, item: str = "pay_1", rail: str = "ach", bank: str = "client") -> Reported:
    return Reported(bank, reference, rail, item, amount, "usd", DAY)


def clearing(rail: str = "ach") -> list[tuple[str, int]]:
    return open_items(find_account("P", "P1210", currency="usd", subject=rail).id)


class TestCover:
    """F11: what the client bank cannot bear comes out of the company's own money."""

    def test_pays_what_is_missing_when_each_line_is_posted_in_its_turn(self, w):
        record_bank_lines([reported("a", 100), reported("b", -250), reported("c", 120)], at=w.now)
        cover = Transaction.objects.get(kind="client.covered")
        assert (w.balance("P1110"), w.balance("P1130")) == (120, 1_000_000 - 150)
        event = Event.objects.get(type="client_bank.covered")
        assert (f"client.covered:{event.object_id}", event.data["amount"], event.data["currency"]) == (cover.reference, 150, "usd")
        w.check()

    def test_nothing_where_enough_is_there(self, w):
        record_bank_lines([reported("a", 100), reported("b", -100)], at=w.now)
        assert not Transaction.objects.filter(kind="client.covered").exists()

    def test_a_company_that_has_not_that_much_leaves_the_line_to_wait(self, w):
        with pytest.raises(BelowFloor):
            record_bank_lines([reported("a", -1_000_001)], at=w.now)
        assert (w.balance("P1110"), BankLine.objects.count(), Transaction.objects.filter(kind="bank.line").count()) == (0, 0, 0)
        pay_in_capital(1, currency="usd", reference="more", at=w.now)
        record_bank_lines([reported("a", -1_000_001)], at=w.now)
        assert (w.balance("P1110"), w.balance("P1130")) == (0, 0)
        w.check()

    def test_once_however_often_the_line_is_told(self, w):
        for _ in range(2):
            record_bank_lines([reported("a", -100)], at=w.now)
        assert (w.balance("P1110"), w.balance("P1130")) == (0, 999_900)


class TestRecord:
    def test_keeps_the_line_moves_the_bank_and_tells(self, w):
        (line,) = record_bank_lines([reported("a", 150_000)], at=w.now)
        assert (line.bank, line.item, line.amount_minor, line.value_on, line.reported_at, line.posted_at) == (
            "client",
            "pay_1",
            150_000,
            DAY,
            w.now,
            w.now,
        )
        assert Transaction.objects.get(reference=f"bank.line:{line.public_id}").effective_on == DAY
        assert (w.balance("P1110"), clearing()) == (150_000, [("pay_1", -150_000)])
        event = Event.objects.get(type="bank_line.posted")
        assert (event.object_id, event.data["item"], event.data["amount"]) == (line.public_id, "pay_1", 150_000)

    def test_takes_money_out_as_it_took_it_in(self, w):
        record_bank_lines([reported("a", 100), reported("b", -100)], at=w.now)
        assert (w.balance("P1110"), clearing()) == (0, [])

    def test_moves_our_own_bank_for_our_own_lines(self, w):
        record_bank_lines([reported("a", -77, item="ba_1", rail="own_ach", bank="own")], at=w.now)
        assert (w.balance("P1130"), clearing("own_ach")) == (1_000_000 - 77, [("ba_1", 77)])

    def test_keeps_a_line_once_however_often_it_is_told(self, w):
        first = record_bank_lines([reported("a", 100)], at=w.now)
        again = record_bank_lines([reported("a", 100), reported("b", 5)], at=w.now + timedelta(days=1))
        assert ([line.reference for line in first], [line.reference for line in again]) == (["a"], ["b"])
        assert (w.balance("P1110"), BankLine.objects.count()) == (105, 2)

    def test_keeps_a_line_once_that_is_told_twice_at_once(self, w):
        assert len(record_bank_lines([reported("a", 100), reported("a", 100)], at=w.now)) == 1
        assert w.balance("P1110") == 100

    def test_tells_lines_of_two_banks_apart(self, w):
        assert len(record_bank_lines([reported("a", 100), reported("a", 100, bank="own", rail="own_ach")], at=w.now)) == 2

    @pytest.mark.parametrize("item", ["", "pay_nobody_knows"])
    def test_leaves_what_nobody_knows_open_under_its_name(self, w, item):
        record_bank_lines([reported("a", 100, item=item)], at=w.now)
        assert clearing() == [(item, -100)]
        w.work()
        w.check()

    def test_takes_nothing_as_nothing(self, w):
        assert record_bank_lines([], at=w.now) == []

    def test_refuses_a_line_of_nothing(self, w):
        with pytest.raises(IntegrityError, match="bank_line_not_zero"):
            record_bank_lines([reported("a", 0)], at=w.now)


class TestFetch:
    def waiting(self) -> dict:
        return dict(Due.objects.filter(queue=LINES_QUEUE).values_list("key", "due_at"))

    def test_asks_for_what_is_there_and_when_to_come_again(self, w, accept):
        made = accept()
        w.work()
        assert not BankLine.objects.filter(bank="client").exists()
        assert self.waiting() == {made.public_id: w.now + timedelta(seconds=10)}
        w.later(seconds=10)
        assert BankLine.objects.get(bank="client").item == made.public_id
        assert self.waiting() == {}

    def test_sees_money_come_and_go_of_one_that_failed(self, w, accept):
        made = accept(bank_account=w.account(w.bob, NO_FUNDS))
        w.later(minutes=2)
        assert list(BankLine.objects.filter(item=made.public_id).order_by("id").values_list("amount_minor", flat=True)) == [
            150_000,
            -150_000,
        ]
        assert open_item("P1210", "ach", "usd", made.public_id) == 0
        w.check()

    def test_sees_nothing_of_what_never_left(self, w, accept):
        made = accept()
        fetch_lines([made.public_id, "pay_unknown"], w.now)
        assert not BankLine.objects.filter(item=made.public_id).exists()
        assert self.waiting() == {}

    def test_may_be_asked_again(self, w, accept):
        made = accept(rail="instant")
        w.later(minutes=1)
        for _ in range(2):
            fetch_lines([made.public_id], w.now)
        assert BankLine.objects.filter(item=made.public_id).count() == 1

    def test_is_promised_once_for_several_facts_of_one_payment(self, w, accept):
        made = accept(rail="instant")
        w.later(minutes=1)
        with unit_of_work():
            expect_lines(list(Event.objects.filter(object_id=made.public_id).order_by("id")))
        assert set(self.waiting()) == {made.public_id}


class TestOpenItem:
    def test_is_nothing_where_there_is_no_account(self, w):
        assert open_item("P1210", "pigeon", "usd", "pay_1") == 0

    def test_is_nothing_where_there_is_no_item(self, w):
        record_bank_lines([reported("a", 100)], at=w.now)
        assert open_item("P1210", "ach", "usd", "pay_2") == 0
        assert open_item("P1210", "ach", "usd", "pay_1") == -100


def test_capital_is_paid_in_once(db):
    w = World(capital_minor=500)
    pay_in_capital(500, currency="usd", reference="opening", at=w.now)
    pay_in_capital(70, currency="usd", reference="more", at=w.now)
    assert (w.balance("P1130"), w.balance("P3100")) == (570, 570)
