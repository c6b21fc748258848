"""Staff gives a payment back: a dry run first, once however often the button is pressed; what did not arrive stands first."""

import re

import pytest
from django.urls import reverse

from ledger.journal.models import Transaction
from payments.refunds.models import Refund, RefundPolicy
from tests.leases.portal.reading import signed_in

pytestmark = pytest.mark.django_db
LIST = "admin:payments_refund_changelist"


@pytest.fixture
def staff(owing):
    return signed_in(owing.person("dana", "staff"))


@pytest.fixture
def form(staff, paid):
    """``form(amount="50.00")``: what the page answers."""

    def go(**given):
        return staff.post(reverse("admin:payments_refund_of", args=[paid.id]), {"reason": "duplicate", **given})

    return go


def read(answer) -> str:
    return answer.content.decode()


def token_of(page: str) -> str:
    found = re.search(r'name="once" value="(form_\w+)"', page)
    assert found, page
    return found[1]


def test_the_page_of_a_payment_leads_to_it(staff, paid):
    page = read(staff.get(reverse("admin:payments_payment_change", args=[paid.id])))
    assert reverse("admin:payments_refund_of", args=[paid.id]) in page
    first = read(staff.get(reverse("admin:payments_refund_of", args=[paid.id])))
    assert 'value="100.00"' in first


def test_a_dry_run_shows_what_would_move_and_moves_nothing(owing, form, paid):
    before = Transaction.objects.count()
    page = read(form(amount="50.00"))
    for said in ("P2120/", "P2310/card.usd", "$50.00", "owes $50.00", "$97.10", "$47.10", "is kept"):
        assert said in page, said
    assert (Transaction.objects.count(), Refund.objects.count(), owing.fresh(paid).amount_refunded) == (before, 0, 0)


def test_the_dry_run_says_what_of_the_fee_goes_back(claws, form):
    page = read(form(amount="50"))
    assert "$1.45 of it goes back to the payee" in page
    assert "P4110/card.usd" in page


def test_confirmed_it_gives_back_once_however_often_it_is_pressed(owing, form, paid):
    token = token_of(read(form(amount="50.00")))
    answers = [form(amount="50.00", once=token, confirmed="yes") for _ in range(3)]
    made = Refund.objects.get()
    assert {a["Location"] for a in answers} == {reverse("admin:payments_refund_change", args=[made.id])}
    assert (made.amount_minor, made.reason, owing.fresh(paid).amount_refunded) == (5_000, "duplicate", 5_000)
    other = token_of(read(form(amount="10.00")))
    assert other != token


def test_nothing_is_done_without_the_dry_run(form):
    assert "What it would do" in read(form(amount="50.00", confirmed="yes"))
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("amount", "said"), [("100.01", "At most $100.00"), ("100", "only $97.10"), ("abc", "Enter an amount"), ("0", "Enter an amount")]
)
def test_what_is_refused_stands_beside_the_field(form, amount, said):
    answer = form(amount=amount)
    assert answer.status_code == 422
    assert said in read(answer)
    assert not Refund.objects.exists()


def test_a_payment_that_is_not_there(staff):
    assert staff.get(reverse("admin:payments_refund_of", args=[0])).status_code == 404


def test_a_payment_that_has_not_arrived_says_why(owing, staff, pay):
    promised = owing.until(pay(captures_later=True), "authorized")
    answer = staff.post(reverse("admin:payments_refund_of", args=[promised.id]), {"amount": "1", "reason": "other"})
    assert "cancel it" in read(answer)
    assert "payments_refund_of" not in read(staff.get(reverse("admin:payments_payment_change", args=[promised.id])))


def test_renters_and_landlords_have_no_business_there(owing, paid):
    for user in (owing.alice, owing.bob):
        assert signed_in(user).get(reverse("admin:payments_refund_of", args=[paid.id])).status_code in (302, 403, 404)


class TestTheList:
    def test_shows_what_did_not_arrive_first_until_somebody_has_seen_to_it(self, owing, staff, pay, refund, until):
        failed = until(refund(owing.until(pay(name="pm_card_refundRefused"), "settled")), "failed")
        owing.owed = owing.lease(rent=10_000)
        arrived = until(refund(owing.until(pay(), "settled")), "succeeded")
        page = read(staff.get(reverse(LIST)))
        assert 0 < page.index(failed.public_id) < page.index(arrived.public_id)
        listed = read(staff.get(reverse(LIST), {"to_look_into": "yes"}))
        assert failed.public_id in listed
        assert arrived.public_id not in listed
        chosen = {"action": "see_to", "_selected_action": [failed.id, arrived.id]}
        assert "The card has expired" in read(staff.post(reverse(LIST), chosen))
        staff.post(reverse(LIST), {**chosen, "confirmed": "yes"})
        assert failed.public_id not in read(staff.get(reverse(LIST), {"to_look_into": "yes"}))
        assert Refund.objects.get(id=arrived.id).handled_at is None

    def test_asks_as_often_for_many(self, owing, staff, paid, refund, django_assert_max_num_queries):
        for _ in range(4):
            refund(paid, 100)
        staff.get(reverse(LIST))
        with django_assert_max_num_queries(12):
            assert "pending" in read(staff.get(reverse(LIST)))

    def test_a_page_tells_the_story(self, staff, paid, refund, until):
        made = until(refund(paid), "succeeded")
        page = read(staff.get(reverse("admin:payments_refund_change", args=[made.id])))
        assert "refund.submitted" in page
        assert made.rail_reference in page
        books = read(staff.get(reverse("admin:payments_payment_change", args=[paid.id])))
        assert "refund.completed" in books


def test_the_policy_is_set_on_a_page(owing, staff):
    address = reverse("admin:payments_refundpolicy_set")
    assert "is kept" in read(staff.get(address))
    staff.post(address, {"payee": owing.payee.id, "fee": "back"})
    assert RefundPolicy.objects.get().gives_fee_back
    assert reverse("admin:payments_refundpolicy_set") in read(staff.get(reverse("admin:payments_refundpolicy_changelist")))
    assert staff.post(address, {"payee": owing.payee.id, "fee": "none"}).status_code == 422
