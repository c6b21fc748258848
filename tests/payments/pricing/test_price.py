import pytest
from django.db import IntegrityError

from payments.pricing.fees import HOUSE_FEES_MINOR, price
from payments.pricing.models import RailFee
from payments.rails.registry import ASKED_FOR
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("rail", "fee"), [("ach", 200), ("same_day_ach", 150), ("instant", 100), ("wire", 1500)])
def test_takes_the_house_price_from_the_payee(rail, fee):
    found = price(150_000, rail=rail, payee_id=1)
    assert (found.amount_minor, found.fee_minor, found.charged_minor, found.net_minor, found.fee_payer) == (
        150_000,
        fee,
        150_000,
        150_000 - fee,
        "payee",
    )


def test_has_a_price_for_every_rail():
    assert set(HOUSE_FEES_MINOR) == set(ASKED_FOR)


def test_prefers_the_payees_own_price():
    w = World()
    w.fee("ach", 75)
    assert price(1000, rail="ach", payee_id=w.payee.id).fee_minor == 75
    assert price(1000, rail="wire", payee_id=w.payee.id).fee_minor == 1500
    assert price(1000, rail="ach", payee_id=w.payee.id + 1).fee_minor == 200


def test_adds_the_fee_to_the_charge_when_the_payer_pays_it():
    w = World()
    w.fee("ach", 200, payer="payer")
    found = price(150_000, rail="ach", payee_id=w.payee.id)
    assert (found.charged_minor, found.net_minor) == (150_200, 150_000)


@pytest.mark.parametrize("payer", ["payee", "payer"])
def test_may_be_nothing(payer):
    w = World()
    w.fee("ach", 0, payer=payer)
    found = price(150_000, rail="ach", payee_id=w.payee.id)
    assert (found.fee_minor, found.charged_minor, found.net_minor) == (0, 150_000, 150_000)


@pytest.mark.parametrize("payer", ["payee", "payer"])
@pytest.mark.parametrize("amount", [1, 199, 200, 201, 10**9])
def test_charged_is_net_and_fee(payer, amount):
    w = World()
    w.fee("ach", 200, payer=payer)
    found = price(amount, rail="ach", payee_id=w.payee.id)
    assert found.charged_minor == found.net_minor + found.fee_minor


def test_refuses_a_price_below_nothing():
    w = World()
    with pytest.raises(IntegrityError, match="rail_fee_not_negative"):
        w.fee("ach", -1)


def test_keeps_one_price_a_rail():
    w = World()
    w.fee("ach", 1)
    with pytest.raises(IntegrityError, match="rail_fee_once"):
        RailFee.objects.create(payee=w.payee, rail="ach", fee_minor=2, fee_payer="payee")


def test_knows_no_other_rail():
    with pytest.raises(KeyError):
        price(100, rail="pigeon", payee_id=1)
