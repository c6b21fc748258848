from datetime import date, timedelta

import pytest
from django.db import DataError, IntegrityError, connection

from directpay.events.unit import unit_of_work
from directpay.kernel.request_context import request_id
from ledger.journal.actions import (
    SET_LIMIT,
    BelowFloor,
    Leg,
    Posting,
    PostingRefused,
    ReferenceReused,
    close_account,
    credit,
    debit,
    post_many,
)
from ledger.journal.actions.refusals import CODES
from ledger.journal.models import Account, Entry, Transaction
from tests.ledger.books import AT, DAY, account, balance, entries, post, posting

pytestmark = pytest.mark.django_db


def moved(b, reference: str = "t:1", amount: int = 100, **how):
    """The bank shows so much money of the clearing."""
    return posting(reference, debit(b.bank, amount), credit(b.clearing, amount, "pay_1"), **how)


def closed(of: Account) -> Account:
    with unit_of_work():
        return close_account(of, at=AT)


class TestRecords:
    def test_a_balanced_transaction_with_its_entries(self, b):
        (posted,) = post(moved(b, kind="bank.line", on=date(2026, 10, 30)))
        row = Transaction.objects.get()
        assert (posted.reference, posted.transaction_id, posted.new) == ("t:1", row.id, True)
        assert (row.kind, row.effective_on, row.at) == ("bank.line", date(2026, 10, 30), AT)
        assert row.public_id.startswith("txn_")
        legs = Entry.objects.order_by("id").values_list(
            "account_id", "amount_minor", "item", "fund", "effective_on", "at", "transaction_id"
        )
        assert list(legs) == [
            (b.bank.id, 100, None, "client", date(2026, 10, 30), AT, row.id),
            (b.clearing.id, -100, "pay_1", "client", date(2026, 10, 30), AT, row.id),
        ]
        assert (balance(b.bank), balance(b.clearing)) == (100, -100)

    def test_the_running_balance_and_sequence_of_each_account(self, b):
        post(moved(b, "t:1", 100), moved(b, "t:2", 30))
        post(posting("t:3", debit(b.clearing, 50, "pay_1"), credit(b.bank, 50)))
        assert entries(b.bank) == [(1, 100, 100), (2, 30, 130), (3, -50, 80)]
        assert entries(b.clearing) == [(1, -100, -100), (2, -30, -130), (3, 50, -80)]

    def test_several_legs_on_one_account_one_after_another(self, b):
        post(posting("t:1", debit(b.bank, 70), debit(b.bank, 30), credit(b.clearing, 100, "pay_1")))
        assert entries(b.bank) == [(1, 70, 70), (2, 30, 100)]

    def test_who_asked_for_it(self, b):
        token = request_id.set("req_9")
        try:
            post(moved(b))
        finally:
            request_id.reset(token)
        assert Transaction.objects.get().request_id == "req_9"

    def test_an_item_only_where_the_account_is_kept_by_item(self, b):
        assert debit(b.bank, 1, "pay_1") == Leg(b.bank.id, 1, None)
        assert credit(b.clearing, 1, "pay_1") == Leg(b.clearing.id, -1, "pay_1")

    def test_two_books_in_one_transaction_each_balanced(self, b):
        post(
            posting(
                "t:1",
                debit(b.clearing, 150, "pay_1"),
                credit(b.pending, 148),
                credit(b.revenue, 2),
                debit(b.at_directpay, 148),
                debit(b.bob.cost_account, 2),
                credit(b.bob, 150),
            )
        )
        assert (balance(b.pending), balance(b.at_directpay), balance(b.bob)) == (148, 148, -150)

    def test_nothing_as_nothing(self, b):
        assert post() == []

    def test_a_large_set_in_one_round_trip(self, b, django_assert_num_queries):
        postings = [moved(b, f"t:{n}", 1 + n) for n in range(500)]
        with unit_of_work(), django_assert_num_queries(1):
            posted = post_many(postings, at=AT)
        assert [p.reference for p in posted] == [p.reference for p in postings]
        assert balance(b.bank) == sum(range(1, 501))
        assert [e[0] for e in entries(b.bank)] == list(range(1, 501))


class TestReference:
    def test_answers_with_what_stands_when_it_comes_again(self, b):
        (first,) = post(moved(b))
        (again,) = post(moved(b), at=AT + timedelta(days=1))
        assert (again.transaction_id, again.new) == (first.transaction_id, False)
        assert (Transaction.objects.count(), balance(b.bank)) == (1, 100)

    def test_adds_only_what_is_new_of_a_set(self, b):
        post(moved(b, "t:2", 5))
        posted = post(moved(b, "t:1", 1), moved(b, "t:2", 5), moved(b, "t:3", 7))
        assert [(p.reference, p.new) for p in posted] == [("t:1", True), ("t:2", False), ("t:3", True)]
        assert entries(b.bank) == [(1, 5, 5), (2, 1, 6), (3, 7, 13)]

    @pytest.mark.parametrize(
        "change",
        [
            lambda b: moved(b, amount=101),
            lambda b: moved(b, kind="other"),
            lambda b: moved(b, on=DAY + timedelta(days=1)),
            lambda b: posting("t:1", debit(b.bank, 100), credit(b.clearing, 100, "pay_2")),
            lambda b: posting("t:1", debit(b.bank, 100), credit(account("P1210", "wire"), 100, "pay_1")),
            lambda b: posting("t:1", credit(b.bank, 100), debit(b.clearing, 100, "pay_1")),
        ],
        ids=["amount", "kind", "date", "item", "account", "sides"],
    )
    def test_is_refused_with_any_other_content(self, b, change):
        post(moved(b))
        other = change(b)
        with pytest.raises(ReferenceReused) as refusal:
            post(other)
        assert (refusal.value.status, refusal.value.details) == (409, {"reference": "t:1"})
        assert entries(b.bank) == [(1, 100, 100)]

    def test_refuses_the_whole_set_for_one_that_is_reused(self, b):
        post(moved(b))
        with pytest.raises(ReferenceReused):
            post(moved(b, "t:2"), moved(b, "t:1", 999))
        assert Transaction.objects.count() == 1

    def test_may_not_stand_twice_in_one_set(self, b):
        with pytest.raises(ValueError, match="reference of its own"):
            post(moved(b), moved(b))


class TestFloors:
    def test_zero_is_refused_below_zero(self, b):
        post(moved(b, amount=100))
        with pytest.raises(BelowFloor, match="would stand at -1") as refusal:
            post(posting("t:2", credit(b.bank, 101), debit(b.clearing, 101, "pay_1")))
        assert (refusal.value.code, refusal.value.details) == ("balance_insufficient", {"reference": "t:2"})
        assert balance(b.bank) == 100

    def test_zero_may_be_reached(self, b):
        post(moved(b, amount=100))
        post(posting("t:2", credit(b.bank, 100), debit(b.clearing, 100, "pay_1")))
        assert balance(b.bank) == 0

    def test_zero_holds_for_an_account_of_the_credit_side(self, b):
        with pytest.raises(BelowFloor, match="P2110"):
            post(posting("t:1", debit(b.pending, 1), credit(b.available, 1)))

    def test_zero_holds_after_every_transaction_of_a_set(self, b):
        """The sum of the set would be enough; the books in between would not."""
        with pytest.raises(BelowFloor):
            post(posting("t:1", credit(b.bank, 50), debit(b.clearing, 50, "pay_1")), moved(b, "t:2", 100))
        assert not Transaction.objects.exists()

    def test_zero_may_be_passed_inside_one_transaction(self, b):
        post(posting("t:1", credit(b.bank, 5), debit(b.bank, 8), credit(b.clearing, 3, "pay_1")))
        assert balance(b.bank) == 3

    @staticmethod
    def returned(b, amount: int, kind: str, reference: str = "t:9"):
        """Taken from available, with its mirror, and owed again."""
        legs = [debit(b.available, amount), credit(b.clearing, amount, "pay_1"), debit(b.bob, amount), credit(b.at_directpay, amount)]
        return posting(reference, *legs, kind=kind)

    @pytest.mark.parametrize("kind", ["payment.returned", "return.fee", "dispute.opened", "dispute.fee", "payment.fee"])
    def test_kinds_may_be_passed_by_the_kinds_allowed(self, b, kind):
        post(self.returned(b, 400, kind))
        assert balance(b.available) == -400

    @pytest.mark.parametrize("kind", ["payout.created", "refund.submitted", "reserve.placed", "payment.completed", "fees.swept", ""])
    def test_kinds_may_not_be_passed_by_any_other(self, b, kind):
        with pytest.raises(BelowFloor, match="P2120"):
            post(self.returned(b, 1, kind))

    def test_kinds_is_not_lowered_further_by_any_other(self, b):
        post(self.returned(b, 400, "payment.returned"))
        with pytest.raises(BelowFloor):
            post(self.returned(b, 1, "payout.created", "t:10"))

    def test_kinds_may_recover_by_any_kind(self, b):
        post(self.returned(b, 400, "payment.returned"))
        post(posting("t:10", credit(b.available, 100), debit(b.clearing, 100, "pay_1"), debit(b.at_directpay, 100), credit(b.bob, 100)))
        assert balance(b.available) == -300

    def test_any_knows_no_floor(self, b):
        post(posting("t:1", credit(b.bob, 10**9), debit(b.rent, 10**9)))
        assert (balance(b.bob), balance(b.rent)) == (-(10**9), -(10**9))


class TestAllOrNothing:
    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_one_bad_transaction_undoes_the_set_wherever_it_stands(self, b, position):
        postings = [moved(b, "t:1"), moved(b, "t:2")]
        postings.insert(position, posting("t:3", debit(b.pending, 5), credit(b.available, 5)))
        with pytest.raises(BelowFloor):
            post(*postings)
        assert not Transaction.objects.exists()
        assert not Entry.objects.exists()
        assert balance(b.bank) == 0

    def test_a_later_set_takes_up_where_the_last_good_one_ended(self, b):
        post(moved(b, "t:1", 10))
        with pytest.raises(BelowFloor):
            post(posting("t:2", credit(b.bank, 11), debit(b.clearing, 11, "pay_1")))
        post(moved(b, "t:2", 5))
        assert entries(b.bank) == [(1, 10, 10), (2, 5, 15)]


class TestRefuses:
    """Each rule of the books with a code of its own, whatever stands before and after it in its set."""

    @staticmethod
    def bad(b, what: str) -> Posting:
        clearing = credit(b.clearing, 100, "pay_1")
        other = [account("L1500", "lse_2:ann", book="py_2"), account("L4100", "prop_2", book="py_2")]
        legs = {
            "unbalanced": [debit(b.bank, 101), clearing],
            "unbalanced in each book": [debit(b.bank, 100), credit(b.rent, 100)],
            "a mirror leg forgotten": [debit(b.clearing, 5, "pay_1"), credit(b.pending, 5)],
            "two currencies": [debit(b.bank, 100), credit(account("P1210", "ach", currency="eur"), 100, "pay_1")],
            "two payees": [debit(b.bob, 1), credit(b.rent, 1), debit(other[0], 1), credit(other[1], 1)],
            "one leg": [debit(b.bank, 100)],
            "no leg": [],
            "an account that is not there": [debit(b.bank, 100), Leg(10**9, -100)],
            "a closed account": [debit(closed(account("P1390", "main")), 100), clearing],
            "a leg of zero": [Leg(b.bank.id, 0), debit(b.bank, 100), clearing],
            "below its floor": [credit(b.bank, 100_000), debit(b.clearing, 100_000, "pay_1")],
            "beyond 64 bits": [debit(b.bank, 2**63 - 1), credit(b.clearing, 2**63 - 1, "pay_1")],
        }
        return posting("t:bad", *legs[what])

    CODES = {
        "unbalanced": "unbalanced",
        "unbalanced in each book": "unbalanced",
        "a mirror leg forgotten": "mirror_missing",
        "two currencies": "currencies_mixed",
        "two payees": "books_mixed",
        "one leg": "too_few_legs",
        "no leg": "too_few_legs",
        "an account that is not there": "account_unknown",
        "a closed account": "account_closed",
        "a leg of zero": "amount_invalid",
        "below its floor": "balance_insufficient",
        "beyond 64 bits": "amount_too_large",
    }

    @pytest.mark.parametrize("what", CODES)
    def test_the_set(self, b, what):
        post(moved(b, "t:0", 7))
        bad = self.bad(b, what)
        with unit_of_work():
            with pytest.raises(PostingRefused) as refused:
                post_many([moved(b, "t:1"), bad, moved(b, "t:2")], at=AT)
            assert Transaction.objects.count() == 1, "the caller's transaction goes on, and nothing was written"
        assert (refused.value.code, refused.value.status) == (self.CODES[what], 409)
        assert refused.value.code in CODES
        assert refused.value.details["reference"] in ("t:bad", None)
        assert entries(b.bank) == [(1, 7, 7)]
        assert (balance(b.clearing), Entry.objects.count()) == (-7, 2)

    @pytest.mark.parametrize("what", CODES)
    def test_it_alone(self, b, what):
        post(moved(b, "t:0", 7))
        with unit_of_work():
            results = post_many([moved(b, "t:1"), self.bad(b, what), moved(b, "t:0", 7), moved(b, "t:2")], at=AT, refuse="each")
        assert [(r.reference, r.new, r.refused and r.refused.code) for r in results] == [
            ("t:1", True, None),
            ("t:bad", False, self.CODES[what]),
            ("t:0", False, None),
            ("t:2", True, None),
        ]
        assert results[1].transaction_id is None
        assert results[1].refused.details["reference"] == "t:bad"
        assert entries(b.bank) == [(1, 7, 7), (2, 100, 107), (3, 100, 207)]

    def test_one_alone_in_a_thousand(self, b):
        postings = [moved(b, f"t:{n}", 1) for n in range(1000)]
        postings[613] = posting("t:613", debit(b.bank, 2), credit(b.clearing, 1, "pay_1"))
        with unit_of_work():
            results = post_many(postings, at=AT, refuse="each")
        assert [n for n, r in enumerate(results) if r.refused] == [613]
        assert (balance(b.bank), len(entries(b.bank))) == (999, 999)

    def test_each_by_what_stands_before_it(self, b):
        """A refused deposit leaves nothing to draw on; one that was taken does."""
        draw = posting("t:2", credit(b.bank, 60), debit(b.clearing, 60, "pay_1"))
        with unit_of_work():
            first = post_many([posting("t:1", debit(b.bank, 60)), draw], at=AT, refuse="each")
            second = post_many([moved(b, "t:3", 60), draw, posting("t:4", *draw.legs)], at=AT, refuse="each")
        assert [r.refused.code for r in first] == ["too_few_legs", "balance_insufficient"]
        assert [r.refused and r.refused.code for r in second] == [None, None, "balance_insufficient"]

    def test_a_reference_with_other_content_alone(self, b):
        post(moved(b, "t:1", 5))
        with unit_of_work():
            results = post_many([moved(b, "t:1", 6), moved(b, "t:2", 1)], at=AT, refuse="each")
        assert [r.refused and r.refused.code for r in results] == ["reference_reused", None]
        assert isinstance(results[0].refused, ReferenceReused)
        assert balance(b.bank) == 6

    @pytest.mark.parametrize("amount", [0, -1, 1.0, "1", True, None, 2**63])
    def test_an_amount_that_is_none(self, b, amount):
        for side in (debit, credit):
            with pytest.raises(PostingRefused) as refused:
                side(b.bank, amount)
            assert refused.value.code == ("amount_too_large" if amount == 2**63 else "amount_invalid")

    def test_a_balance_beyond_64_bits(self, b):
        huge = 2**62
        post(moved(b, "t:1", huge))
        with pytest.raises(PostingRefused) as refused:
            post(moved(b, "t:2", huge))
        assert (refused.value.code, balance(b.bank)) == ("amount_too_large", huge)

    def test_a_leg_made_by_hand_beyond_64_bits(self, b):
        with pytest.raises(PostingRefused) as refused:
            post(posting("t:1", Leg(b.bank.id, 2**64), Leg(b.clearing.id, -(2**64))))
        assert refused.value.code == "amount_too_large"

    def test_legs_out_of_order_with_an_error(self, b):
        """By hand alone: `post_many` never gives one transaction the legs of another."""
        call = (
            "SELECT * FROM ledger_post(%s, '', true, '{t:1,t:2}', '{txn_1,txn_2}', '{test,test}', '{2026-11-02,2026-11-02}', '{NULL,NULL}',"
            " '{1,2,1,2}', '{1,1,2,2}', %s, '{5,7,-5,-8}', '{NULL,NULL,NULL,NULL}')"
        )
        ids = [b.bank.id, b.bank.id, b.clearing.id, b.clearing.id]
        with connection.cursor() as cursor, pytest.raises(DataError, match="in the order of their transactions"):
            cursor.execute(call, [AT, ids])

    def test_what_only_a_bug_could_ask_for_with_an_error(self, b):
        """A month without a partition is nothing that a caller could act on."""
        with pytest.raises(IntegrityError, match="no partition"):
            post(moved(b), at=AT.replace(year=1999))


class TestMoment:
    def test_never_falls_on_an_account(self, b):
        """The clock of one writer may be behind another's: the order of recording is the order of `seq`."""
        post(moved(b, "t:1"), at=AT + timedelta(seconds=5))
        post(moved(b, "t:2"), at=AT)
        post(posting("t:3", debit(b.bob, 1), credit(b.rent, 1)), at=AT)
        assert list(Transaction.objects.order_by("id").values_list("at", flat=True)) == [AT + timedelta(seconds=5)] * 2 + [AT]
        assert Account.objects.get(id=b.bank.id).last_at == AT + timedelta(seconds=5)


def test_refuses_more_than_its_limit(b):
    with pytest.raises(ValueError, match="at most"):
        post(*(moved(b, f"t:{n}") for n in range(SET_LIMIT + 1)))


@pytest.mark.django_db(transaction=True)
def test_needs_somebodys_transaction():
    with pytest.raises(RuntimeError, match="open transaction"):
        post_many([], at=AT)

    @pytest.mark.parametrize(
        ("bad", "code"),
        [
            (lambda b: moved(b, "t:" + "x" * 119), "text_too_long"),
            (lambda b: posting("t:bad", debit(b.bank, 1), credit(b.clearing, 1, "i" * 61)), "text_too_long"),
            (lambda b: moved(b, "t:bad", on=date(1899, 12, 31)), "date_invalid"),
        ],
        ids=["reference", "item", "date"],
    )
    def test_what_does_not_fit_alone(self, b, bad, code):
        with unit_of_work():
            results = post_many([moved(b, "t:1", 5), bad(b), moved(b, "t:2", 6)], at=AT, refuse="each")
        assert [r.refused and r.refused.code for r in results] == [None, code, None]
        with pytest.raises(PostingRefused) as refused:
            post(moved(b, "t:3"), bad(b))
        assert (refused.value.code, balance(b.bank)) == (code, 11)
