"""The arithmetic alone: never above the cap, never less for another day, the same in whichever order the facts were told."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leases.contracts.late_fee import BASES, LateFeeTerms
from leases.late_fees.reckoning import FEES_LAST, OTHERS_NEXT, RENT_FIRST, Debt, Given, cap_of, fees_due, first_fee, open_at_end_of

START = date(2026, 11, 1)
days = st.integers(0, 60).map(lambda n: START + timedelta(days=n))
amounts = st.integers(1, 300_000)
ranks = st.sampled_from([RENT_FIRST, RENT_FIRST, OTHERS_NEXT, FEES_LAST])


@st.composite
def ledgers(draw) -> tuple[list[Debt], list[Given]]:
    rows = draw(st.lists(st.tuples(days, amounts, ranks), min_size=1, max_size=8))
    debts = [Debt(f"chg_{n}", *row) for n, row in enumerate(rows)]
    names = st.sampled_from(["", "", *(debt.key for debt in debts)])
    money = draw(st.lists(st.builds(Given, days, amounts, names), max_size=8))
    return [Debt("chg_rent", START, draw(amounts)), *debts], money


@st.composite
def agreements(draw) -> LateFeeTerms:
    maybe = st.none() | st.integers(1, 20_000)
    bps = st.none() | st.integers(1, 2_000)
    cap, share = draw(st.sampled_from([(None, None), (draw(st.integers(1, 30_000)), None), (None, draw(st.integers(1, 1_500)))]))
    basis = draw(st.sampled_from(BASES))
    return LateFeeTerms(draw(st.integers(0, 15)), draw(maybe), draw(bps), draw(maybe), cap, share, basis)


def charged(terms: LateFeeTerms, debts: Sequence[Debt], money: Sequence[Given], until: date) -> dict[int, int]:
    made, _ = fees_due(terms, debts[0], debts, money, until=until, taken={})
    return {fee.day: fee.amount_minor for fee in made}


class TestWhatIsOpen:
    @given(ledgers(), days, st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_in_which_it_was_told(self, ledger, day, rng):
        debts, money = ledger
        before = open_at_end_of(day, debts, money)
        rng.shuffle(debts)
        rng.shuffle(money)
        assert open_at_end_of(day, debts, money) == before

    @given(ledgers(), days)
    def test_of_rent_grows_with_no_day(self, ledger, day):
        debts, money = ledger
        earlier, later = (open_at_end_of(d, debts, money)["chg_rent"] for d in (day, day + timedelta(days=1)))
        assert 0 <= later <= earlier <= debts[0].minor

    @given(ledgers(), days)
    def test_is_what_was_owed_less_what_was_given(self, ledger, day):
        """BOOKS.md section 5, of all that fell due by the day itself."""
        debts, money = ledger
        owed = sum(debt.minor for debt in debts if debt.due_on <= day)
        came = sum(one.minor for one in money if one.on <= day)
        assert max(0, owed - came) <= sum(open_at_end_of(day, debts, money).values()) <= owed

    @given(ledgers(), days, amounts)
    def test_of_rent_is_the_same_for_a_fee_of_that_day(self, ledger, day, fee):
        """Money of a day counts for all the rent that fell due by then before it counts for a fee."""
        debts, money = ledger
        with_fee = open_at_end_of(day, [*debts, Debt("chg_fee", day, fee, FEES_LAST)], money)
        without = open_at_end_of(day, debts, money)
        rent = [debt.key for debt in debts if debt.rank == RENT_FIRST and debt.due_on <= day]
        assert [with_fee[key] for key in rent] == [without[key] for key in rent]


class TestTheFees:
    @given(agreements(), ledgers(), days)
    def test_stay_within_the_cap(self, terms, ledger, until):
        cap = cap_of(terms, ledger[0][0].minor)
        total = sum(charged(terms, ledger[0], ledger[1], until).values())
        assert cap is None or total <= cap

    @given(agreements(), ledgers(), days)
    def test_never_become_less_for_another_day(self, terms, ledger, until):
        debts, money = ledger
        today, tomorrow = (charged(terms, debts, money, until + timedelta(days=n)) for n in (0, 1))
        assert today.items() <= tomorrow.items()
        assert len(tomorrow) <= len(today) + 1

    @given(agreements(), ledgers(), days, st.randoms(use_true_random=False))
    def test_are_the_same_in_whichever_order_payments_are_told(self, terms, ledger, until, rng):
        debts, money = ledger
        before = charged(terms, debts, money, until)
        rng.shuffle(money)
        assert charged(terms, debts, money, until) == before

    @given(agreements(), ledgers(), days)
    def test_add_up_the_same_day_by_day_as_at_once(self, terms, ledger, until):
        debts, money = ledger
        taken: dict[int, int] = {}
        for n in range((until - START).days + 1):
            made, _ = fees_due(terms, debts[0], debts, money, until=START + timedelta(days=n), taken=taken)
            taken |= {fee.day: fee.amount_minor for fee in made}
        assert taken == charged(terms, debts, money, until)

    @given(agreements(), ledgers(), days)
    def test_of_more_money_are_no_more(self, terms, ledger, until):
        debts, money = ledger
        more = [*money, Given(START, 10_000)]
        assert sum(charged(terms, debts, more, until).values()) <= sum(charged(terms, debts, money, until).values())

    def test_begin_the_day_after_grace_and_not_before(self):
        debts = [Debt("chg_rent", START, 150_000)]
        assert charged(LateFeeTerms(5, 5_000), debts, [], START + timedelta(days=4)) == {}
        assert charged(LateFeeTerms(5, 5_000), debts, [], START + timedelta(days=5)) == {0: 5_000}

    def test_run_no_longer_than_a_year(self):
        debts = [Debt("chg_rent", START, 150_000)]
        made, more = fees_due(LateFeeTerms(0, None, None, 1), debts[0], debts, [], until=START + timedelta(days=500), taken={})
        assert (len(made), more) == (366, False)


def test_the_first_fee_is_rounded_half_to_even_once():
    halves = [first_fee(LateFeeTerms(0, None, 500), overdue_minor=minor, whole_minor=150_000) for minor in (10, 30, 50)]
    assert halves == [0, 2, 2]
