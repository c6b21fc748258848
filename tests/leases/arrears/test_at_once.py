"""Several at the same moment on the same case or plan: real connections, real locks. And a crash between looking and keeping."""

from contextlib import suppress
from datetime import date

import pytest

from directpay.due.models import Due
from directpay.due.registry import QUEUES
from directpay.due.run import run_queue
from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock
from leases.arrears.actions.look import ARREARS_QUEUE, look_at_arrears
from leases.arrears.models import ArrearsPolicy
from leases.payment_plans.actions.decide import PaymentPlanEnded, PaymentPlanNotProposed
from leases.payment_plans.actions.judging import look_at_plans
from leases.payment_plans.actions.propose import PaymentPlanExists
from leases.payment_plans.models import PaymentPlan
from tests.at_once import at_once
from tests.leases.arrears.cast import cases, give, steps, told
from tests.leases.payment_plans.cast import accept, agreed_plan, behind, cancel, fresh, propose
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def w(db: None) -> World:
    return World()


def test_workers_at_once_open_one_case_and_tell_each_step_once(w):
    leases = [w.lease(start=date(2026, 11, 10), due_day=15) for _ in range(3)]
    w.later(days=1)
    ids = [lease.charges.order_by("due_on").first().public_id for lease in leases]
    set_clock(w.now.replace(day=26), frozen=True)
    run_queue(QUEUES["rent.charges"], w.now)
    later = w.now
    answers = at_once(*(lambda keys=keys: look_at_arrears(keys, later) for keys in (ids, list(reversed(ids)), ids[1:], ids)))
    assert sum(len(made) for made in answers) == 6
    assert [steps(lease) for lease in leases] == [["reminder", "notice"]] * 3
    assert sorted(told()) == sorted([("opened", None), ("step_reached", "notice")] * 3)
    assert ArrearsPolicy.objects.filter(standard=True).count() == 1


def test_money_that_comes_while_it_is_looked_at_ends_it(w):
    lease = behind(w)
    (case,) = cases(lease)
    later = w.now.replace(day=26)
    at_once(lambda: give(w, lease, 150_000), lambda: look_at_arrears([case.public_id], later))
    w.work()
    (case,) = cases(lease)
    assert case.reason == "paid"
    w.check()


class Crash(Exception):
    pass


def test_what_died_before_its_commit_is_looked_at_again(w):
    lease = behind(w)
    (case,) = cases(lease)
    later = w.now.replace(day=26)
    with suppress(Crash), unit_of_work():
        assert [step.kind for step in look_at_arrears([case.public_id], later)] == ["notice"]
        raise Crash
    assert steps(lease) == ["reminder"]
    assert Due.objects.filter(queue=ARREARS_QUEUE, key=case.public_id).count() == 1
    set_clock(later, frozen=True)
    run_queue(QUEUES[ARREARS_QUEUE], later)
    assert steps(lease) == ["reminder", "notice"]
    assert told().count(("step_reached", "notice")) == 1


def test_a_plan_is_accepted_once(w):
    plan = propose(w, behind(w))
    answers = at_once(*[lambda: accept(w, plan)] * 4)
    assert sum(isinstance(a, PaymentPlan) for a in answers) == 1
    assert sum(isinstance(a, PaymentPlanNotProposed) for a in answers) == 3
    assert fresh(plan).covered.count() == 1


def test_one_is_proposed(w):
    lease = behind(w)
    answers = at_once(*[lambda: propose(w, lease)] * 3, *[lambda: propose(w, lease, by=w.bob)] * 3)
    assert sum(isinstance(a, PaymentPlan) for a in answers) == 1
    assert sum(isinstance(a, PaymentPlanExists) for a in answers) == 5


def test_it_is_accepted_or_called_off_or_both_in_turn(w):
    plan = propose(w, behind(w))
    answers = at_once(lambda: accept(w, plan), lambda: cancel(w, plan, by=w.alice), lambda: cancel(w, plan))
    assert sum(isinstance(a, PaymentPlanEnded) for a in answers) == 1
    assert fresh(plan).status == "canceled"


def test_workers_at_once_break_a_plan_once(w):
    plan = agreed_plan(w, behind(w))
    later = w.now.replace(month=12, day=5)
    answers = at_once(*[lambda: look_at_plans([plan.public_id], later)] * 4)
    assert sum(len(ended) for ended in answers) == 1
    assert Event.objects.filter(type="payment_plan.broken").count() == 1


def test_a_plan_whose_breaking_died_is_broken_again(w):
    plan = agreed_plan(w, behind(w))
    later = w.now.replace(month=12, day=5)
    with suppress(Crash), unit_of_work():
        assert len(look_at_plans([plan.public_id], later)) == 1
        raise Crash
    assert fresh(plan).status == "active"
    set_clock(later, frozen=True)
    w.work()
    assert fresh(plan).status == "broken"
    assert steps(plan.lease)[-1] == "staff"
