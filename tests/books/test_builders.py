"""What the builders make beyond the worked rows: the other payer of the fee, tax, gains, parts; and what they refuse to make."""

from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directpay.events.unit import unit_of_work
from directpay.people.models import Payee
from leases.deposits.postings import deposit_interest
from leases.receipts.postings import receipt_bounced
from leases.rent.postings import lease_transferred
from ledger.journal.models import Account
from payments.chart.drafts import Draft
from payments.payins.models import Payment
from payments.payins.postings import Conversion, Paid, completions, payment_completed, payment_fee
from payments.payouts.postings import landlord_unblocked, reserve_released
from payments.pricing.postings import fx_realised
from payments.reconciliation.postings import rounding_absorbed
from payments.refunds.postings import claw_back, refund_failed, refund_submitted
from payments.returns.postings import Found, payment_returned, return_fee, returns
from tests.books.story import AT, DAY, PAYEE, THEIRS, TRUST_BANK, USD, WHEN

OURS: dict[str, Any] = {"currency": USD, **WHEN}
ROUNDED: dict[str, Any] = {"report_line": "prl_1", "item": "pay_1", "rail": "card", **OURS}
MINOR = st.integers(0, 10**6)


def account(number: str, **how: Any) -> Account:
    cost = Account(id=2, number="L6100", subject="prop_1", currency=USD)
    return Account(id=1, number=number, subject="lse_1:bob", currency=USD, cost_account=cost, **how)


def rent(**figures: Any) -> Paid:
    how: dict[str, Any] = {"payment": "pay_1", "rail": "ach", "payee": PAYEE, "currency": USD, "amount_minor": 1_000, "fee_minor": 30}
    return Paid(**{**how, "applies_to": account("L1500", pays_into="operating"), **figures})


def deposit(**figures: Any) -> Paid:
    return rent(applies_to=account("L1510", pays_into="trust"), **figures)


def made(draft: Draft) -> dict[str, int]:
    """Number → signed sum; zero lines left out."""
    sums: dict[str, int] = {}
    for line in draft.lines:
        number = line.account[0] if isinstance(line.account, tuple) else cast(Account, line.account).number
        sums[number] = sums.get(number, 0) + line.signed_minor
    return {number: total for number, total in sums.items() if total}


def unbalanced(draft: Draft) -> int:
    return sum(made(draft).values())


TAXED = {"tax_minor": 3, "jurisdiction": "xx"}


class TestCompleted:
    def test_tax_that_the_payer_pays_never_stands_in_the_payees_book(self):
        assert made(payment_completed.draft(rent(fee_payer="payer", **TAXED), **WHEN)) == {
            "P1210": 1_033,
            "P2110": -1_000,
            "P4110": -30,
            "P2500": -3,
            "L1100": 1_000,
            "L1500": -1_000,
        }

    def test_deposit_with_a_fee_that_the_payer_pays(self):
        assert made(payment_completed.draft(deposit(fee_payer="payer"), **WHEN)) == {
            "P1210": 1_030,
            "P2210": -1_000,
            "P4110": -30,
            "L1320": 1_000,
            "L2200": -1_000,
            "L2250": 1_000,
            "L1510": -1_000,
        }

    def test_fee_of_a_deposit_with_its_tax(self):
        assert made(payment_fee.draft(deposit(**TAXED), **WHEN)) == {"P2120": 33, "P4110": -30, "P2500": -3, "L6100": 33, "L1100": -33}

    def test_needs_no_cost_account_without_a_fee(self):
        free = rent(fee_minor=0)
        free.applies_to.cost_account = None
        assert "L6100" not in made(payment_completed.draft(free, **WHEN))
        with pytest.raises(ValueError, match="names no cost account"):
            payment_completed.draft(replace(free, fee_minor=1), **WHEN)

    def test_refuses_tax_without_a_jurisdiction(self):
        with pytest.raises(ValueError, match="jurisdiction"):
            rent(tax_minor=1)

    def test_refuses_a_rate_below_the_middle(self):
        with pytest.raises(ValueError, match="not negative"):
            payment_completed.draft(rent(), conversion=Conversion("eur", 900, 999), **WHEN)

    def test_refuses_to_take_the_payers_fee_from_the_payee(self):
        with pytest.raises(ValueError, match="posted with the payment"):
            payment_fee.draft(deposit(fee_payer="payer"), **WHEN)


@pytest.mark.django_db
class TestRows:
    """What a payment's own row comes to; the page's rows by way of rows of the table stand in tests/flows."""

    def payment(self, applies_to: Account, **figures: Any) -> Payment:
        how: dict[str, Any] = {"amount_minor": 1_000, "fee_minor": 30, "fee_payer": "payee", "status": "completed", **figures}
        return Payment(public_id="pay_1", rail="ach", currency=USD, payee=Payee(public_id=PAYEE), applies_to=applies_to, **how)

    def kinds(self, build: Any, payment: Payment) -> list[str]:
        with unit_of_work():
            return [p.kind for p in build([payment], {"pay_1": DAY}, AT)]

    def test_a_deposits_fee_is_posted_apart_where_the_payee_pays_one(self):
        due = account("L1510", pays_into="trust")
        assert self.kinds(completions, self.payment(due)) == ["payment.completed", "payment.fee"]
        assert self.kinds(completions, self.payment(due, fee_minor=0)) == ["payment.completed"]
        assert self.kinds(completions, self.payment(due, fee_payer="payer")) == ["payment.completed"]
        assert self.kinds(completions, self.payment(account("L1500", pays_into="operating"))) == ["payment.completed"]

    def test_a_return_has_its_fee(self):
        assert self.kinds(returns, self.payment(account("L1500"))) == ["payment.returned", "return.fee"]


class TestReturned:
    def test_gives_up_the_tax_that_was_not_clawed_back(self):
        back = payment_returned.draft(rent(**TAXED), settled=True, clawed_fee_minor=10, clawed_tax_minor=1, **WHEN)
        assert made(back) == {"P2120": 978, "P1210": -1_000, "P4110": 20, "P2500": 2, "L1500": 1_000, "L1100": -978, "L6100": -22}

    @pytest.mark.parametrize("found", [None, Found(TRUST_BANK, there_minor=1_000)], ids=["here", "there"])
    def test_of_a_deposit_gives_the_payer_its_fee_back(self, found):
        back = made(payment_returned.draft(deposit(fee_payer="payer"), settled=False, found=found, **WHEN))
        assert (back["P1210"], back["P4110"], back["P2120" if found else "P2210"]) == (-1_030, 30, 1_000)

    @pytest.mark.parametrize(
        ("found", "said"),
        [(Found(TRUST_BANK, there_minor=999), "adds up"), (Found(TRUST_BANK, gone_minor=1_000), "owed by somebody")],
    )
    def test_of_a_deposit_whose_money_is_not_accounted_for(self, found, said):
        with pytest.raises(ValueError, match=said):
            payment_returned.draft(deposit(), settled=False, found=found, **WHEN)

    def test_is_never_clawed_back_from_the_payer(self):
        with pytest.raises(ValueError, match="only a fee that the payee paid"):
            payment_returned.draft(rent(fee_payer="payer"), settled=True, clawed_fee_minor=1, **WHEN)

    def test_charges_the_property_or_none(self):
        paid = rent()
        charged = {line.account[1] for line in return_fee.draft(paid, fee_minor=400, **WHEN).lines if line.account[0] == "L6110"}
        paid.applies_to.cost_account = None
        without = {line.account[1] for line in return_fee.draft(paid, fee_minor=400, **WHEN).lines if line.account[0] == "L6110"}
        assert (charged, without) == ({"prop_1"}, {"none"})

    @given(
        amount=st.integers(2 * 10**6 + 1, 10**9), fee=MINOR, tax=MINOR, payer=st.booleans(), trust=st.booleans(), forwarded=st.booleans()
    )
    def test_undoes_a_completion_to_the_cent(self, amount, fee, tax, payer, trust, forwarded):
        """In sums: the clearing is even again, and so are the renter's debt, our fee and our tax (a deposit's own fee stays, K14)."""
        figures = {"amount_minor": amount, "fee_minor": fee, "tax_minor": tax, "jurisdiction": "xx"}
        paid = (deposit if trust else rent)(fee_payer="payer" if payer else "payee", **figures)
        there = payment_completed.draft(paid, **WHEN)
        found = Found(TRUST_BANK, there_minor=amount) if forwarded and trust else None
        back = payment_returned.draft(paid, settled=False, found=found, **WHEN)
        assert (unbalanced(there), unbalanced(back)) == (0, 0)
        both = made(replace(there, lines=[*there.lines, *back.lines]))
        assert both.keys() <= ({"P2120", "P2210", "L1320", "L2230", "L1330", "L1100"} if forwarded and trust else set())


class TestRefund:
    HALF: dict[str, Any] = {"refund": "re_1", "amount_minor": 500, "settled": True, **WHEN}

    def test_takes_the_tax_back_with_its_fee(self):
        figures = {"amount_minor": 1_000, "refunded_minor": 500, "clawed_minor": 0}
        fee, tax = claw_back(fee_minor=30, **figures), claw_back(fee_minor=3, **figures)
        back = refund_submitted.draft(rent(**TAXED), clawed_fee_minor=fee, clawed_tax_minor=tax, **self.HALF)
        assert made(back) == {"P4110": 15, "P2500": 2, "P2120": 483, "P2310": -500, "L1500": 500, "L1100": -483, "L6100": -17}

    def test_gives_the_payer_a_fee_back_by_policy_from_our_revenue(self):
        back = refund_submitted.draft(rent(fee_payer="payer"), payer_fee_minor=15, **self.HALF)
        assert made(back) == {"P4110": 15, "P2120": 500, "P2310": -515, "L1500": 500, "L1100": -500}

    @pytest.mark.parametrize("figures", [{"fee_payer": "payer", "clawed_fee_minor": 1}, {"fee_payer": "payee", "payer_fee_minor": 1}])
    def test_gives_a_fee_back_to_the_one_who_paid_it(self, figures):
        payer = figures.pop("fee_payer")
        with pytest.raises(ValueError, match="the one who paid it"):
            refund_submitted.draft(rent(fee_payer=payer), **figures, **self.HALF)

    def test_is_not_for_deposits(self):
        with pytest.raises(ValueError, match="goes back as a deposit"):
            refund_submitted.draft(deposit(), **self.HALF)

    @given(clawed=st.integers(0, 30), settled=st.booleans())
    def test_failed_is_the_opposite(self, clawed, settled):
        figures = {**self.HALF, "settled": settled, "clawed_fee_minor": clawed}
        there, back = made(refund_submitted.draft(rent(), **figures)), made(refund_failed.draft(rent(), **figures))
        assert back == {number: -total for number, total in there.items()}


class TestSides:
    def test_a_gain_of_a_conversion(self):
        assert made(fx_realised.draft(conversion="fx_1", left_minor=-5, **OURS)) == {"P1600": 5, "P5300": -5}

    def test_a_batch_that_is_over(self):
        assert made(rounding_absorbed.draft(short_minor=-1, **ROUNDED)) == {"P1210": 1, "P5900": -1}
        assert made(rounding_absorbed.draft(short_minor=3, items=3, **ROUNDED)) == {"P1210": -3, "P5900": 3}

    @pytest.mark.parametrize("short", [0, 2, -2])
    def test_a_break_is_not_rounding(self, short):
        with pytest.raises(ValueError, match="one unit per item"):
            rounding_absorbed.draft(short_minor=short, **ROUNDED)

    def test_a_cheque_that_bounced_before_it_was_banked(self):
        bounced = receipt_bounced.draft(receipt="rcp_1", party=account("L1500"), payee=PAYEE, amount_minor=10, banked=False, **WHEN)
        assert made(bounced) == {"L1500": 10, "L1210": -10}

    @pytest.mark.parametrize(("balance", "sides"), [(10, (-10, 10)), (-10, (10, -10))])
    def test_a_prepaid_balance_moves_the_other_way(self, balance, sides):
        old, new = account("L1500"), account("L1500")
        draft = lease_transferred.draft(transfer="tr_1", old=old, new=new, balance_minor=balance, **WHEN)
        moved = {id(line.account): line.signed_minor for line in draft.lines}
        assert (moved[id(old)], moved[id(new)]) == sides

    def test_the_owners_part_of_interest(self):
        where = {"party": "lse_1:bob", "trust_bank": TRUST_BANK, **THEIRS}
        interest = deposit_interest.draft(interest="int_1", renters_minor=70, owners_minor=50, **where)
        assert made(interest) == {"L1310": 120, "L2210": -70, "L2230": -50, "L1330": 50, "L4800": -50}

    def test_a_block_that_never_reached_the_blocked_bank(self):
        draft = landlord_unblocked.draft(block="blk_1", amount_minor=10, in_blocked_bank_minor=0, **THEIRS)
        assert made(draft) == {"P2150": 10, "P2120": -10}

    def test_a_reserve_released_in_parts(self):
        draft = reserve_released.draft(reserve="rsv_1", part="2", amount_minor=10, **THEIRS)
        assert draft.of == "rsv_1:2"
