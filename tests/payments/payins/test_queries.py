import pytest

from directpay.people.actor import SYSTEM
from payments.payins.actions.initiate import Wish
from payments.payins.models import Payment
from payments.payins.queries import cleared_claims, in_flight_minor, live_claims, live_payments, may_pay, visible_payments
from tests.world import NO_FUNDS


def test_a_payment_is_seen_by_its_payer_its_landlord_and_staff(w, accept):
    made = accept()
    mallory, zoe = w.person("mallory", "renter"), w.person("zoe", "landlord")
    assert [list(visible_payments(a)) for a in (SYSTEM, w.actor(w.bob), w.actor(w.alice))] == [[made]] * 3
    assert [list(visible_payments(w.actor(who))) for who in (mallory, zoe)] == [[], []]


@pytest.mark.parametrize(
    ("number", "seconds", "flying"), [(None, 0, 1000), (None, 20, 1000), (None, 90, 0), (NO_FUNDS, 60, 0), ("000770000001", 1, 1000)]
)
def test_money_is_in_flight_until_it_is_known(w, debt, accept, number, seconds, flying):
    made = accept(amount=1000, bank_account=w.account(w.bob, *([number] if number else [])))
    w.later(seconds=seconds)
    assert in_flight_minor([debt.id]).get(debt.id, 0) == flying
    assert list(live_payments(debt.id)) == ([made] if flying else [])


def test_claims_live_as_long_as_their_payment(w, accept):
    wish = Wish("charge.due:chg_1", "chg_1", 700)
    made = accept(rail="instant", amount=1000, wishes=[wish])
    assert [(c.payment, c.amount_minor) for c in live_claims([wish.debit_reference, "charge.due:chg_2"])[wish.debit_reference]] == [
        (made, 700)
    ]
    assert cleared_claims([wish.debit_reference]) == {}
    w.later(minutes=1)
    assert live_claims([wish.debit_reference]) == {}
    (claim,) = cleared_claims([wish.debit_reference])[f"payment.completed:{made.public_id}"]
    assert (claim.reference, claim.amount_minor) == (wish.debit_reference, 700)


def test_staff_may_point_anybody_at_any_account(w, debt):
    mallory = w.person("mallory", "renter")
    assert may_pay(mallory, debt, SYSTEM)
    assert not may_pay(mallory, debt, w.actor(mallory))
    assert may_pay(w.bob, debt, w.actor(w.bob))


def test_a_reference_can_be_read_out_on_the_telephone(accept):
    made = accept()
    assert made.reference == f"DP-{made.public_id[-8:-4]}-{made.public_id[-4:]}".upper()
    assert Payment.objects.get().amount_refunded == 0
