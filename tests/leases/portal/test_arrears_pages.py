"""Arrears and payment plans on pages: who is behind, what comes next, what each side can do."""

from datetime import UTC, datetime

import pytest

from directpay.people.models import User
from leases.arrears.models import ArrearsPolicy
from leases.payment_plans.models import PaymentPlan
from leases.policies.queries import policy_of
from tests.leases.payment_plans.cast import agreed_plan, behind, propose
from tests.leases.portal.reading import signed_in, words_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def page(lease, what="") -> str:
    return f"/landlord/leases/{lease.public_id}/{what}"


def asked(**changes) -> dict[str, str]:
    return {"count": "3", "day": "2026-12-01", "interval": "two_weeks", "amount": "", "note": "", "attempt": "at_1"} | changes


class TestTheLandlord:
    def test_sees_who_is_behind_since_when_and_what_comes_next(self, w):
        lease = behind(w)
        alice = signed_in(w.alice)
        home = words_of(alice.get("/landlord/"))
        assert "Bob Unit 1, since Sun 15 Nov, 5 days" in home
        assert "Next: Notice on Wed 25 Nov." in home
        assert "$1,050.00 is overdue since Sun 15 Nov. Next: Notice on Wed 25 Nov." in words_of(alice.get(page(lease)))
        shown = words_of(alice.get(page(lease, "arrears/")))
        assert "Overdue since Sun 15 Nov, 5 days $1,050.00 Reminder Wed 18 Nov $1,050.00" in shown
        w.later(days=10)
        assert "Wants a person" in words_of(alice.get("/landlord/"))

    def test_sees_nobody_where_nobody_is(self, w):
        lease = w.lease()
        assert "Nobody is behind" in words_of(signed_in(w.alice).get(page(lease, "arrears/")))
        assert "Behind" not in words_of(signed_in(w.alice).get("/landlord/"))

    def test_proposes_a_plan_once_however_often_the_button_is_pressed(self, w):
        lease = behind(w)
        alice = signed_in(w.alice)
        for _ in range(2):
            answer = alice.post(page(lease, "payment-plan/"), asked(grace_days="5", fees="stop"))
            assert answer.status_code == 302
        plan = PaymentPlan.objects.get()
        assert (plan.grace_days, plan.fees_go_on, plan.proposed_by) == (5, False, "landlord")
        assert [part.amount_minor for part in plan.parts.order_by("number")] == [35_000] * 3
        assert "It waits for the other side" in words_of(alice.get(page(lease, "arrears/")))

    def test_reads_beside_the_field_what_is_wrong(self, w):
        lease = behind(w)
        answer = signed_in(w.alice).post(page(lease, "payment-plan/"), asked(amount="2,000.00", grace_days="5", fees="stop"))
        assert answer.status_code == 422
        assert "Only $1,050.00 is owed: a plan covers no more." in words_of(answer)
        assert PaymentPlan.objects.count() == 0

    def test_blocks_payments_alone(self, w):
        lease = behind(w)
        w.later(days=30)
        assert not policy_of(lease).blocked  # nothing does that by itself
        alice = signed_in(w.alice)
        assert alice.post(page(lease, "block/")).status_code == 302
        assert policy_of(lease).blocked
        assert "No payments are taken on this lease." in words_of(alice.get(page(lease, "arrears/")))
        alice.post(page(lease, "unblock/"))
        assert not policy_of(lease).blocked

    def test_says_what_renters_hear(self, w):
        alice = signed_in(w.alice)
        assert "Reminder, 3 days after the due date." in words_of(alice.get("/landlord/ladder/"))
        typed = {"reminder": "2", "notice": "7", "wording": "Please call me.", "staff": "", "day": "2026-11-02", "attempt": "at_1"}
        assert alice.post("/landlord/ladder/", typed).status_code == 302
        policy = ArrearsPolicy.objects.get()
        assert [(step.kind, step.days_after_due) for step in policy.ladder] == [("reminder", 2), ("notice", 7), ("late_fee", None)]
        assert "Reminder, 2 days after the due date." in words_of(alice.get("/landlord/ladder/"))

    def test_says_it_from_the_day_in_new_york_on(self, w):
        w.later(seconds=(datetime(2026, 11, 3, 2, 0, tzinfo=UTC) - w.now).total_seconds())  # Monday evening there
        assert 'value="2026-11-02"' in signed_in(w.alice).get("/landlord/ladder/").content.decode()

    def test_reads_beside_the_step_what_is_wrong(self, w):
        typed = {"reminder": "9", "notice": "7", "wording": "", "staff": "", "day": "2026-11-02", "attempt": "at_1"}
        answer = signed_in(w.alice).post("/landlord/ladder/", typed)
        assert answer.status_code == 422
        assert 'id="id_notice-error"' in answer.content.decode()
        assert ArrearsPolicy.objects.count() == 0


class TestTheRenter:
    def test_reads_in_plain_words_what_happens_next(self, w):
        behind(w)
        assert "$1,050.00 is overdue since Sun 15 Nov. On Wed 25 Nov you get a notice from your landlord." in words_of(
            signed_in(w.bob).get("/renter/")
        )

    def test_sees_the_parts_and_accepts(self, w):
        lease = behind(w)
        plan = propose(w, lease)
        bob = signed_in(w.bob)
        assert "A payment plan is proposed: look at it. See the plan" in words_of(bob.get("/renter/"))
        shown = words_of(bob.get(f"/renter/leases/{lease.public_id}/payment-plan/"))
        assert "Mon 30 Nov To come $525.00 $525.00 Thu 10 Dec To come $525.00 $525.00" in shown
        assert bob.post(f"/payment-plans/{plan.public_id}/accept/").status_code == 302
        assert PaymentPlan.objects.get().status == "active"
        assert "You have a payment plan: nothing happens while you keep it." in words_of(bob.get("/renter/"))

    def test_asks_for_one_and_calls_it_off(self, w):
        lease = behind(w)
        bob = signed_in(w.bob)
        assert bob.post(f"/renter/leases/{lease.public_id}/payment-plan/", asked(note="My pay comes later")).status_code == 302
        plan = PaymentPlan.objects.get()
        assert plan.proposed_by == "renter"
        assert "My pay comes later" in words_of(signed_in(w.alice).get(page(lease, "arrears/")))
        bob.post(f"/payment-plans/{plan.public_id}/cancel/")
        assert PaymentPlan.objects.get().status == "canceled"

    def test_reads_it_in_spanish(self, w):
        lease = behind(w)
        agreed_plan(w, lease)
        User.objects.filter(id=w.bob.id).update(locale="es")
        bob = signed_in(w.bob)
        bob.cookies["django_language"] = "es"
        shown = words_of(bob.get(f"/renter/leases/{lease.public_id}/payment-plan/"))
        assert "Plan de pagos" in shown
        assert "Por venir" in shown

    def test_of_a_stranger_sees_nothing(self, w):
        lease = behind(w)
        plan = propose(w, lease)
        mia = signed_in(w.person("mia", "renter"))
        assert mia.get(f"/renter/leases/{lease.public_id}/payment-plan/").status_code == 404
        assert mia.post(f"/payment-plans/{plan.public_id}/accept/").status_code == 404
