"""What a landlord takes on a lease, and what money pays first: refused in words, recorded with its reason."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.contracts.late_fee import LateFeeTerms
from leases.late_fees.models import LateFee
from leases.policies.actions import set_blocked, set_payment_policy
from leases.policies.queries import (
    CertifiedFundsRequired,
    PartialPaymentRefused,
    PaymentsBlocked,
    Policy,
    in_turn,
    least_of,
    policy_of,
)
from leases.receipts.actions import NewReceipt, bounce_receipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.claiming import allotted
from leases.rent.models import Charge
from leases.rent.queries import payable_charges, schedules
from ledger.allocation.models import Allocation
from payments.payins.actions.cancel import cancel_payment
from payments.payins.actions.initiate import ObligationInProgress
from payments.payins.actions.pay import pay
from tests.at_once import at_once
from tests.world import DISPUTED, NO_FUNDS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def lease(w):
    return w.lease()


def takes(w, lease, **wish):
    return set_payment_policy(lease, Policy(**wish), actor=SYSTEM, at=w.now)


def told(w, lease):
    return schedules([w.reload(lease)], w.now)[lease.id]


class TestParts:
    def test_none_means_all_that_is_due_at_once(self, w, lease):
        takes(w, lease, partial="none")
        with pytest.raises(PartialPaymentRefused, match=r"takes \$1,500.00 or more at once") as refused:
            w.pay(lease, amount=149_999)
        assert (refused.value.param, refused.value.details["least"]) == ("amount", 150_000)
        assert w.pay(lease, amount=150_000).amount_minor == 150_000

    def test_with_nothing_due_the_next_charge_is_paid_whole(self, w):
        lease = w.lease(start=date(2026, 12, 1))
        takes(w, lease, partial="none")
        with pytest.raises(PartialPaymentRefused):
            w.pay(lease, amount=10_000)
        assert w.pay(lease, amount=150_000)

    def test_what_is_on_its_way_counts(self, w, lease):
        w.pay(lease, amount=50_000)
        takes(w, lease, partial="none")
        with pytest.raises(PartialPaymentRefused) as refused:
            w.pay(lease, amount=99_999)
        assert refused.value.details["least"] == 100_000

    def test_a_minimum_is_never_more_than_what_is_due(self, w, lease):
        takes(w, lease, partial="minimum", minimum_minor=100_000)
        with pytest.raises(PartialPaymentRefused):
            w.pay(lease, amount=99_999)
        w.pay(lease, amount=100_000)
        w.pay(lease, amount=50_000)

    def test_a_named_charge_is_a_part_too(self, w, lease):
        water = add_charge(lease, NewCharge("utilities", 5_000), actor=SYSTEM, at=w.now)
        takes(w, lease, partial="none")
        with pytest.raises(PartialPaymentRefused):
            w.pay(lease, charges=[(water.public_id, None)])


class TestWhatIsNotTaken:
    def test_nothing_while_it_is_blocked(self, w, lease):
        takes(w, lease, blocked=True)
        with pytest.raises(PaymentsBlocked, match="speak with the landlord"):
            w.pay(lease)
        takes(w, lease)
        assert w.pay(lease).amount_minor == 150_000

    def test_only_sure_money_always(self, w, lease):
        takes(w, lease, certified_funds="always")
        for rail in ("ach", "same_day_ach"):
            with pytest.raises(CertifiedFundsRequired, match="instant transfer or wire") as refused:
                w.pay(lease, rail)
            assert refused.value.param == "rail"
        assert w.pay(lease, "instant").rail == "instant"

    def test_only_sure_money_for_half_a_year_after_a_return(self, w, lease):
        takes(w, lease, certified_funds="after_return")
        source = w.account(w.bob, DISPUTED)
        w.until(w.pay(lease, "same_day_ach", source=source), "returned")
        with pytest.raises(CertifiedFundsRequired, match="after a payment came back"):
            w.pay(lease, "ach", source=source)
        w.pay(lease, "wire", amount=20_00, source=source)
        w.later(days=181)
        assert w.pay(lease, "ach", amount=50_00, source=source).rail == "ach"

    def test_nor_after_a_debit_that_its_account_did_not_hold(self, w, lease):
        """F1: the ordinary one, which never came."""
        takes(w, lease, certified_funds="after_return")
        source = w.account(w.bob, NO_FUNDS)
        failed = w.until(w.pay(lease, "same_day_ach", source=source), "failed")
        assert failed.return_code == "R01"
        with pytest.raises(CertifiedFundsRequired, match="after a payment came back"):
            w.pay(lease, "ach", source=source)
        w.later(days=181)
        assert w.pay(lease, "ach", amount=50_00, source=source).rail == "ach"

    def test_nor_after_a_cheque_that_bounced(self, w, lease):
        takes(w, lease, certified_funds="after_return")
        cheque = record_receipt(lease, NewReceipt(lease.parties.get(), "check", 150_000), actor=SYSTEM, at=w.now)
        w.later(days=2)
        bounce_receipt(cheque, actor=SYSTEM, at=w.now)
        with pytest.raises(CertifiedFundsRequired, match="after a payment came back"):
            w.pay(lease, "ach")
        w.later(days=181)
        assert w.pay(lease, "ach", amount=50_00).rail == "ach"

    def test_but_after_what_no_bank_said_anything_is_taken(self, w, lease):
        takes(w, lease, certified_funds="after_return")
        cancel_payment(w.pay(lease, "ach"), actor=SYSTEM, at=w.now)
        assert w.pay(lease, "ach").rail == "ach"

    def test_no_money_ahead(self, w, lease):
        takes(w, lease, prepayment="none")
        with pytest.raises(InvalidInput, match=r"\$1,500.00 is due") as refused:
            w.pay(lease, amount=150_001)
        assert refused.value.code == "prepayment_refused"
        w.pay(lease, amount=150_000)

    def test_a_payment_on_its_way_is_still_named_first_of_all(self, w, lease):
        w.pay(lease, amount=150_000)
        with pytest.raises(ObligationInProgress):
            w.pay(lease)


class TestOrder:
    def test_categories_are_paid_in_their_order_and_the_reason_is_kept(self, w, lease):
        water = add_charge(lease, NewCharge("utilities", 5_000, date(2026, 10, 1)), actor=SYSTEM, at=w.now)
        takes(w, lease, order="categories", categories=("rent",))
        payment = w.until(w.pay(lease, "instant", amount=151_000), "settled")
        assert [(c.item == water.public_id, c.amount_minor) for c in payment.claims.order_by("id")] == [(False, 150_000), (True, 1_000)]
        assert set(Allocation.objects.values_list("rule", "reason")) == {("claim", "categories (rent), payment policy 1")}
        w.check()

    @pytest.fixture
    def water(self, w, lease):
        """Fell due before the rent."""
        return add_charge(lease, NewCharge("utilities", 5_000, due_on=date(2026, 10, 31)), actor=SYSTEM, at=w.now)

    @pytest.mark.parametrize("given", ["cheque", "past the lease"])
    def test_holds_for_money_that_names_nothing_too(self, w, lease, water, given):
        takes(w, lease, order="categories", categories=("rent",))
        if given == "cheque":
            record_receipt(lease, NewReceipt(lease.parties.get(), "check", 150_000), actor=SYSTEM, at=w.now)
        else:
            how = {"amount_minor": 150_000, "currency": "usd", "rail": "instant", "allow_duplicate": False, "metadata": {}}
            account = lease.parties.get().account.public_id
            w.until(pay(account, w.account(w.bob), **how, actor=w.actor(w.bob), at=w.now), "completed")
        paid = {row.charge.category: row.paid_minor for row in told(w, lease) if row.charge.posted_at}
        assert paid == {"utilities": 0, "rent": 150_000}
        (row,) = Allocation.objects.filter(amount_minor=150_000)
        assert (row.rule, row.reason) == ("policy", "categories (rent), payment policy 1")
        w.check()

    def test_a_fee_does_not_make_the_next_rent_short(self, w):
        """A cheque for December, while a fee of November stands: the rent is paid, and not late again."""
        lease = w.lease(late_fee=LateFeeTerms(1, flat_minor=5_000))
        takes(w, lease, order="categories", categories=("rent", "utilities", "fee"))
        w.later(days=5)
        w.until(w.pay(lease, "instant", amount=150_000), "completed")
        assert w.balance("L1500", lease=lease) == 5_000
        w.later(days=25)  # the first of December
        record_receipt(w.reload(lease), NewReceipt(lease.parties.get(), "check", 150_000), actor=SYSTEM, at=w.now)
        w.later(days=10)
        assert LateFee.objects.count() == 1
        assert w.balance("L1500", lease=lease) == 5_000
        w.check()

    def test_what_waits_for_charges_of_one_day_is_told_as_it_will_be_paid(self, w, lease):
        takes(w, lease, order="categories", categories=("utilities",))
        add_charge(lease, NewCharge("utilities", 5_000, due_on=date(2026, 12, 1)), actor=SYSTEM, at=w.now)
        record_receipt(lease, NewReceipt(lease.parties.get(), "check", 151_000), actor=SYSTEM, at=w.now)
        ahead = {
            row.charge.category: row.paid_minor for row in schedules([w.reload(lease)], w.now)[lease.id] if row.charge.posted_at is None
        }
        w.later(days=30)
        paid = {
            row.charge.category: row.paid_minor for row in schedules([w.reload(lease)], w.now)[lease.id] if row.charge.due_on.month == 12
        }
        assert paid == {"utilities": 1_000, "rent": 0}
        assert {name: ahead[name] for name in paid} == paid

    def test_is_shown_before_anything_is_paid(self, w, lease):
        water = add_charge(lease, NewCharge("utilities", 5_000, date(2026, 10, 1)), actor=SYSTEM, at=w.now)
        takes(w, lease, order="categories", categories=("rent",))
        found = payable_charges(lease, lease.parties.get(), list(lease.parties.all())).rows
        shown = allotted(policy_of(lease), found, 152_000)
        assert [(charge.category, amount) for charge, amount in shown] == [("rent", 150_000), ("utilities", 2_000)]
        payment = w.pay(lease, amount=152_000)
        assert [(c.item, c.amount_minor) for c in payment.claims.order_by("id")] == [(c.public_id, amount) for c, amount in shown]
        assert shown[1][0].public_id == water.public_id

    def test_without_one_the_oldest_is_paid_first(self, w, lease):
        water = add_charge(lease, NewCharge("utilities", 5_000, date(2026, 10, 1)), actor=SYSTEM, at=w.now)
        w.until(w.pay(lease, "instant", amount=6_000), "settled")
        paid = {row.charge.public_id: row.paid_minor for row in schedules([w.reload(lease)], w.now)[lease.id]}
        assert paid[water.public_id] == 5_000

    def test_a_charge_that_the_payer_names_says_so(self, w, lease):
        charge = lease.charges.earliest("due_on")
        w.until(w.pay(lease, "instant", charges=[(charge.public_id, 1_000)]), "settled")
        assert Allocation.objects.get().reason == "named by the payer"

    @given(st.lists(st.sampled_from(["rent", "utilities", "fee", "other"]), max_size=8), st.permutations(["rent", "utilities", "fee"]))
    def test_nothing_is_lost_and_within_a_category_the_oldest_comes_first(self, found, order):
        rows = [(Charge(category=category), n) for n, category in enumerate(found)]
        turned = in_turn(Policy(1, order="categories", categories=tuple(order)), rows)
        assert sorted(turned) == list(range(len(found)))
        ranks = [order.index(found[n]) if found[n] in order else len(order) for n in turned]
        assert ranks == sorted(ranks)
        for category in set(found):
            of_it = [n for n in turned if found[n] == category]
            assert of_it == sorted(of_it)


@given(st.integers(-10_000, 10_000), st.integers(0, 10_000), st.integers(1, 10_000), st.sampled_from(["any", "none", "minimum"]))
def test_the_least_is_never_more_than_can_be_paid(due, ahead, minimum, partial):
    payable = max(0, due + ahead)
    policy = Policy(1, partial=partial, minimum_minor=minimum if partial == "minimum" else None)
    assert 0 <= least_of(policy, due, payable) <= max(payable, due, 0)


class TestSetting:
    def test_makes_a_version_each_time_and_tells_it(self, w, lease):
        assert policy_of(lease) == Policy()
        assert takes(w, lease, partial="none").version == 1
        assert takes(w, lease, partial="none").version == 1  # the same again
        assert takes(w, lease, blocked=True).version == 2
        told = Event.objects.filter(type="payment_policy.set").order_by("id")
        assert [(e.version, e.data["partial"], e.data["blocked"]) for e in told] == [(1, "none", False), (2, "any", True)]

    @pytest.mark.parametrize(
        ("wish", "param"),
        [
            ({"partial": "minimum"}, "minimum_amount"),
            ({"minimum_minor": 5}, "minimum_amount"),
            ({"order": "categories"}, "categories"),
            ({"categories": ("rent",)}, "categories"),
            ({"order": "categories", "categories": ("rent", "gold")}, "categories[1]"),
            ({"order": "categories", "categories": ("rent", "rent")}, "categories[1]"),
        ],
    )
    def test_refuses_what_contradicts_itself(self, w, lease, wish, param):
        with pytest.raises(InvalidInput) as refused:
            takes(w, lease, **wish)
        assert refused.value.param == param
        assert policy_of(lease).version == 0


def test_the_newest_policy_holds_for_what_is_accepted_after_it(w, lease):
    flying = w.pay(lease, amount=1_000)
    takes(w, lease, blocked=True)
    assert w.until(flying, "settled", seconds=900).status == "settled"
    w.check()


@pytest.mark.django_db(transaction=True)
def test_blocking_keeps_what_another_tab_has_just_set():
    w = World()
    lease = w.lease()
    policy = Policy(partial="none")
    block = lambda: set_blocked(lease, True, actor=SYSTEM, at=w.now)  # noqa: E731
    at_once(lambda: set_payment_policy(lease, policy, actor=SYSTEM, at=w.now), block)
    block()
    found = policy_of(lease)
    assert (found.blocked, found.partial) == (True, "none")


class TestPastTheLease:
    """To the account of a party, by a renter who names it: what the lease does not take is not taken there either."""

    @pytest.fixture
    def pay_it(self, w, lease):
        proven = w.account(w.bob)

        def send(amount: int, rail: str = "ach", source=proven):
            account = lease.parties.get().account.public_id
            how = {"currency": "usd", "rail": rail, "allow_duplicate": False, "metadata": {}}
            return pay(account, source, amount_minor=amount, **how, actor=w.actor(w.bob), at=w.now)

        return send

    def test_a_blocked_lease_is_not_paid(self, w, lease, pay_it):
        set_blocked(lease, True, actor=SYSTEM, at=w.now)
        with pytest.raises(PaymentsBlocked):
            pay_it(150_000)
        set_blocked(lease, False, actor=SYSTEM, at=w.now)
        assert pay_it(150_000).amount_minor == 150_000

    def test_no_less_than_the_least(self, w, lease, pay_it):
        takes(w, lease, partial="none")
        with pytest.raises(PartialPaymentRefused):
            pay_it(149_999)
        assert pay_it(150_000).amount_minor == 150_000

    def test_only_by_a_rail_that_brings_nothing_back(self, w, lease, pay_it):
        takes(w, lease, certified_funds="always")
        with pytest.raises(CertifiedFundsRequired):
            pay_it(10_000)
        assert pay_it(10_000, "instant").amount_minor == 10_000

    @pytest.mark.parametrize("came_back_past_it", [False, True])
    def test_only_sure_money_after_a_return_however_it_was_paid_and_is_paid_now(self, w, lease, pay_it, came_back_past_it):
        takes(w, lease, certified_funds="after_return")
        source = w.account(w.bob, DISPUTED)
        back = pay_it(150_000, "same_day_ach", source) if came_back_past_it else w.pay(lease, "same_day_ach", source=source)
        w.until(back, "returned")
        with pytest.raises(CertifiedFundsRequired, match="after a payment came back"):
            w.pay(lease, "ach", amount=10_000)
        with pytest.raises(CertifiedFundsRequired, match="after a payment came back"):
            pay_it(10_000)
        assert pay_it(10_000, "instant").amount_minor == 10_000

    def test_what_came_back_binds_whoever_else_owes_on_the_lease_and_no_other(self, w):
        carol = w.person("carol", "renter")
        shared, alone = w.lease((w.bob, {"percent": 60}), (carol, {"percent": 40})), w.lease(carol)
        source, hers = w.account(w.bob, DISPUTED), w.account(carol)
        for lease in (shared, alone):
            takes(w, lease, certified_funds="after_return")
        how = {"currency": "usd", "rail": "same_day_ach", "allow_duplicate": False, "metadata": {}}
        his = shared.parties.get(label=w.bob.public_id).account.public_id
        w.until(pay(his, source, amount_minor=90_000, **how, actor=w.actor(w.bob), at=w.now), "returned")
        with pytest.raises(CertifiedFundsRequired):
            w.pay(shared, "ach", source=hers)
        assert w.pay(alone, "ach", source=hers).amount_minor == 150_000
