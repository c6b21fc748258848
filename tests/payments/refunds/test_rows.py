"""BOOKS.md E9 to E15, G5 to G11, N3 to N5, through the actions, with the balances as printed."""

import pytest

from directpay.events.queries import history_of
from ledger.allocation.queries import paid_on
from payments.payins.models import Payment
from payments.refunds.actions.terms import RefundExceedsBalance
from payments.refunds.models import Refund
from payments.refunds.queries import to_look_into
from tests.world import World

pytestmark = pytest.mark.django_db
REFUSED, SENT_BACK = "000660000002", "000660000003"


def after(w: World, refund: Refund, kind: str, *codes: str) -> tuple[int, ...]:
    """Balances right after the transaction."""
    reference = f"refund.{kind}:{refund.public_id}"
    return tuple(w.balance_after(reference, code, lease=w.owed) for code in codes)


def owed(w: World) -> int:
    return w.balance("L1500", lease=w.owed)


class TestByCard:
    def test_g5_half_and_half_of_the_fee_goes_back(self, owing, claws, paid, refund):
        made = refund(paid)
        assert after(owing, made, "submitted", "P2120", "P4110", "P2310/card", "L1500", "L1100") == (4_855, 145, 5_000, 5_000, 4_855)
        assert (made.clawed_minor, owing.fresh(paid).amount_refunded, owing.fresh(paid).clawed_minor) == (145, 5_000, 145)
        owing.check()

    def test_g6_the_rail_confirms_and_keeps_it_from_what_it_pays_out(self, owing, claws, paid, refund, until):
        made = until(refund(paid), "succeeded")
        assert after(owing, made, "completed", "P2310/card", "P1210/card") == (0, -5_000)  # the payment's own cash is there already
        cash = owing.balance("P1110")
        owing.later(minutes=1)
        assert (owing.balance("P1210/card"), owing.balance("P1110")) == (0, cash - 5_000)
        owing.check()

    def test_g7_what_does_not_arrive_is_undone_and_looked_into(self, owing, claws, pay, refund, until):
        paid = owing.until(pay(name="pm_card_refundRefused"), "settled")
        made = until(refund(paid), "failed")
        assert after(owing, made, "failed", "P2120", "L1500", "P4110", "P2310/card") == (9_710, 0, 290, 0)
        assert (made.failure_code, owing.fresh(paid).amount_refunded, owing.fresh(paid).clawed_minor) == ("expired_or_canceled_card", 0, 0)
        assert list(to_look_into()) == [made]
        owing.later(minutes=1)
        assert owing.balance("P1210/card") == 0
        owing.check()

    def test_g8_half_and_the_fee_is_kept(self, owing, paid, refund):
        made = refund(paid)
        assert after(owing, made, "submitted", "P2120", "P4110", "L1500") == (4_710, 290, 5_000)
        owing.check()

    def test_g9_all_of_it_with_the_fee(self, owing, claws, paid, refund):
        made = refund(paid, 10_000)
        assert after(owing, made, "submitted", "P2120", "P4110", "L1500") == (0, 0, 10_000)
        owing.check()

    def test_g9_all_of_it_without_the_fee_is_more_than_there_is(self, owing, paid, refund):
        with pytest.raises(RefundExceedsBalance) as refused:
            refund(paid, 10_000)
        assert refused.value.details == {"available": 9_710, "missing": 290}
        assert (owing.balance("P2120"), owing.fresh(paid).amount_refunded, Refund.objects.count()) == (9_710, 0, 0)

    def test_parts_add_up_to_the_fee(self, owing, claws, paid, refund):
        made = [refund(paid, part) for part in (3_333, 3_333, 3_334)]
        assert [one.clawed_minor for one in made] == [97, 96, 97]
        assert (owing.balance("P4110"), owing.balance("P2120"), owed(owing)) == (0, 0, 10_000)
        owing.check()

    def test_a_policy_that_comes_later_gives_back_the_fee_of_later_parts_alone(self, owing, paid, refund, request):
        refund(paid, 8_000)
        request.getfixturevalue("claws")
        assert refund(paid, 1_000).clawed_minor == 29
        owing.check()

    def test_one_that_arrived_and_came_back_is_available_again(self, owing, claws, pay, refund, until):
        paid = owing.until(pay(name="pm_card_refundFail"), "settled")
        made = until(refund(paid), "succeeded")
        made = until(made, "returned")
        assert (owing.balance("P2120"), owing.balance("P4110"), owed(owing)) == (4_855 + 5_000, 145, 0)
        assert (made.failure_code, owing.fresh(paid).amount_refunded) == ("expired_or_canceled_card", 0)
        owing.later(minutes=1)
        assert owing.balance("P1210/card") == 0
        assert list(to_look_into()) == [made]
        owing.check()
        again = refund(paid, 5_000)
        assert again.clawed_minor == 145  # that of the first stays with Alice
        assert not to_look_into()
        owing.check()

    def test_one_that_takes_days_is_pending_until_then(self, owing, pay, refund, until):
        made = until(refund(owing.until(pay(name="pm_card_pendingRefund"), "settled")), "submitted")
        owing.later(seconds=5)
        assert until(made, "submitted", "succeeded").status == "submitted"
        assert until(made, "succeeded").completed_on is not None
        owing.later(minutes=1)
        assert [e.type for e in history_of(made.public_id)] == ["refund.created", "refund.submitted", "refund.succeeded"]
        owing.check()


class TestOutOfPending:
    @pytest.fixture
    def waiting(self, owing: World, pay) -> Payment:
        return owing.until(pay(), "completed")

    def test_n3_and_what_settles_is_the_rest(self, owing, waiting, refund):
        made = refund(waiting)
        assert after(owing, made, "submitted", "P2110", "P2310/card", "L1500", "L1100") == (4_710, 5_000, 5_000, 4_710)
        assert made.from_pending
        owing.check()
        owing.until(waiting, "settled")
        assert (owing.balance("P2110"), owing.balance("P2120")) == (0, 4_710)
        owing.check()

    def test_all_of_it_with_the_fee_leaves_nothing_to_settle(self, owing, claws, waiting, refund):
        refund(waiting, 10_000)
        assert (owing.balance("P2110"), owing.balance("P4110"), owed(owing)) == (0, 0, 10_000)
        owing.until(waiting, "settled")
        assert (owing.balance("P2110"), owing.balance("P2120")) == (0, 0)
        owing.check()

    def test_never_more_than_this_payment_brought(self, owing, waiting, pay, refund):
        owing.owed = owing.lease(rent=10_000)
        owing.until(pay(), "completed", "settled")  # another's pending is there
        with pytest.raises(RefundExceedsBalance, match="settled yet") as refused:
            refund(waiting, 10_000)
        assert refused.value.details == {"available": 9_710, "missing": 290}

    def test_what_fails_before_it_settles_is_pending_again(self, owing, pay, refund, until):
        waiting = owing.until(pay(name="pm_card_refundRefused"), "completed")
        made = refund(waiting)
        owing.later(seconds=4)
        refused = until(made, "failed")
        assert owing.fresh(waiting).status in ("completed", "settled")
        owing.until(waiting, "settled")
        assert (owing.balance("P2110"), owing.balance("P2120"), owed(owing), refused.from_pending) == (0, 9_710, 0, True)
        owing.check()


class TestToABank:
    def test_e9_to_e12_it_leaves_by_the_rail_by_which_all_money_leaves(self, owing, pay, refund, until):
        paid = owing.until(pay("ach"), "settled")
        made = refund(paid)
        assert (made.rail, after(owing, made, "submitted", "P2120", "P2310/ach", "L1500")) == ("payout", (4_710, 5_000, 5_000))
        made = until(made, "succeeded")
        assert after(owing, made, "completed", "P2310/ach") == (0,)
        cash = owing.balance("P1110")
        owing.later(minutes=1)
        assert owing.balance("P1210/payout") == 0
        assert owing.balance("P1110") <= cash
        owing.check()

    def test_e13_and_e14_one_that_comes_back_after_it_arrived(self, owing, pay, refund, until):
        paid = owing.until(pay("instant", number=SENT_BACK), "settled")
        made = until(refund(paid), "succeeded")
        made = until(made, "returned")
        assert (made.return_code, owing.balance("P2120"), owed(owing)) == ("R03", 9_710, 0)
        owing.later(minutes=1)
        assert owing.balance("P1210/payout") == 0
        owing.check()

    def test_e15_one_that_is_refused(self, owing, pay, refund, until):
        paid = owing.until(pay("ach", number=REFUSED), "settled")
        made = until(refund(paid), "failed")
        assert (made.return_code, made.failure_code) == ("R02", "account_closed")
        assert (owing.balance("P2120"), owing.balance("P2310/ach"), owed(owing)) == (9_710, 0, 0)
        owing.check()

    @pytest.mark.parametrize("rail", ["instant", "wire", "same_day_ach"])
    def test_whatever_bank_rail_it_came_by(self, owing, pay, refund, until, rail):
        made = until(refund(owing.until(pay(rail), "settled")), "succeeded")
        owing.later(minutes=1)
        assert (made.rail, owing.balance(f"P2310/{rail}"), owing.balance("P1210/payout")) == ("payout", 0, 0)
        owing.check()


class TestThePayersOwnFee:
    @pytest.fixture
    def paid_by_payer(self, owing: World, pay) -> Payment:
        owing.fee("ach", 290, "payer")
        return owing.until(pay("ach", number=REFUSED), "settled")

    def test_stays_with_us_by_default(self, owing, paid_by_payer, refund):
        made = refund(paid_by_payer, 10_000)
        assert (made.payer_fee_minor, owing.balance("P4110"), owing.balance("P2310/ach")) == (0, 290, 10_000)
        owing.check()

    def test_goes_back_by_policy_and_is_ours_again_when_it_does_not_arrive(self, owing, claws, paid_by_payer, refund, until):
        made = refund(paid_by_payer)
        assert (made.payer_fee_minor, made.clawed_minor, owing.balance("P4110"), owing.balance("P2310/ach")) == (145, 0, 145, 5_145)
        owing.check()
        until(made, "failed")
        assert (owing.balance("P4110"), owing.balance("P2310/ach"), owing.balance("P2120")) == (290, 0, 10_000)
        owing.check()

    def test_and_when_it_comes_back(self, owing, claws, pay, refund, until):
        owing.fee("instant", 290, "payer")
        made = until(refund(owing.until(pay("instant", number=SENT_BACK), "settled")), "succeeded")
        until(made, "returned")
        owing.later(minutes=1)
        assert (owing.balance("P4110"), owing.balance("P1210/payout"), owing.balance("P2120")) == (290, 0, 10_000)
        owing.check()


class TestMeetsAReturn:
    """The bank takes the payment back on the 20th bank day; what had gone back is owed besides."""

    def test_g11_after_the_refund_had_arrived(self, owing, claws, pay, refund, until):
        paid = owing.until(pay("ach", number="009902200000"), "settled")
        made = refund(paid)
        owing.until(paid, "returned")
        assert owing.balance_after(f"payment.returned:{paid.public_id}", "L1500", lease=owing.owed) == 15_000
        assert owing.balance_after(f"payment.returned:{paid.public_id}", "P2120") == -5_000
        assert owing.balance_after(f"payment.returned:{paid.public_id}", "P4110") == 0
        until(made, "succeeded", "returned")
        owing.check()

    def test_n5_before_it_had_settled(self, owing, pay, refund):
        paid = owing.until(pay("ach", number="009902050000"), "completed")
        refund(paid)
        back = owing.until(paid, "returned")
        assert (back.settled_at, owing.balance("P2110")) == (None, 0)
        assert owing.balance_after(f"payment.returned:{paid.public_id}", "P2120") == -5_000
        assert owing.balance_after(f"payment.returned:{paid.public_id}", "L1500", lease=owing.owed) == 15_000
        owing.later(minutes=1)
        owing.check()


class TestWhatItPaid:
    def test_is_open_again_as_far_as_that_goes(self, owing, paid, refund):
        charge = owing.owed.charges.earliest("id")
        account = owing.owed.parties.get().account_id
        reference = f"charge.due:{charge.public_id}"
        assert paid_on([account], [reference]) == {reference: 10_000}
        refund(paid, 3_000)
        assert paid_on([account], [reference]) == {reference: 7_000}
        owing.check()

    def test_stays_paid_where_what_goes_back_was_too_much(self, owing, pay, refund):
        owing.owed = owing.lease(rent=6_000)
        more = owing.until(owing.pay(owing.owed, "instant", 9_000), "settled")
        refund(more, 3_000)
        account, charge = owing.owed.parties.get().account_id, owing.owed.charges.earliest("id")
        reference = f"charge.due:{charge.public_id}"
        assert (owed(owing), paid_on([account], [reference])) == (0, {reference: 6_000})
        owing.check()

    def test_is_paid_again_when_it_comes_back(self, owing, pay, refund, until):
        paid = owing.until(pay("ach", number=REFUSED), "settled")
        account, charge = owing.owed.parties.get().account_id, owing.owed.charges.earliest("id")
        reference = f"charge.due:{charge.public_id}"
        made = refund(paid)
        assert paid_on([account], [reference]) == {reference: 5_000}
        until(made, "failed")
        assert paid_on([account], [reference]) == {reference: 10_000}
        again = refund(paid, 8_000)
        assert paid_on([account], [reference]) == {reference: 2_000}
        assert again.amount_minor == 8_000
        owing.check()
