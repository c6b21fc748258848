import pytest
from django.db import IntegrityError

from directpay.events.unit import unit_of_work
from ledger.allocation.actions import allocate
from ledger.allocation.models import Allocation
from ledger.allocation.queries import Claim, allocations_of_credit, paid_on
from ledger.journal.actions import credit, debit
from tests.ledger.allocation.conftest import Tab
from tests.ledger.books import AT, account, post, posting

pytestmark = pytest.mark.django_db


class TestOldestFirst:
    def test_pays_by_due_date_not_by_order_of_recording(self, tab):
        tab.charge("dec", 100, days=30)
        tab.charge("nov", 100)
        tab.pay("p1", 150)
        tab.pair()
        assert tab.paid == {("p1", "nov"): 100, ("p1", "dec"): 50}
        assert tab.open == {"dec": 50}

    def test_of_one_day_pays_what_was_recorded_first(self, tab):
        tab.charge("rent", 100)
        tab.charge("water", 100)
        tab.pay("p1", 100)
        tab.pair()
        assert tab.paid == {("p1", "rent"): 100}

    def test_uses_the_older_credit_first(self, tab):
        tab.pay("p1", 30)
        tab.pay("p2", 30)
        tab.charge("nov", 40)
        tab.pair()
        assert tab.paid == {("p1", "nov"): 30, ("p2", "nov"): 10}
        assert tab.open == {"p2": -20}

    def test_goes_on_with_what_was_left_last_time(self, tab):
        tab.charge("nov", 100)
        tab.pay("p1", 30)
        tab.pair()
        tab.pay("p2", 90)
        tab.pair()
        assert tab.paid == {("p1", "nov"): 30, ("p2", "nov"): 70}
        tab.charge("dec", 50, days=30)
        tab.pair()
        assert tab.paid[("p2", "dec")] == 20
        assert (tab.open, tab.balance) == ({"dec": 30}, 30)

    def test_writes_nothing_when_one_side_is_empty(self, tab):
        tab.pair()
        tab.charge("nov", 100)
        tab.pair()
        assert not Allocation.objects.exists()

    def test_changes_nothing_when_it_comes_again(self, tab):
        tab.charge("nov", 100)
        tab.pay("p1", 60)
        tab.pair()
        tab.pair()
        assert Allocation.objects.count() == 1


class TestClaims:
    def test_are_served_before_anything_older(self, tab):
        tab.charge("nov", 100)
        tab.charge("water", 40, days=9)
        tab.pay("p1", 40)
        tab.pair(p1=[("water", 40)])
        assert tab.paid == {("p1", "water"): 40}
        assert Allocation.objects.get().rule == "claim"

    def test_are_served_in_their_order_and_the_rest_goes_to_the_oldest(self, tab):
        for name, days in (("nov", 0), ("dec", 30), ("jan", 61)):
            tab.charge(name, 100, days=days)
        tab.pay("p1", 170)
        tab.pair(p1=[("jan", 50), ("dec", 100)])
        assert tab.paid == {("p1", "jan"): 50, ("p1", "dec"): 100, ("p1", "nov"): 20}
        assert list(Allocation.objects.order_by("id").values_list("rule", flat=True)) == ["claim", "claim", "oldest_first"]

    def test_of_all_credits_come_before_the_rest_of_any(self, tab):
        """The first payment must not take by age what the second one named."""
        tab.charge("nov", 100)
        tab.charge("dec", 100, days=30)
        tab.pay("p1", 150)
        tab.pay("p2", 100)
        tab.pair(p1=[("dec", 100)], p2=[("nov", 100)])
        assert tab.paid == {("p1", "dec"): 100, ("p2", "nov"): 100}
        assert tab.open == {"p1": -50}

    def test_take_no_more_than_is_open(self, tab):
        tab.charge("nov", 100)
        tab.pay("p0", 70)
        tab.pair()
        tab.pay("p1", 100)
        tab.pair(p1=[("nov", 100)])
        assert tab.paid == {("p0", "nov"): 70, ("p1", "nov"): 30}
        assert tab.open == {"p1": -70}

    def test_take_no_more_than_was_paid(self, tab):
        tab.charge("nov", 100)
        tab.charge("dec", 100, days=30)
        tab.pay("p1", 120)
        tab.pair(p1=[("dec", 100), ("nov", 100)])
        assert tab.paid == {("p1", "dec"): 100, ("p1", "nov"): 20}

    def test_on_what_is_not_posted_yet_are_left_to_the_oldest(self, tab):
        tab.charge("nov", 100)
        tab.pay("p1", 100)
        tab.pair(p1=[("dec", 100)])
        assert tab.paid == {("p1", "nov"): 100}

    def test_on_what_is_not_posted_yet_wait_where_nothing_is_owed(self, tab):
        """E7: the prepayment is applied when the charge falls due."""
        tab.pay("p1", 100)
        tab.pair(p1=[("dec", 100)])
        assert tab.open == {"p1": -100}
        tab.charge("water", 30)
        tab.charge("dec", 100, days=30)
        tab.pair(p1=[("dec", 100)])
        assert tab.paid == {("p1", "dec"): 100}
        assert tab.open == {"water": 30}

    def test_of_a_payment_that_is_not_here_do_nothing(self, tab):
        tab.charge("nov", 100)
        tab.pair(p9=[("nov", 100)])
        assert tab.open == {"nov": 100}


class TestSeveralAccounts:
    def test_are_paired_each_for_itself(self, b, tab):
        other = Tab(account("L1500", "lse_1:carol", book="py_1"), b.rent)
        tab.charge("nov bob", 100)
        other.charge("nov carol", 50)
        tab.pay("p1", 120)
        other.pay("p2", 20)
        with unit_of_work():
            allocate([tab.account.id, other.account.id], at=AT, claims={"p1": [Claim("nov carol", 50)]})
        assert (tab.paid, other.paid) == ({("p1", "nov bob"): 100}, {("p2", "nov carol"): 20})
        assert (tab.open, other.open) == ({"p1": -20}, {"nov carol": 30})

    def test_take_no_more_queries_than_one(self, b, tab, django_assert_num_queries):
        tabs = [tab] + [Tab(account("L1500", f"lse_{n}:joint", book="py_1"), b.rent) for n in range(9)]
        for n, each in enumerate(tabs):
            each.charge(f"nov {n}", 100)
            each.pay(f"p {n}", 100)
        with unit_of_work(), django_assert_num_queries(3):  # lock, read, write
            allocate([each.account.id for each in tabs], at=AT)
        assert all(not each.open for each in tabs)


class TestDatabase:
    @pytest.fixture
    def entries(self, tab):
        tab.charge("nov", 100)
        tab.charge("dec", 50, days=30)
        tab.pay("p1", 80)
        return tab

    def row(self, tab, paid_by: str, paid: str, amount: int, account_id: int | None = None) -> None:
        with unit_of_work():
            Allocation.objects.create(
                account_id=account_id or tab.account.id,
                credit_entry_id=tab.entry(paid_by).id,
                debit_entry_id=tab.entry(paid).id,
                amount_minor=amount,
                rule="test",
                at=AT,
            )

    def test_takes_what_fits(self, entries):
        self.row(entries, "p1", "dec", 50)
        self.row(entries, "p1", "nov", 30)
        self.row(entries, "p1", "nov", -30)
        assert entries.paid == {("p1", "dec"): 50}

    @pytest.mark.parametrize(("debit", "amount"), [("nov", 81), ("dec", 51), ("nov", -1)])
    def test_refuses_to_use_an_entry_beyond_its_amount(self, entries, debit, amount):
        with pytest.raises(IntegrityError, match="beyond its amount"):
            self.row(entries, "p1", debit, amount)

    def test_refuses_two_rows_that_are_too_much_together(self, entries):
        self.row(entries, "p1", "dec", 50)
        with pytest.raises(IntegrityError, match="beyond its amount"):
            self.row(entries, "p1", "nov", 31)

    def test_refuses_a_row_of_nothing(self, entries):
        with pytest.raises(IntegrityError, match="allocation_not_zero"):
            self.row(entries, "p1", "nov", 0)

    @pytest.mark.parametrize(("credit", "debit"), [("nov", "dec"), ("p1", "p1"), ("nov", "p1")])
    def test_refuses_sides_that_are_wrong(self, entries, credit, debit):
        with pytest.raises(IntegrityError, match="pairs a credit with a debit"):
            self.row(entries, credit, debit, 1)

    def test_refuses_entries_of_another_account(self, entries, b):
        with pytest.raises(IntegrityError, match="of the same account"):
            self.row(entries, "p1", "nov", 1, account_id=b.rent.id)

    def test_refuses_to_forget(self, entries):
        self.row(entries, "p1", "nov", 80)
        with pytest.raises(Exception, match=r"append-only|permission denied"):
            Allocation.objects.all().delete()


class TestQueries:
    def test_paid_on_says_how_much_of_each_posted_debit(self, tab):
        tab.charge("nov", 100)
        tab.charge("dec", 100, days=30)
        tab.pay("p1", 130)
        tab.pair()
        assert paid_on([tab.account.id], ["nov", "dec", "jan", "p1"]) == {"nov": 100, "dec": 30}
        assert paid_on([], ["nov"]) == {}

    def test_paid_on_adds_up_the_parts_of_several_accounts(self, b, tab):
        other = Tab(account("L1500", "lse_1:carol", book="py_1"), b.rent)
        post(posting("nov", debit(tab.account, 60), debit(other.account, 40), credit(b.rent, 100)))
        tab.pay("p1", 50)
        other.pay("p2", 40)
        tab.pair()
        other.pair()
        assert paid_on([tab.account.id, other.account.id], ["nov"]) == {"nov": 90}
        assert paid_on([tab.account.id], ["nov"]) == {"nov": 50}

    def test_allocations_of_a_credit_leave_out_what_was_undone(self, tab):
        tab.charge("nov", 100)
        tab.pay("p1", 100)
        tab.pair()
        tab.take_back("p1", "r1")
        assert allocations_of_credit(tab.entry("p1").id) == {tab.entry("r1").id: 100}
