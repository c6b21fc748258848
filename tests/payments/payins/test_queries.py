from datetime import UTC, datetime

import pytest

from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.payins.accepting import stand
from payments.payins.actions.initiate import Wish
from payments.payins.models import LIVE, Payment, Status
from payments.payins.queries import cleared_claims, in_flight_minor, live_claims, may_pay, tendered_on, visible_payments
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
    with unit_of_work():
        standing = stand(debt.id, payee_id=made.payee_id, rail="ach")
    assert (standing.in_flight_minor, standing.newest) == (flying, made.public_id if flying else "")


def test_the_database_calls_the_same_payments_live(superuser):
    found = superuser.execute("SELECT s FROM unnest(%s::text[]) s WHERE payments_is_live(s)", [list(Status.values)]).fetchall()
    assert {status for (status,) in found} == set(LIVE)


def test_the_newest_in_flight_is_found_by_the_index_on_such_payments(superuser, debt):
    superuser.execute("SET enable_seqscan = off")
    plan = superuser.execute(f"EXPLAIN SELECT public_id FROM payments_payment WHERE applies_to_id = {debt.id} AND payments_is_live(status)")
    assert "payment_live" in "\n".join(line for (line,) in plan)


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


def test_what_is_paid_today_has_the_day_of_the_account_and_of_our_bank_where_nobody_knows_it(w, debt):
    """In the first hour of the third in New York it is the second in Los Angeles."""
    home = w.property(w.alice, timezone="America/Los_Angeles", units=[{"name": "1"}])
    western = w.lease(unit=home.units.get()).parties.get().account
    at = datetime(2026, 11, 3, 5, 30, tzinfo=UTC)
    assert [tendered_on(account, at).day for account in (western, debt, debt.cost_account)] == [2, 3, 3]
