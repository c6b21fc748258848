from datetime import date
from typing import Any

import pytest

from directpay.kernel.errors import InvalidInput
from leases.contracts.models import Lease
from leases.rent.queries import balances
from payments.payins.actions.cancel import cancel_payment
from payments.payins.actions.initiate import AmountExceedsPayable, AmountTooSmall, DuplicateSuspected, ObligationInProgress
from payments.payins.actions.pay import pay
from payments.payins.models import Payment
from tests.at_once import at_once
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db
RENT = 150_000


@pytest.fixture
def w() -> World:
    made = World()
    made.account(made.bob)
    return made


@pytest.fixture
def lease(w) -> Lease:
    """Bob owes November; December is next."""
    return w.lease()


def charge(lease: Lease, n: int) -> str:
    return lease.charges.order_by("due_on")[n].public_id


def claims(payment: Payment) -> list[tuple[str, int]]:
    return list(payment.claims.order_by("id").values_list("item", "amount_minor"))


def cleared(w: World, *args: Any, seconds: int = 300, **how: Any) -> Payment:
    """Paid at once, and five minutes gone, so that the same amount is no duplicate."""
    made = w.pay(*args, rail="instant", **how)
    w.later(seconds=seconds)
    return w.fresh(made)


class TestPays:
    def test_all_that_is_owed_when_no_amount_is_named(self, w, lease):
        made = w.pay(lease)
        assert (made.amount_minor, made.origin, made.payer, made.payee, made.tendered_on) == (
            RENT,
            lease.public_id,
            w.bob,
            w.payee,
            date(2026, 11, 2),
        )
        assert claims(made) == [(charge(lease, 0), RENT)]

    def test_the_next_charge_when_nothing_is_owed(self, w, lease):
        cleared(w, lease)
        made = w.pay(lease)
        assert (made.amount_minor, claims(made)) == (RENT, [(charge(lease, 1), RENT)])

    def test_a_part_of_the_oldest(self, w, lease):
        assert claims(w.pay(lease, amount=50_000)) == [(charge(lease, 0), 50_000)]

    def test_the_oldest_first_and_then_ahead(self, w, lease):
        assert claims(w.pay(lease, amount=RENT + 30_000)) == [(charge(lease, 0), RENT), (charge(lease, 1), 30_000)]

    def test_what_nobody_has_claimed_yet(self, w, lease):
        w.pay(lease, amount=100_000)
        assert claims(w.pay(lease, amount=80_000)) == [(charge(lease, 0), 50_000), (charge(lease, 1), 30_000)]

    def test_only_what_is_left_when_a_part_is_on_its_way(self, w, lease):
        w.pay(lease, amount=100_000)
        assert w.pay(lease).amount_minor == 50_000

    def test_on_the_day_of_the_property(self, w):
        home = w.property(w.alice, timezone="Pacific/Kiritimati", units=[{"name": "1"}])
        assert w.pay(w.lease(unit=home.units.get())).tendered_on == date(2026, 11, 3)

    def test_on_that_day_past_the_lease_too(self, w):
        home = w.property(w.alice, timezone="Pacific/Kiritimati", units=[{"name": "1"}])
        account = w.lease(unit=home.units.get()).parties.get().account.public_id
        how = {"amount_minor": RENT, "currency": "usd", "rail": "ach", "allow_duplicate": False, "metadata": {}}
        assert pay(account, w.bob.bank_accounts.get(), **how, actor=w.actor(w.bob), at=w.now).tendered_on == date(2026, 11, 3)

    def test_several_months_of_debt_at_once(self, w):
        lease = w.lease(start=date(2026, 8, 1))
        made = cleared(w, lease, amount=4 * RENT)
        assert [amount for _, amount in claims(made)] == [RENT] * 4
        assert w.balance("L1500", lease=lease) == 0
        w.check()


class TestNamedCharges:
    def test_are_paid_whole_or_in_part(self, w, lease):
        made = w.pay(lease, charges=[(charge(lease, 1), None), (charge(lease, 0), 20_000)])
        assert made.amount_minor == RENT + 20_000
        assert claims(made) == [(charge(lease, 1), RENT), (charge(lease, 0), 20_000)]

    def test_are_paid_before_older_ones(self, w):
        lease = w.lease(start=date(2026, 10, 1))
        made = cleared(w, lease, charges=[(charge(lease, 1), None)])
        assert claims(made) == [(charge(lease, 1), RENT)]
        rest = w.pay(lease)
        assert claims(rest) == [(charge(lease, 0), RENT)]

    @pytest.mark.parametrize("amount", [RENT, None])
    def test_may_be_named_with_their_sum(self, w, lease, amount):
        assert w.pay(lease, amount=amount, charges=[(charge(lease, 0), None)]).amount_minor == RENT

    @pytest.mark.parametrize("amount", [RENT - 1, RENT + 1])
    def test_are_refused_with_another_sum(self, w, lease, amount):
        with pytest.raises(InvalidInput, match="not the sum") as refusal:
            w.pay(lease, amount=amount, charges=[(charge(lease, 0), None)])
        assert refusal.value.param == "amount"

    def test_are_refused_beyond_what_is_open(self, w, lease):
        with pytest.raises(AmountExceedsPayable, match=r"At most \$1,500.00 of this charge") as refusal:
            w.pay(lease, charges=[(charge(lease, 0), RENT + 1)])
        assert (refusal.value.param, refusal.value.details) == ("charges[0][amount]", {"payable": RENT})

    @pytest.mark.parametrize("which", ["paid", "too far ahead", "unknown", "another lease"])
    def test_are_refused_when_they_are_not_open(self, w, lease, which):
        cleared(w, lease)
        other = w.lease()
        name = {"paid": charge(lease, 0), "too far ahead": charge(lease, 2), "unknown": "chg_x", "another lease": charge(other, 0)}[which]
        with pytest.raises(AmountExceedsPayable, match="not open") as refusal:
            w.pay(lease, charges=[(charge(lease, 1), None), (name, None)])
        assert refusal.value.param == "charges[1][charge]"

    def test_are_refused_twice_in_one_payment(self, w, lease):
        with pytest.raises(InvalidInput, match="named twice") as refusal:
            w.pay(lease, charges=[(charge(lease, 0), 10_000), (charge(lease, 0), 10_000)])
        assert refusal.value.param == "charges[1][charge]"

    @pytest.mark.parametrize("amount", [0, -5])
    def test_are_refused_for_nothing(self, w, lease, amount):
        with pytest.raises(InvalidInput) as refusal:
            w.pay(lease, charges=[(charge(lease, 0), RENT), (charge(lease, 1), amount)])
        assert refusal.value.param == "charges[1][amount]"
        assert not Payment.objects.exists()

    def test_are_refused_when_a_payment_for_them_is_on_its_way(self, w, lease):
        first = w.pay(lease, charges=[(charge(lease, 0), 100_000)])
        with pytest.raises(ObligationInProgress) as refusal:
            w.pay(lease, charges=[(charge(lease, 0), 50_001)])
        assert (refusal.value.details, refusal.value.param) == ({"payment": first.public_id}, "charges[0][charge]")
        assert w.pay(lease, charges=[(charge(lease, 0), 50_000)]).amount_minor == 50_000

    def test_of_two_roommates_are_each_their_own_part(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"percent": 60}), (carol, {"percent": 40}))
        assert w.pay(lease, charges=[(charge(lease, 0), None)]).amount_minor == 90_000
        assert w.pay(lease, source=w.account(carol), charges=[(charge(lease, 0), None)]).amount_minor == 60_000


class TestRefuses:
    def test_somebody_who_is_not_on_the_lease(self, w, lease):
        with pytest.raises(InvalidInput, match="nobody on the lease") as refusal:
            w.pay(lease, source=w.account(w.person("mallory", "renter")))
        assert refusal.value.param == "bank_account"

    def test_more_than_is_owed_and_coming_due(self, w, lease):
        with pytest.raises(AmountExceedsPayable) as refusal:
            w.pay(lease, amount=2 * RENT + 1)
        assert refusal.value.details == {"payable": 2 * RENT}

    def test_anything_when_everything_is_paid(self, w):
        lease = w.lease(end_on=date(2026, 11, 30))
        cleared(w, lease)
        for amount in (None, 500):
            with pytest.raises(AmountExceedsPayable, match="Nothing is owed"):
                w.pay(lease, amount=amount)

    def test_anything_when_the_next_charge_is_paid_ahead(self, w, lease):
        cleared(w, lease)
        cleared(w, lease)
        for amount in (None, 500):
            with pytest.raises(AmountExceedsPayable, match="Nothing is owed"):
                w.pay(lease, amount=amount)

    def test_what_the_fee_would_eat(self, w, lease):
        with pytest.raises(AmountTooSmall):
            w.pay(lease, amount=200)

    @pytest.mark.parametrize("amount", [None, RENT + 1])
    def test_a_second_press_and_names_the_first(self, w, lease, amount):
        first = w.pay(lease)
        with pytest.raises(ObligationInProgress) as refusal:
            w.pay(lease, amount=amount)
        assert refusal.value.details == {"payment": first.public_id}

    def test_the_same_again_within_five_minutes_though_it_cleared(self, w, lease):
        first = cleared(w, lease, amount=50_000, seconds=10)
        with pytest.raises(DuplicateSuspected) as refusal:
            w.pay(lease, amount=50_000)
        assert refusal.value.details == {"payment": first.public_id}
        assert w.pay(lease, amount=50_000, allow_duplicate=True).status == "initiated"

    def test_the_same_again_only_for_five_minutes(self, w, lease):
        cleared(w, lease, amount=50_000, seconds=299)
        with pytest.raises(DuplicateSuspected):
            w.pay(lease, amount=50_000)
        w.later(seconds=1)
        assert w.pay(lease, amount=50_000).status == "initiated"

    def test_nothing_on_another_lease_of_the_same_renter(self, w, lease):
        w.pay(lease, amount=50_000)
        assert w.pay(w.lease(), amount=50_000).status == "initiated"


class TestRetry:
    def test_is_possible_at_once_after_a_failure(self, w, lease):
        failed = cleared(w, lease, source=w.account(w.bob, NO_FUNDS), seconds=1)
        assert failed.status == "failed"
        assert w.pay(lease).amount_minor == RENT

    def test_is_possible_at_once_after_calling_off(self, w, lease):
        cancel_payment(w.pay(lease), actor=w.actor(w.bob), at=w.now)
        assert w.pay(lease).amount_minor == RENT

    def test_is_possible_after_a_return_for_the_same_charge(self, w, lease):
        w.pay(lease, "same_day_ach", source=w.account(w.bob, "009901050000"))
        w.later(minutes=1)
        again = w.pay(lease)
        assert claims(again) == [(charge(lease, 0), RENT)]
        w.later(minutes=2)
        assert w.balance("L1500", lease=lease) == 0
        w.check()


class TestRoommates:
    @pytest.fixture
    def shared(self, w) -> Lease:
        w.carol = w.person("carol", "renter")
        return w.lease((w.bob, {"percent": 60}), (w.carol, {"percent": 40}))

    def test_pay_each_on_their_own_account(self, w, shared):
        bobs, carols = w.pay(shared), w.pay(shared, source=w.account(w.carol))
        assert (bobs.amount_minor, carols.amount_minor) == (90_000, 60_000)
        assert bobs.applies_to_id != carols.applies_to_id
        w.later(minutes=2)
        assert {b.owed_minor for b in balances(w.reload(shared)).values()} == {0}
        w.check()

    def test_do_not_pay_each_others_share(self, w, shared):
        with pytest.raises(AmountExceedsPayable) as refusal:
            w.pay(shared, amount=180_001)
        assert refusal.value.details == {"payable": 180_000}  # his part of November and December

    def test_who_owe_jointly_pay_one_debt(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease(w.bob, carol)
        first = w.pay(lease)
        with pytest.raises(ObligationInProgress) as refusal:
            w.pay(lease, source=w.account(carol))
        assert refusal.value.details == {"payment": first.public_id}


class TestAhead:
    """What older debts, returns and rent that falls due make of money that was paid ahead."""

    def test_of_a_charge_that_was_named_pays_an_older_debt_first_and_says_so(self, w, lease):
        """Nothing stands unused while something is owed: December's money pays November, and December is open again."""
        cleared(w, lease, charges=[(charge(lease, 1), None)])
        assert w.balance("L1500", lease=lease) == 0
        assert claims(w.pay(lease)) == [(charge(lease, 1), RENT)]
        w.later(days=65)
        assert w.balance("L1500", lease=lease) == RENT, "January"
        w.check()

    def test_is_used_when_an_older_payment_comes_back(self, w, lease):
        w.pay(lease, "same_day_ach", source=w.account(w.bob, "009901200000"))  # comes back 17 seconds after it cleared
        w.later(seconds=18)
        cleared(w, lease, allow_duplicate=True)  # December, ahead
        assert Payment.objects.order_by("id").first().status == "returned"
        assert w.balance("L1500", lease=lease) == 0
        assert claims(w.pay(lease, allow_duplicate=True)) == [(charge(lease, 1), RENT)]

    def test_that_cleared_before_what_was_sent_first_is_paid_for_once(self, w, lease):
        """November by ACH is on its way when December is paid at once."""
        w.pay(lease, "ach")
        cleared(w, lease, amount=RENT, allow_duplicate=True)
        w.later(minutes=2)
        assert w.balance("L1500", lease=lease) == -RENT
        with pytest.raises(AmountExceedsPayable, match="Nothing is owed"):
            w.pay(lease)
        w.later(days=65)
        assert w.balance("L1500", lease=lease) == RENT, "January"
        w.check()

    def test_in_part_leaves_the_rest_of_the_next_charge(self, w, lease):
        cleared(w, lease, amount=RENT + 40_000)
        made = w.pay(lease)
        assert (made.amount_minor, claims(made)) == (RENT - 40_000, [(charge(lease, 1), RENT - 40_000)])


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_debt_is_paid_once(self, w, lease):
        answers = at_once(*[lambda: w.pay(lease)] * 5)
        assert sum(isinstance(a, Payment) for a in answers) == 1
        assert all(isinstance(a, (Payment, ObligationInProgress)) for a in answers), answers

    def test_two_roommates_both_pay(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"percent": 60}), (carol, {"percent": 40}))
        hers, his = w.account(carol), w.bob.bank_accounts.get()
        answers = at_once(lambda: w.pay(lease, source=his), lambda: w.pay(lease, source=hers))
        assert [a.amount_minor for a in answers] == [90_000, 60_000]

    def test_parts_claim_no_charge_beyond_its_amount(self, w, lease):
        answers = at_once(*(lambda n=n: w.pay(lease, amount=70_000 + n) for n in range(5)))
        made = [a for a in answers if isinstance(a, Payment)]
        assert len(made) == 4, "280,000 and a little fit into two rents"
        by_item: dict[str, int] = {}
        for payment in made:
            for item, amount in claims(payment):
                by_item[item] = by_item.get(item, 0) + amount
        assert by_item[charge(lease, 0)] == RENT
        assert by_item[charge(lease, 1)] <= RENT
