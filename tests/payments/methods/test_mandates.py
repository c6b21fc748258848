from datetime import timedelta
from typing import Any

import pytest

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput, NotAllowed
from payments.methods.actions import add_bank_account
from payments.methods.mandates.actions import Agreement, agree_to_mandate, revoke_mandate
from payments.methods.mandates.models import Mandate
from payments.methods.mandates.queries import MandateMissing, live_mandate
from payments.methods.mandates.texts import LANGUAGES, TEXTS
from payments.methods.queries import BankAccountNotVerified
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def agreed(w: World, account: Any = None, **how: Any) -> Mandate:
    account = account or w.account(w.bob)
    return agree_to_mandate(account, Agreement(ip_address="192.0.2.7", user_agent="Firefox", **how), actor=w.actor(w.bob), at=w.now)


def test_keeps_the_words_as_they_were_agreed_to(w):
    mandate = agreed(w)
    assert mandate.text.startswith("I allow DirectPay to debit my account at First Linden Bank, ending in 6789,")
    assert (mandate.status, mandate.language, mandate.accepted_at, mandate.ip_address) == ("active", "en", w.now, "192.0.2.7")


def test_keeps_them_in_the_language_of_the_payer(w):
    assert agreed(w, language="es").text.startswith("Autorizo a DirectPay")


def test_every_version_is_written_in_every_language():
    assert all(set(texts) == set(LANGUAGES) for texts in TEXTS.values())


def test_tells_ids_alone(w):
    agreed(w)
    said = str(Event.objects.get(type="mandate.created").data)
    assert not any(personal in said for personal in ("192.0.2.7", "Firefox", "6789", "allow"))


@pytest.mark.parametrize(
    ("param", "how"),
    [
        ("language", {"language": "tlh"}),
        ("text_version", {"text_version": "1999-01"}),
        ("customer_acceptance[accepted_at]", {"accepted_at": "later"}),
    ],
)
def test_refuses_other_words_and_times_to_come(w, param, how):
    if "accepted_at" in how:
        how = {"accepted_at": w.now + timedelta(seconds=1)}
    with pytest.raises(InvalidInput) as refusal:
        agreed(w, **how)
    assert refusal.value.param == param


def test_refuses_an_account_that_is_not_verified(w):
    details = {"account_holder_name": "B", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
    with pytest.raises(BankAccountNotVerified) as refusal:
        agreed(w, add_bank_account(w.bob, details, actor=w.actor(w.bob), at=w.now))
    assert refusal.value.param == "bank_account"


def test_is_taken_back_once_with_who_and_when(w):
    mandate = agreed(w)
    for _ in range(2):
        row = revoke_mandate(mandate, actor=w.actor(w.bob), at=w.now)
    assert (row.status, row.revoked_reason, row.version) == ("inactive", "revoked_by_payer", 2)
    with pytest.raises(MandateMissing):
        live_mandate(row.bank_account)


def test_is_taken_back_by_nobody_else(w):
    with pytest.raises(NotAllowed):
        revoke_mandate(agreed(w), actor=w.actor(w.alice), at=w.now)


@pytest.mark.parametrize(("number", "code"), [("000333333335", "R29"), ("009907010000", "R07"), ("009910010000", "R10")])
def test_is_void_when_the_payer_tells_the_bank_that_it_was_not_allowed(w, number, code):
    account = w.account(w.bob, number)
    mandate, other = agreed(w, account), agreed(w)
    w.pay(w.lease(), source=account)
    w.later(hours=1)
    mandate.refresh_from_db()
    other.refresh_from_db()
    assert (mandate.status, mandate.revoked_reason, other.status) == ("inactive", code, "active")


def test_stands_when_there_was_not_enough_money(w):
    account = w.account(w.bob, "000222222227")
    mandate = agreed(w, account)
    w.pay(w.lease(), source=account)
    w.later(hours=1)
    mandate.refresh_from_db()
    assert mandate.status == "active"
