"""Giving back on the landlord's page: beside the balance, with where it would go; pressed twice it goes once."""

import pytest

from directpay.people.actor import SYSTEM
from leases.credits.actions import NewCredit, grant_credit
from leases.overpayments.models import OverpaymentRefund
from tests.leases.overpayments.cast import Overpaid
from tests.leases.portal.reading import signed_in, words_of

pytestmark = pytest.mark.django_db


def page(w: Overpaid, what: str = "") -> str:
    return f"/landlord/leases/{w.leased.public_id}/{what}"


def test_what_stands_ahead_is_offered_with_where_it_goes_and_given_back_once():
    w = Overpaid()
    alice = signed_in(w.alice)
    assert "Give back what stands ahead" in words_of(alice.get(page(w)))
    asked = alice.get(page(w, "give-back/"))
    assert "to Bob’s account at" in words_of(asked)
    assert "of what was paid on Mon 2 Nov $100.00 Can be given back now $100.00" in words_of(asked)
    assert 'value="100.00"' in asked.content.decode()
    assert w.source.last4 not in asked.content.decode()
    for _ in range(2):
        assert alice.post(page(w, "give-back/"), {"amount": "100.00", "attempt": "at_1"}).status_code == 302
    assert (OverpaymentRefund.objects.get().amount_minor, w.owed) == (10_000, 0)
    shown = words_of(alice.get(page(w)))
    assert "It is on its way back. The renter is told." in shown
    assert "Given back Mon 2 Nov On its way −$100.00" in shown
    assert "Give back what stands ahead" not in shown
    w.sent("paid")
    assert "Given back Mon 2 Nov Arrived −$100.00" in words_of(alice.get(page(w)))
    assert "Given back to the renter $100.00" in words_of(alice.get(f"/landlord/payments/{w.paid.public_id}/"))
    assert "Given back to you, or on its way $100.00" in words_of(signed_in(w.bob).get(f"/renter/payments/{w.paid.public_id}/"))
    w.check()


def test_what_cannot_go_says_why_before_and_after_it_is_tried():
    w = Overpaid()
    w.give_back()
    grant_credit(w.leased, NewCredit(w.party, "credit", 4_000, "Mended the tap"), actor=SYSTEM, at=w.now)
    alice = signed_in(w.alice)
    said = "It was granted, not paid: it lowers what is owed next."
    asked = words_of(alice.get(page(w, "give-back/")))
    assert f"Stays {said} $40.00 Can be given back now $0.00" in asked
    refused = alice.post(page(w, "give-back/"), {"amount": "40.00", "attempt": "at_1"})
    assert refused.status_code == 422
    assert words_of(refused).count(said) == 2
    assert OverpaymentRefund.objects.count() == 1


def test_more_than_can_go_is_said_beside_the_amount():
    w = Overpaid()
    refused = signed_in(w.alice).post(page(w, "give-back/"), {"amount": "100.01", "attempt": "at_1"})
    assert refused.status_code == 422
    assert "At most $100.00 can be given back." in words_of(refused)
    assert w.owed == -10_000


def test_a_payment_on_its_way_is_waited_for():
    w = Overpaid()
    w.pay(w.leased, "ach", amount=1_000, source=w.source)
    assert "Can be given back now $0.00 A payment is on its way to this account" in words_of(signed_in(w.alice).get(page(w, "give-back/")))


def test_each_renters_share_is_apart():
    w = Overpaid()
    carol = w.person("carol", "renter")
    shared = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1}), rent=20_000)
    w.until(w.pay(shared, "instant", amount=15_000, source=w.account(carol)), "settled")
    alice, address = signed_in(w.alice), f"/landlord/leases/{shared.public_id}/give-back/"
    assert "Carol $50.00 to Carol’s account at" in words_of(alice.get(address))
    assert alice.post(address, {"amount": "50.00", "party": w.bob.public_id, "attempt": "at_1"}).status_code == 422
    assert alice.post(address, {"amount": "50.00", "party": carol.public_id, "attempt": "at_2"}).status_code == 302
    assert w.balance("L1500", lease=shared, label=carol.public_id) == 0
    w.check()


def test_another_landlord_finds_no_such_page():
    w = Overpaid()
    other = signed_in(w.person("mia", "landlord"))
    assert other.get(page(w, "give-back/")).status_code == 404
    assert signed_in(w.bob).post(page(w, "give-back/"), {"amount": "1.00", "attempt": "at_1"}).status_code == 404


def test_where_nothing_stands_ahead_nothing_is_asked():
    w = Overpaid()
    w.give_back()
    asked = signed_in(w.alice).get(page(w, "give-back/"))
    assert "Nothing stands ahead" in words_of(asked)
    assert 'name="amount"' not in asked.content.decode()
