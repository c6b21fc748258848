from datetime import timedelta

import pytest

from directpay.due.models import Due
from directpay.events.queries import history_of
from ledger.allocation.models import Allocation
from ledger.journal.actions import credit, debit
from ledger.journal.models import Account, Entry, Transaction
from payments.payins.actions.initiate import Wish
from payments.payins.models import Payment
from payments.rails.base import NoAnswer
from payments.returns.actions import ASK_AGAIN_AFTER, WATCH_QUEUE, return_payments, watch_for_returns
from tests.ledger.books import account, post, posting
from tests.payments.conftest import answer
from tests.world import World

EARLY, LATE, NEVER = "009901050000", "009901200000", "000123456789"  # R01, 2 and 17 seconds after clearing


def legs(reference: str) -> dict[str, int]:
    rows = Entry.objects.filter(transaction__reference=reference).select_related("account")
    return {e.account.number: e.amount_minor for e in rows}


@pytest.fixture
def cleared(w: World, accept):
    """A payment that cleared, taken to `state`."""

    def go(state: str = "completed", **changes) -> Payment:
        made = accept(rail="instant", **changes)
        w.work()
        w.later(seconds=2.6 if state == "completed" else 60)
        found = w.fresh(made)
        assert found.status == state
        return found

    return go


def take_back(w: World, payment: Payment, code: str = "R01") -> Payment:
    return_payments({payment.public_id: answer("returned", w.now, code=code)}, at=w.now)
    return w.fresh(payment)


class TestReturnPayments:
    def test_takes_it_out_of_pending_before_settlement(self, w, cleared):
        found = take_back(w, cleared())
        assert (found.status, found.return_code, found.failure_code, found.returned_at) == ("returned", "R01", "insufficient_funds", w.now)
        assert legs(f"payment.returned:{found.public_id}") == {
            "P2110": 149_900,
            "P4110": 100,
            "P1210": -150_000,
            "L1500": 150_000,
            "L1100": -149_900,
            "L6100": -100,
        }
        assert (w.balance("P2110"), w.balance("P2120"), w.balance("L1500", lease=w.owed)) == (0, -400, 150_000)

    def test_takes_it_out_of_available_after_settlement(self, w, cleared):
        found = take_back(w, cleared("settled"))
        assert legs(f"payment.returned:{found.public_id}")["P2120"] == 149_900
        assert (w.balance("P2110"), w.balance("P2120")) == (0, -400)
        w.check()

    def test_charges_its_own_fee_always_from_available(self, w, cleared):
        found = take_back(w, cleared())
        assert legs(f"return.fee:{found.public_id}") == {"P2120": 400, "P4120": -400, "L6110": 400, "L1100": -400}

    def test_gives_the_payer_back_the_fee_that_the_payer_paid(self, w, cleared):
        w.fee("instant", 100, payer="payer")
        found = take_back(w, cleared())
        assert legs(f"payment.returned:{found.public_id}") == {
            "P2110": 150_000,
            "P4110": 100,
            "P1210": -150_100,
            "L1500": 150_000,
            "L1100": -150_000,
        }

    def test_has_no_fee_to_give_back_of_a_free_one(self, w, cleared):
        w.fee("instant", 0)
        found = take_back(w, cleared())
        assert set(legs(f"payment.returned:{found.public_id}")) == {"P2110", "P1210", "L1500", "L1100"}

    def test_takes_the_day_of_the_return(self, w, cleared):
        found = cleared()
        w.later(days=12)
        take_back(w, found)
        row = Transaction.objects.get(reference=f"payment.returned:{found.public_id}")
        assert (row.effective_on, row.at) == (w.now.date() + timedelta(days=2), w.now)  # a Saturday belongs to Monday

    def test_is_a_new_fact_beside_the_old_ones(self, w, cleared):
        found = take_back(w, cleared("settled"))
        assert [e.type for e in history_of(found.public_id)][-2:] == ["payment.settled", "payment.returned"]
        assert history_of(found.public_id).last().data["return_code"] == "R01"
        assert Transaction.objects.filter(reference=f"payment.completed:{found.public_id}").exists()
        assert (found.completed_at is not None, found.settled_at is not None) == (True, True)

    def test_happens_once(self, w, cleared):
        found = take_back(w, cleared())
        again = return_payments({found.public_id: answer("returned", w.now, code="R10")}, at=w.now)
        assert (again, w.fresh(found).return_code, w.fresh(found).version) == ([], "R01", found.version)
        assert Transaction.objects.filter(kind="payment.returned").count() == 1

    def test_does_not_happen_to_what_never_cleared(self, w, accept):
        made = accept()
        assert return_payments({made.public_id: answer("returned", w.now), "pay_unknown": answer("returned", w.now)}, at=w.now) == []
        assert return_payments({}, at=w.now) == []
        assert w.fresh(made).status == "initiated"

    def test_lets_the_payer_try_again_at_once(self, w, cleared, accept):
        take_back(w, cleared())
        assert accept(rail="instant").status == "initiated"

    def test_does_not_settle_what_it_took_back(self, w, cleared):
        found = take_back(w, cleared())
        w.later(hours=3)
        assert w.fresh(found).status == "returned"


class TestReopens:
    def test_the_charges_that_it_had_paid(self, w, cleared):
        found = take_back(w, cleared())
        rows = list(Allocation.objects.order_by("id").values_list("amount_minor", "rule"))
        assert rows == [(150_000, "oldest_first"), (-150_000, "return"), (150_000, "return")]
        charge = Entry.objects.get(transaction__reference__startswith="charge.due", account=found.applies_to)
        assert sum(Allocation.objects.filter(debit_entry_id=charge.id).values_list("amount_minor", flat=True)) == 0

    def test_them_for_a_credit_that_stood_unused(self, w, cleared):
        first = cleared(amount=150_000)
        cleared(amount=40_000, ahead_minor=150_000, wishes=[Wish("charge.due:chg_next", "chg_next", 40_000)])
        take_back(w, first)
        charge = Entry.objects.get(transaction__reference__startswith="charge.due", account=first.applies_to)
        assert sum(Allocation.objects.filter(debit_entry_id=charge.id).values_list("amount_minor", flat=True)) == 40_000
        assert w.balance("L1500", lease=w.owed) == 110_000
        w.check()

    def test_of_two_payments_only_the_part_of_the_one(self, w, cleared):
        first, second = cleared(amount=50_000), cleared(amount=100_000)
        take_back(w, first)
        credit = Entry.objects.get(transaction__reference=f"payment.completed:{second.public_id}", account=second.applies_to)
        assert sum(Allocation.objects.filter(credit_entry_id=credit.id).values_list("amount_minor", flat=True)) == 100_000
        assert w.balance("L1500", lease=w.owed) == 50_000
        w.check()

    def test_a_set_on_one_account(self, w, cleared):
        made = [cleared(amount=50_000 + n) for n in range(2)]
        return_payments({p.public_id: answer("returned", w.now, code="R01") for p in made}, at=w.now)
        assert w.balance("L1500", lease=w.owed) == 150_000
        w.check()

    def test_nothing_where_the_account_is_not_paid_by_items(self, w, cleared):
        cost = Account.objects.get(number="L6100")
        open_ended = account("L1500", "tips", book=w.payee.public_id, accepts_payments=True, payable_limit="any", cost_account=cost)
        found = take_back(w, cleared(applies_to=open_ended, amount=5000))
        assert found.status == "returned"
        assert not Allocation.objects.filter(account=open_ended).exists()


class TestAfterTheMoneyLeft:
    def test_leaves_the_landlord_owing_us(self, w, cleared):
        """F9 and F10: settled, and paid out meanwhile, here by a posting of the test's own."""
        found = cleared("settled")
        a = {number: Account.objects.get(number=number) for number in ("P1110", "P2120", "L1100", "L4100")}
        out = [debit(a["P2120"], 149_900), credit(a["P1110"], 149_900), debit(a["L4100"], 149_900), credit(a["L1100"], 149_900)]
        post(posting("payout.paid:po_1", *out, kind="payout.paid"))
        take_back(w, found)
        assert (w.balance("P2120"), w.balance("L1100")) == (-149_900 - 400, -149_900 - 400)


class TestWatch:
    def due(self) -> dict[str, timedelta]:
        return dict(Due.objects.filter(queue=WATCH_QUEUE).values_list("key", "due_at"))

    def test_finds_the_return_at_its_moment(self, w, accept):
        made = accept(rail="same_day_ach", bank_account=w.account(w.bob, EARLY))
        w.later(seconds=60)
        found = w.fresh(made)
        assert found.status == "returned"
        assert (found.returned_at - found.completed_at) == timedelta(seconds=2)
        assert not self.due()
        w.check()

    def test_finds_it_after_settlement_too(self, w, accept):
        made = accept(rail="same_day_ach", bank_account=w.account(w.bob, LATE))
        w.later(seconds=60)
        assert [e.type for e in history_of(made.public_id)][-2:] == ["payment.settled", "payment.returned"]
        w.check()

    def test_finds_it_on_day_59(self, w, accept, settings):
        settings.RAIL_PROFILE = "calendar"
        made = accept(bank_account=w.account(w.bob, "000880000059"))
        w.later(days=120)
        found = w.fresh(made)
        assert (found.status, found.return_code) == ("returned", "R10")
        assert (found.returned_at - found.settled_at).days > 70
        w.check()

    def test_ends_when_the_rail_says_that_nothing_will_come(self, w, accept):
        accept(rail="same_day_ach", bank_account=w.account(w.bob, NEVER))
        w.later(seconds=60)
        assert not self.due()

    def test_asks_again_after_silence(self, w, cleared, bank):
        def silent(order, at):
            raise NoAnswer("nobody there")

        found = cleared("settled")
        bank("instant", look_up=silent)
        watch_for_returns([found.public_id], w.now)
        assert self.due() == {found.public_id: w.now + ASK_AGAIN_AFTER}
        assert w.fresh(found).status == "settled"

    def test_never_asks_twice_in_the_same_moment(self, w, cleared, bank):
        found = cleared("settled")
        bank("instant", look_up=lambda order, at: answer("completed", at, ask_again_at=at))
        watch_for_returns([found.public_id], w.now)
        assert self.due() == {found.public_id: w.now + timedelta(seconds=1)}

    def test_lets_go_of_what_it_need_not_watch(self, w, accept):
        made = accept()
        watch_for_returns([made.public_id, "pay_unknown"], w.now)
        assert not self.due()
