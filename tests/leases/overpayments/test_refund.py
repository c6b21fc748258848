"""An overpayment goes back: BOOKS.md E6 to E15 through the actions, with the balances as printed; what is refused, and why."""

from datetime import timedelta

import pytest

from directpay.events.models import Event
from directpay.people.actor import SYSTEM
from leases.credits.actions import NewCredit, grant_credit
from leases.overpayments.actions import MoreThanIsAhead, NotGivenBack, refund_overpayment
from leases.overpayments.models import OverpaymentRefund
from leases.receipts.actions import NewReceipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.queries import schedules
from ledger.allocation.queries import open_entries
from ledger.journal.models import Transaction
from payments.payins.models import Payment
from payments.payouts.actions.create import NewPayout, NotAvailable, create_payout
from payments.payouts.actions.send import work_on_payouts
from payments.payouts.models import Payout
from payments.rails.base import NoAnswer, NoSuchOrder
from payments.refunds.actions.create import refund_payment
from payments.returns.actions import return_payments
from tests.leases.overpayments.cast import BACK, RETURNS_LATE, Overpaid
from tests.payments.conftest import answer

pytestmark = pytest.mark.django_db


def refuse(sent_out) -> None:
    """The bank of the account takes nothing in."""
    sent_out(submit=lambda order, at: answer("failed", at, code="R02"))


class TestTheRowsOfTheBooks:
    def test_e6_to_e12_as_printed(self):
        w = Overpaid()
        assert w.stands("L1500", "P2120") == {"L1500": -10_000, "P2120": 160_000}  # E6, E8
        made = w.give_back()
        reference = f"refund.submitted:{w.payout().public_id}"
        assert w.balance_after(reference, "P2310/instant") == 10_000
        assert w.stands("L1500", "P2120", "L1100") == {"L1500": 0, "P2120": 150_000, "L1100": 150_000}  # E9
        assert (made.amount_minor, made.status) == (10_000, "pending")
        w.check()
        sent = w.sent("paid")
        assert w.balance_after(f"refund.completed:{sent.public_id}", "P2310/instant") == 0  # E10
        w.later(seconds=10)
        assert w.stands("P1210/payout", "P2310/instant", "P1110", "L1500") == {  # E12
            "P1210/payout": 0,
            "P2310/instant": 0,
            "P1110": 150_000,
            "L1500": 0,
        }
        assert (made.public_id, OverpaymentRefund.objects.get().status) == (OverpaymentRefund.objects.get().public_id, "paid")
        w.check()

    def test_e13_and_e14_what_is_sent_back_is_paid_ahead_again(self):
        w = Overpaid(BACK)
        w.give_back()
        w.sent("paid")
        sent = w.sent("returned")
        assert w.balance_after(f"refund.returned:{sent.public_id}", "P2120") == 160_000
        w.later(minutes=5)
        assert w.stands("L1500", "P2120", "P1210/payout", "P1110") == {
            "L1500": -10_000,
            "P2120": 160_000,
            "P1210/payout": 0,
            "P1110": 160_000,
        }
        assert OverpaymentRefund.objects.get().status == "failed"
        w.check()

    def test_e15_what_is_refused_is_paid_ahead_again(self, sent_out):
        w = Overpaid()
        refuse(sent_out)
        w.give_back()
        sent = w.sent("failed")
        assert sent.return_code == "R02"
        assert w.stands("L1500", "P2120", "P2310/instant") == {"L1500": -10_000, "P2120": 160_000, "P2310/instant": 0}
        assert w.fresh(w.paid).amount_refunded == 0
        w.check()

    def test_e7_what_was_given_back_pays_no_charge(self):
        w = Overpaid()
        w.give_back()
        add_charge(w.leased, NewCharge("utilities", 8_000), actor=SYSTEM, at=w.now)
        assert w.owed == 8_000
        (row,) = [row for row in schedules([w.reload(w.leased)], w.now)[w.leased.id] if row.charge.category == "utilities"]
        assert (row.paid_minor, row.status) == (0, "due")
        w.check()


class TestWhatCameBack:
    def test_pays_what_fell_due_meanwhile(self, sent_out):
        w = Overpaid()
        refuse(sent_out)
        w.give_back()
        add_charge(w.leased, NewCharge("utilities", 8_000), actor=SYSTEM, at=w.now)
        w.sent("failed")
        assert w.owed == -2_000
        (row,) = [row for row in schedules([w.reload(w.leased)], w.now)[w.leased.id] if row.charge.category == "utilities"]
        assert row.status == "paid"
        w.check()

    def test_pays_what_is_refunded_in_the_order_in_which_it_came(self, sent_out):
        """Of one payment two parts came back: the first is taken first."""
        w = Overpaid()
        refuse(sent_out)
        first = w.give_back(4_000).payouts[0]
        second = w.give_back(6_000).payouts[0]
        w.later(minutes=2)
        assert {p.status for p in Payout.objects.all()} == {"failed"}
        refund_payment(w.paid, 5_000, actor=SYSTEM, at=w.now)
        left = [e for e in open_entries([w.party.account_id])[w.party.account_id] if e.open_minor]
        assert [(e.reference, e.open_minor) for e in left] == [(f"refund.failed:{second.public_id}", 5_000)], first.public_id
        w.check()

    def test_can_be_given_back_again_before_a_credit_that_is_older(self, sent_out):
        """The second debit takes the money that came back, not the gift that was granted in between."""
        w = Overpaid()
        refuse(sent_out)
        w.give_back()
        grant_credit(w.leased, NewCredit(w.party, "credit", 3_000, "Mended the tap"), actor=SYSTEM, at=w.now)
        w.sent("failed")
        again = w.give_back()
        assert again.amount_minor == 10_000
        left = [e for e in open_entries([w.party.account_id])[w.party.account_id] if e.open_minor]
        assert [(e.reference.partition(":")[0], e.open_minor) for e in left] == [("credit.granted", 3_000)]
        w.check()

    def test_goes_back_first_when_its_payment_is_refunded(self, sent_out):
        """Not what another payment brought, which would stay, and could be given back by neither."""
        w = Overpaid()
        newer = w.until(w.pay(w.leased, "instant", amount=20_000, source=w.source), "settled")
        refuse(sent_out)
        w.give_back(20_000)
        w.sent("failed")
        refund_payment(newer, 20_000, actor=SYSTEM, at=w.now)
        left = [e for e in open_entries([w.party.account_id])[w.party.account_id] if e.open_minor]
        assert [(e.reference, e.open_minor) for e in left] == [(f"payment.completed:{w.paid.public_id}", 10_000)]
        assert [p.origin for p in w.give_back().payouts] == [w.paid.public_id]
        assert (w.fresh(w.paid).amount_refunded, w.fresh(newer).amount_refunded) == (10_000, 20_000)
        w.check()

    def test_is_told_once_as_a_fact_of_the_lease(self, sent_out):
        w = Overpaid()
        refuse(sent_out)
        made = w.give_back()
        w.sent("failed")
        w.work()
        facts = list(Event.objects.filter(object_id=made.public_id).order_by("version"))
        assert [fact.type for fact in facts] == ["overpayment.refunded", "overpayment.came_back"]
        assert {fact.data["lease"] for fact in facts} == {w.leased.public_id}
        assert facts[1].data["amount"] == 10_000
        assert {w.bob.public_id, w.alice.public_id} <= set(facts[1].account_ids)

    def test_the_payment_itself_leaves_what_was_given_back_owed(self):
        """G11: he had 10000 back, so he owes all that the bank took; until the 10000 come back, too."""
        w = Overpaid(RETURNS_LATE, "ach")
        w.give_back()
        w.sent("paid")
        w.until(w.paid, "returned")
        assert w.owed == 160_000
        w.check()
        w.sent("returned")  # that account sends back what comes to it, too
        assert (w.owed, w.fresh(w.paid).amount_refunded) == (150_000, 0)
        w.later(minutes=1)
        w.check()

    def test_the_payment_before_it_left_leaves_it_here(self):
        """E15: he has all of it already."""
        w = Overpaid(rail="ach")
        w.give_back()
        assert w.payout().status == "created"
        return_payments({w.paid.public_id: answer("returned", w.now, code="R10")}, at=w.now)
        assert w.owed == 160_000
        w.check()
        sent = w.sent("failed")
        assert (sent.placed_at, sent.failure_code, sent.return_code) == (None, "payment_returned", "")
        assert (w.owed, w.fresh(w.paid).amount_refunded) == (150_000, 0)
        assert w.stands("P2310/ach", "P1210/payout") == {"P2310/ach": 0, "P1210/payout": 0}
        w.later(days=2)
        w.check()


class TestRefuses:
    def refusal(self, w: Overpaid, amount: int | None = None) -> NotGivenBack:
        with pytest.raises(NotGivenBack) as refused:
            w.give_back(amount)
        assert not Payout.objects.exclude(purpose="payout").exists()
        return refused.value

    def test_more_than_stands_ahead(self):
        w = Overpaid()
        with pytest.raises(MoreThanIsAhead) as refused:
            w.give_back(10_001)
        assert (refused.value.param, refused.value.details) == ("amount", {"refundable": 10_000})
        w.give_back(10_000)

    def test_where_nothing_stands_ahead(self):
        w = Overpaid()
        w.give_back()
        assert self.refusal_of_second(w).code == "nothing_ahead"

    def refusal_of_second(self, w: Overpaid) -> NotGivenBack:
        with pytest.raises(NotGivenBack) as refused:
            w.give_back()
        assert Payout.objects.count() == 1
        return refused.value

    def test_what_has_not_settled(self):
        w = Overpaid()
        w.until(w.pay(w.leased, "ach", amount=5_000, source=w.source), "completed")
        with pytest.raises(MoreThanIsAhead) as refused:
            w.give_back(10_001)
        assert refused.value.details == {"refundable": 10_000}
        assert "not settled yet" in refused.value.message

    def test_what_was_given_by_hand(self):
        w = Overpaid()
        w.give_back()
        record_receipt(w.leased, NewReceipt(w.party, "check", 4_000), actor=SYSTEM, at=w.now)
        found = self.refusal_of_second(w)
        assert (found.code, found.details) == ("credit_given_by_hand", {"ahead": 4_000})
        assert "by hand" in found.message

    def test_what_was_granted(self):
        w = Overpaid()
        w.give_back()
        grant_credit(w.leased, NewCredit(w.party, "credit", 4_000, "Mended the tap"), actor=SYSTEM, at=w.now)
        assert self.refusal_of_second(w).code == "credit_not_paid"

    def test_while_a_payment_is_on_its_way(self):
        w = Overpaid()
        flying = w.pay(w.leased, "ach", amount=1_000, source=w.source)
        found = self.refusal(w)
        assert (found.code, found.details) == ("payment_in_flight", {"payment": flying.public_id})

    def test_what_has_been_paid_out(self):
        w = Overpaid()
        create_payout(NewPayout("payout", w.payee, w.account(w.alice), 155_000, "usd"), actor=SYSTEM, at=w.now)
        with pytest.raises(NotAvailable) as refused:
            w.give_back()
        assert refused.value.details == {"available": 5_000}
        assert (w.owed, OverpaymentRefund.objects.count()) == (-10_000, 0)
        assert w.give_back(5_000).amount_minor == 5_000
        w.check()

    def test_to_any_other_account_while_the_bank_may_take_the_payment_back(self):
        w = Overpaid(rail="ach")
        w.account(w.bob)
        w.close(w.source)
        found = self.refusal(w)
        assert (found.code, found.details["payment"]) == ("return_window_open", w.paid.public_id)

    def test_where_its_payer_has_no_account_any_more(self):
        w = Overpaid()
        w.close(w.source)
        assert self.refusal(w).code == "bank_account_missing"


class TestGoes:
    def test_to_the_account_it_was_paid_from_or_another_of_the_payers(self):
        w = Overpaid()
        other = w.account(w.bob)
        w.give_back(1_000)
        w.close(w.source)
        w.give_back(2_000)
        assert list(Payout.objects.order_by("id").values_list("bank_account", "amount_minor")) == [(w.source.id, 1_000), (other.id, 2_000)]

    def test_of_the_newest_payment_first_in_a_payout_each(self):
        w = Overpaid()
        newer = w.until(w.pay(w.leased, "instant", amount=5_000, source=w.source), "settled")
        made = w.give_back(7_000)
        assert [(p.origin, p.amount_minor) for p in made.payouts] == [(newer.public_id, 5_000), (w.paid.public_id, 2_000)]
        assert {p.public_id: p.amount_refunded for p in Payment.objects.all()} == {newer.public_id: 5_000, w.paid.public_id: 2_000}
        w.check()

    def test_to_a_roommate_who_paid_for_another(self):
        w = Overpaid()
        carol = w.person("carol", "renter")
        shared = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1}), rent=20_000)
        w.until(w.pay(shared, "instant", amount=15_000, source=w.source, on_behalf_of=carol), "settled")
        made = w.give_back(party=shared.parties.get(label=carol.public_id))
        assert (made.amount_minor, made.payouts[0].bank_account.user) == (5_000, w.bob)
        w.check()


class TestTheRail:
    def test_is_told_once_although_we_died_before_and_the_answer_was_lost(self, sent_out):
        w = Overpaid()
        w.give_back()
        made = w.payout()
        Died = type("Died", (BaseException,), {})

        def dies(order, at):
            raise Died

        def never(order, at):
            raise NoSuchOrder

        def lost(order, at):
            raise NoAnswer("silence")

        sent_out(submit=dies)
        with pytest.raises(Died):
            work_on_payouts([made.public_id], w.now)
        orders = sent_out(submit=lost, look_up=never)
        work_on_payouts([made.public_id], w.now)
        assert w.payout().status == "unknown"
        sent_out(look_up=lambda order, at: answer("completed", at))
        work_on_payouts([made.public_id], w.now)
        assert {order.id for order in orders} == {made.public_id}
        assert w.payout().status == "paid"
        assert Transaction.objects.filter(kind__startswith="refund.").count() == 2
        w.check()


def test_the_rent_of_today_comes_first():
    """On the first of December, before any worker has posted the rent, and after."""
    w = Overpaid()
    w.later(days=28)
    midnight = w.now + timedelta(days=1)
    with pytest.raises(NotGivenBack) as refused:
        refund_overpayment(w.party, None, actor=SYSTEM, at=midnight)
    assert refused.value.code == "charge_falls_due"
    w.later(days=1)
    with pytest.raises(NotGivenBack) as refused:
        w.give_back()
    assert (refused.value.code, w.owed) == ("nothing_ahead", 140_000)
