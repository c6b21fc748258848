"""BOOKS.md A8, through the action: what the owner's bank takes from the owner."""

from datetime import date

import pytest

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.bank_charges.actions import NewBankCharge, record_bank_charge
from leases.bank_charges.models import BankCharge
from ledger.journal.actions.periods import PeriodClosed, close_period
from ledger.journal.models import Book, Transaction
from tests.directpay.cast import Caller, key_of
from tests.world import World

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/bank_charges"


@pytest.fixture
def w() -> World:
    return World()


def take(w, amount=1_200, **more) -> BankCharge:
    return record_bank_charge(NewBankCharge(w.payee, "usd", amount, **{"property": w.home, **more}), actor=SYSTEM, at=w.now)


def test_a8_stands_against_the_owners_bank_on_the_banks_day(w):
    made = take(w, charged_on=date(2026, 11, 1), description="Returned item")
    assert (w.balance("L6300"), w.balance("L1200")) == (1_200, -1_200)
    assert Transaction.objects.get(reference=f"bank_charge.recorded:{made.public_id}").effective_on == date(2026, 11, 1)
    assert Event.objects.get(type="bank_charge.recorded").data["property"] == w.home.public_id
    w.check()


def test_one_of_no_property_counts_for_none(w):
    take(w)
    take(w, 300, property=None)
    assert w.balance("L1200") == -1_500
    assert w.balance(f"L6300/{w.home.public_id}") == 1_200


def test_a_day_that_is_yet_to_come_and_one_in_a_closed_period_are_refused(w):
    with pytest.raises(InvalidInput) as refusal:
        take(w, charged_on=date(2026, 11, 3))
    assert refusal.value.param == "charged_on"
    take(w)
    close_period(Book.objects.get(kind="L"), date(2026, 11, 1), actor=SYSTEM, at=w.now)
    with pytest.raises(PeriodClosed) as closed:
        take(w, charged_on=date(2026, 10, 31))
    assert closed.value.param == "charged_on"
    assert BankCharge.objects.count() == 1


def test_anothers_property_is_refused(w):
    carol = w.person("carol", "landlord")
    with pytest.raises(InvalidInput) as refusal:
        take(w, property=w.property(carol, name="Elsewhere"))
    assert refusal.value.param == "property"


class TestOverTheApi:
    def test_a_landlord_records_his_own_and_sees_it(self, w):
        alice = Caller(key_of(w.alice))
        made = alice.post(ADDRESS, {"amount": 700, "currency": "usd"}).json()
        assert (made["payee"], made["property"], made["amount"]) == (w.payee.public_id, None, 700)
        assert [row["id"] for row in alice.get(ADDRESS).json()["data"]] == [made["id"]]

    def test_nobody_elses_is_seen_or_named(self, w):
        take(w)
        carol = Caller(key_of(w.person("carol", "landlord")))
        assert carol.get(ADDRESS).json()["data"] == []
        for body, param in (({"payee": w.payee.public_id}, "payee"), ({"property": w.home.public_id}, "property")):
            refused = carol.post(ADDRESS, {"amount": 700, "currency": "usd", **body})
            assert (refused.status_code, refused.json()["error"]["param"]) == (400, param)
        assert Caller(key_of(w.bob)).post(ADDRESS, {"amount": 7, "currency": "usd"}).status_code == 403

    def test_the_platform_says_whose(self, w):
        refused = Caller(key_of(None)).post(ADDRESS, {"amount": 700, "currency": "usd"})
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "payee")
        assert Caller(key_of(None)).post(ADDRESS, {"amount": 700, "currency": "usd", "property": w.home.public_id}).status_code == 201
