"""A plan is proposed by one side, accepted by the other, and kept or broken by what the books say."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people.actor import SYSTEM
from leases.arrears.models import ArrearsCase
from leases.autopay.expected import expected_minor
from leases.credits.actions import NewCredit, grant_credit
from leases.payment_plans.actions.decide import PaymentPlanEnded, PaymentPlanNotProposed
from leases.payment_plans.actions.judging import look_at_plans
from leases.payment_plans.actions.propose import PaymentPlanExists, PlanExceedsArrears
from leases.payment_plans.models import PaymentPlan
from leases.payment_plans.reckoning import Dated
from leases.policies.actions import set_payment_policy
from leases.policies.queries import Policy
from leases.receipts.actions import bounce_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from ledger.journal.models import Transaction
from tests.leases.arrears.cast import cases, give, steps
from tests.leases.autopay.cast import NINE, RENT, Renting
from tests.leases.late_fees.cast import agreed
from tests.leases.payment_plans.cast import DECEMBER, FIRST, NOVEMBER, SECOND, accept, agreed_plan, behind, cancel, fresh, propose, states
from tests.payments.payins.test_states import path_to
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(db: None) -> World:
    return World()


@pytest.fixture
def lease(w):
    return behind(w)


def to(w: World, day: date) -> None:
    """On to 10:00 of that day."""
    w.later(days=(day - w.now.date()).days)


def kinds() -> list[str]:
    return list(Event.objects.filter(type__startswith="payment_plan.").order_by("id").values_list("type", flat=True))


def test_it_works(w, lease):
    before = Transaction.objects.count()
    plan = agreed_plan(w, lease)
    assert Transaction.objects.count() == before  # nothing is posted: what is owed stays in L1500
    assert (plan.status, plan.accepted_on, plan.amount_minor) == ("active", date(2026, 11, 20), NOVEMBER)
    assert states(w, plan) == [("upcoming", 52_500), ("upcoming", 52_500)]
    to(w, FIRST)
    give(w, lease, 52_500)
    assert states(w, plan) == [("paid", 0), ("upcoming", 52_500)]
    to(w, SECOND)
    assert states(w, plan) == [("paid", 0), ("due", 52_500)]
    give(w, lease, 52_500)
    w.work()
    assert (fresh(plan).status, fresh(plan).ended_on) == ("completed", SECOND)
    assert kinds() == ["payment_plan.proposed", "payment_plan.accepted", "payment_plan.completed"]
    w.check()


def test_the_ladder_stands_still_while_it_is_kept_and_goes_on_where_it_stood(w, lease):
    assert steps(lease) == ["reminder"]
    plan = agreed_plan(w, lease)
    to(w, date(2026, 12, 3))  # the last day of the first part's grace
    assert steps(lease) == ["reminder"]
    assert cases(lease)[0].closed_on is None
    to(w, date(2026, 12, 4))
    assert fresh(plan).status == "broken"
    assert steps(lease) == ["reminder", "notice", "staff"]
    assert steps(lease, told=True) == ["reminder", "staff"]
    broken = Event.objects.get(type="payment_plan.broken")
    assert (broken.data["part"], broken.data["open"]) == (1, 52_500)
    w.check()


def test_no_case_is_opened_while_it_is_kept(w):
    lease = w.lease(start=date(2026, 11, 10), due_day=15)
    w.later(days=14)  # 16 November: nothing was said yet
    plan = propose(w, lease, parts=[Dated(FIRST, NOVEMBER)])
    accept(w, plan)
    to(w, FIRST)
    assert cases(lease) == []
    give(w, lease, NOVEMBER)
    to(w, date(2026, 12, 10))
    assert ArrearsCase.objects.count() == 0


def test_new_rent_goes_on_beside_it(w, lease):
    plan = agreed_plan(w, lease, parts=[Dated(FIRST, 50_000), Dated(date(2027, 1, 5), 55_000)])
    to(w, FIRST)
    give(w, lease, 50_000)
    to(w, date(2026, 12, 15))
    give(w, lease, DECEMBER)  # the books pay November with it first; by their days it is December's
    assert states(w, plan) == [("paid", 0), ("upcoming", 55_000)]
    to(w, date(2027, 1, 5))
    give(w, lease, 55_000)
    w.work()
    assert fresh(plan).status == "completed"
    assert w.balance("L1500", lease=lease) == 0


def test_rent_beside_it_that_nobody_pays_breaks_it_with_the_next_part(w, lease):
    plan = agreed_plan(w, lease, parts=[Dated(FIRST, 50_000), Dated(date(2027, 1, 5), 55_000)])
    to(w, FIRST)
    give(w, lease, 50_000)
    to(w, date(2027, 1, 5))
    give(w, lease, 55_000)
    assert states(w, plan)[1] == ("due", 55_000)  # the money was for December's rent, which was due before
    to(w, date(2027, 1, 9))
    assert fresh(plan).status == "broken"


def test_it_is_kept_though_what_fell_due_after_it_is_on_its_way(w, lease):
    """All its money has come; what is owed besides is younger, and a payment for all of that has left."""
    plan = agreed_plan(w, lease)
    to(w, FIRST)
    give(w, lease, 52_500)
    to(w, SECOND)
    add_charge(w.reload(lease), NewCharge("utilities", 1_000, due_on=SECOND + timedelta(days=1)), actor=SYSTEM, at=w.now)
    to(w, SECOND + timedelta(days=1))
    give(w, lease, w.balance("L1500", lease=lease) - 1_000)
    flying = w.pay(w.reload(lease), "ach", amount=1_000)
    w.work()
    assert w.fresh(flying).status == "processing"
    assert fresh(plan).status == "completed"
    w.check()


def test_a_payment_on_its_way_keeps_it_and_its_return_breaks_it(w, lease):
    source = w.account(w.bob, NO_FUNDS)
    plan = agreed_plan(w, lease)
    to(w, date(2026, 12, 3))
    payment = w.pay(lease, "ach", amount=52_500, source=source)
    assert states(w, plan)[0] == ("paid", 0)
    w.until(payment, "failed", "returned")
    w.later(days=1)
    assert fresh(plan).status == "broken"
    assert "notice" in steps(lease)


def test_a_cheque_that_bounces_after_its_part_was_kept_is_judged_anew(w, lease):
    plan = agreed_plan(w, lease)
    to(w, FIRST)
    receipt = give(w, lease, 52_500)
    to(w, date(2026, 12, 5))
    assert fresh(plan).status == "active"
    bounce_receipt(receipt, actor=SYSTEM, at=w.now)
    w.work()
    assert fresh(plan).status == "broken"
    assert cases(lease)[0].since_on == date(2026, 11, 15)


def test_what_comes_back_after_its_end_is_overdue_since_its_own_due_date(w, lease):
    plan = agreed_plan(w, lease, parts=[Dated(FIRST, NOVEMBER)])
    receipt = give(w, lease, NOVEMBER)
    w.work()
    assert fresh(plan).status == "completed"
    assert cases(lease)[0].reason == "paid"
    to(w, date(2026, 12, 5))
    bounce_receipt(receipt, actor=SYSTEM, at=w.now)
    w.work()
    (case,) = cases(lease)
    assert (case.since_on, case.closed_on) == (date(2026, 11, 15), None)
    assert fresh(plan).status == "completed"  # the next plan is another


def test_months_at_once_end_where_days_would(w, lease):
    plan = agreed_plan(w, lease)
    w.later(days=150)
    assert (fresh(plan).status, fresh(plan).ended_on) == ("broken", date(2026, 12, 4))


def test_a_credit_pays_a_part_as_money_does(w, lease):
    plan = agreed_plan(w, lease)
    grant_credit(lease, NewCredit(lease.parties.get(), "credit", 52_500, "mended the roof"), actor=SYSTEM, at=w.now)
    assert states(w, plan) == [("paid", 0), ("upcoming", 52_500)]


class TestLateFees:
    def test_what_it_covers_costs_nothing_while_it_is_kept(self, w):
        lease = behind(w, late_fee=agreed(10, flat_minor=5_000, daily_minor=100))
        agreed_plan(w, lease)
        to(w, FIRST)
        give(w, lease, 52_500)
        to(w, SECOND)
        give(w, lease, 52_500)
        w.later(days=3)
        assert lease.late_fees.count() == 0

    def test_unless_it_says_that_they_go_on(self, w):
        lease = behind(w, late_fee=agreed(10))
        agreed_plan(w, lease, fees_go_on=True)
        to(w, date(2026, 11, 27))
        assert [fee.amount_minor for fee in lease.late_fees.all()] == [5_000]

    def test_rent_that_is_paid_beside_it_is_in_time(self, w):
        lease = behind(w, late_fee=agreed(3))
        fee = lease.late_fees.get()  # of November, before there was a plan
        agreed_plan(w, lease, parts=[Dated(FIRST, 50_000), Dated(date(2027, 1, 5), 60_000)])
        to(w, FIRST)
        give(w, lease, 50_000)
        to(w, date(2026, 12, 15))
        give(w, lease, DECEMBER)
        w.later(days=10)
        assert [one.id for one in lease.late_fees.all()] == [fee.id]

    def test_a_broken_one_charges_nothing_for_its_days_and_daily_fees_after_them(self, w):
        lease = behind(w, late_fee=agreed(10, flat_minor=5_000, daily_minor=100))
        plan = agreed_plan(w, lease)  # on the twentieth; grace ends on the twenty-fifth
        to(w, date(2026, 12, 4))
        assert (fresh(plan).status, lease.late_fees.count()) == ("broken", 0)
        w.later(days=3)
        assert {fee.kind for fee in lease.late_fees.all()} == {"daily"}
        assert sum(fee.amount_minor for fee in lease.late_fees.all()) == 300
        w.check()


class TestAskedWrongly:
    @pytest.mark.parametrize(
        ("wish", "param"),
        [
            ({"count": 2, "amount_minor": NOVEMBER + 1}, "amount"),
            ({"parts": [Dated(FIRST, NOVEMBER), Dated(SECOND, 1)]}, "amount"),
            ({"parts": [Dated(FIRST, 100), Dated(SECOND, 100)], "amount_minor": 201}, "amount"),
            ({"parts": [Dated(SECOND, 100), Dated(FIRST, 100)]}, "parts[1][date]"),
            ({"parts": [Dated(FIRST, 100), Dated(FIRST, 100)]}, "parts[1][date]"),
            ({"parts": [Dated(date(2026, 11, 20), 100)]}, "parts[0][date]"),
            ({"parts": [Dated(date(2036, 1, 1), 100)]}, "parts[0][date]"),
            ({"parts": [Dated(FIRST, 100)], "start_on": FIRST}, "start_date"),
            ({"parts": [Dated(FIRST, 100)], "count": 2}, "parts"),
            ({"parts": [], "count": None}, "parts"),
            ({"count": 0}, "installments"),
            ({"count": 37}, "installments"),
            ({"count": 3, "amount_minor": 2}, "installments"),
            ({"count": 36, "interval": "month", "start_on": date(2027, 6, 1)}, "installments"),
            ({"count": 2, "start_on": date(2026, 11, 20)}, "start_date"),
        ],
    )
    def test_each_refusal_names_its_field(self, w, lease, wish, param):
        with pytest.raises(InvalidInput) as refused:
            propose(w, lease, **wish)
        assert refused.value.param == param
        assert PaymentPlan.objects.count() == 0

    def test_who_owes_nothing_needs_none(self, w, lease):
        give(w, lease, NOVEMBER)
        with pytest.raises(PlanExceedsArrears):
            propose(w, lease, count=2)

    def test_what_is_on_its_way_is_not_split(self, w, lease):
        w.pay(lease, "ach", amount=5_000)
        with pytest.raises(PlanExceedsArrears) as refused:
            propose(w, lease)
        assert refused.value.details == {"owed": NOVEMBER - 5_000}

    def test_one_at_a_time(self, w, lease):
        first = propose(w, lease)
        for _ in ("proposed", "active"):
            with pytest.raises(PaymentPlanExists) as refused:
                propose(w, lease)
            assert refused.value.details == {"payment_plan": first.public_id}
            if first.status == "proposed":
                first = accept(w, first)

    def test_a_lease_that_takes_no_parts_has_no_plan(self, w, lease):
        set_payment_policy(lease, Policy(partial="none"), actor=SYSTEM, at=w.now)
        with pytest.raises(InvalidInput) as refused:
            propose(w, lease)
        assert (refused.value.param, refused.value.code) == ("parts", "partial_payment_refused")
        assert propose(w, lease, parts=[Dated(FIRST, NOVEMBER)])


class TestAnswered:
    def test_by_the_other_side_alone(self, w, lease):
        plan = propose(w, lease)
        with pytest.raises(NotAllowed):
            accept(w, plan, by=w.alice)
        mine = cancel(w, plan, by=w.alice)
        assert (mine.status, mine.accepted_on) == ("canceled", None)
        asked = propose(w, lease, by=w.bob)
        with pytest.raises(NotAllowed):
            accept(w, asked, by=w.bob)
        assert accept(w, asked, by=w.alice).status == "active"

    def test_once(self, w, lease):
        plan = agreed_plan(w, lease)
        with pytest.raises(PaymentPlanNotProposed):
            accept(w, plan)

    def test_as_long_as_its_days_are_to_come(self, w, lease):
        plan = propose(w, lease)
        to(w, FIRST)
        with pytest.raises(InvalidInput):
            accept(w, plan)

    def test_as_long_as_so_much_is_owed(self, w, lease):
        plan = propose(w, lease)
        give(w, lease, 1)
        with pytest.raises(PlanExceedsArrears):
            accept(w, plan)

    def test_called_off_by_either_the_ladder_goes_on(self, w, lease):
        plan = agreed_plan(w, lease)
        to(w, date(2026, 11, 28))
        assert steps(lease) == ["reminder"]
        cancel(w, plan)
        w.work()
        assert steps(lease) == ["reminder", "notice"]
        with pytest.raises(PaymentPlanEnded):
            cancel(w, plan)


def test_redelivery_finds_nothing_more(w, lease):
    plan = agreed_plan(w, lease)
    to(w, date(2026, 12, 4))
    assert look_at_plans([plan.public_id, plan.public_id], w.now) == []
    assert kinds().count("payment_plan.broken") == 1


def test_it_covers_the_oldest(w):
    lease = behind(w)
    w.later(days=30)  # 20 December
    plan = agreed_plan(w, lease, parts=[Dated(date(2027, 1, 5), NOVEMBER + 100)])
    assert [one.amount_minor for one in plan.covered.all()] == [NOVEMBER, 100]


EDGES = {"proposed": "active canceled", "active": "completed broken canceled", "completed": "", "broken": "", "canceled": ""}


MOVE = """
UPDATE leases_paymentplan SET status = %(to)s, version = version + 1,
    accepted_on = CASE WHEN %(to)s = 'active' THEN '2026-11-20' ELSE accepted_on END,
    ended_on = CASE WHEN %(to)s IN ('completed', 'broken', 'canceled') THEN '2026-11-20' ELSE ended_on END WHERE id = %(id)s
"""


def goes(plan: PaymentPlan, source: str, target: str) -> bool:
    """Whether the database lets the row go there; everything is taken back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for state in [*path_to(source, "proposed", EDGES), target]:
                cursor.execute(MOVE, {"to": state, "id": plan.id})
            transaction.set_rollback(True)
        return True
    except IntegrityError as refusal:
        if f"may not go from {source} to {target}" not in str(refusal):
            raise
        return False


def test_the_database_takes_it_along_its_edges_alone(w, lease):
    assert set(EDGES) == set(PaymentPlan.Status.values)
    plan = propose(w, lease)
    found = {(source, target) for source, target in permutations(EDGES, 2) if goes(plan, source, target)}
    assert found == {(source, target) for source, after in EDGES.items() for target in after.split()}
    with pytest.raises(TransitionNotAllowed):
        plan.complete()


def test_what_was_agreed_is_frozen(w, lease):
    plan = agreed_plan(w, lease)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        PaymentPlan.objects.filter(id=plan.id).update(amount_minor=1)


def test_autopay_pays_the_part_of_its_days_and_leaves_the_rest(db):
    w = Renting(paid=False)
    lease = w.leased  # November's $1,500.00 is owed since the first
    made = w.on(mode="full_balance")
    agreed_plan(w, lease, parts=[Dated(date(2026, 12, 20), 50_000), Dated(date(2027, 1, 20), 100_000)])
    (run,) = w.runs(made)
    assert expected_minor([run]) == [RENT + 50_000]  # the part comes before the run of January
    w.go(NINE)
    assert [payment.amount_minor for payment in w.payments(made)] == [RENT + 50_000]
    w.check()
