"""The deposit on pages: named, asked, paid, held, deducted from, given back; for the landlord and for the renter."""

import pytest

from leases.deposits.models import Deposit, Movement, TrustBank
from leases.move_out.models import MoveOut
from payments.payins.models import Payment
from tests.leases.deposits.conftest import DEPOSIT, Trusting
from tests.leases.portal.reading import signed_in, words_of
from tests.world import World

pytestmark = pytest.mark.django_db


def page(lease, who="landlord", what="") -> str:
    return f"/{who}/leases/{lease.public_id}/deposit/{what}"


def test_without_a_trust_account_says_so_and_the_landlord_names_one():
    w = World()
    lease, alice, bob = w.lease(deposit_minor=DEPOSIT), signed_in(w.alice), signed_in(w.bob)
    account = w.account(w.alice)
    w.work()
    assert "cannot be taken before a trust account is named" in words_of(bob.get(page(lease, "renter")))
    refused = bob.post(page(lease, "renter", "pay/"), {"bank_account": w.account(w.bob).public_id, "rail": "ach"})
    assert refused.status_code == 422
    assert "Nobody has named a trust account" in words_of(refused)
    for _ in range(2):
        assert alice.post(page(lease, "landlord", "trust/"), {"bank_account": account.public_id, "attempt": "at_1"}).status_code == 302
    assert TrustBank.objects.get().state == "OH"
    w.work()
    assert "Asked due Sun 1 Nov $1,500.00" in words_of(bob.get(page(lease, "renter")))


def test_a_renter_pays_it_once_and_sees_where_it_lies():
    t = Trusting()
    bob, source = signed_in(t.bob), t.account(t.bob)
    said = {"bank_account": source.public_id, "rail": "ach", "attempt": "at_1"}
    for _ in range(2):
        assert bob.post(page(t.leased, "renter", "pay/"), said).status_code == 302
    assert "On its way $1,500.00" in words_of(bob.get(page(t.leased, "renter")))
    t.until(Payment.objects.get(), "completed")
    t.later(minutes=2)
    shown = words_of(bob.get(page(t.leased, "renter")))
    assert "Held in trust Simulated bank" in shown or "Held in trust First Linden Bank" in shown
    assert "OH (simulated trust bank) $1,500.00" in shown
    payment = Payment.objects.get().public_id
    told = words_of(bob.get(f"/renter/payments/{payment}/"))
    assert "goes to the trust account. It is never available to Alice" in told
    assert "Ready for" not in told
    assert signed_in(t.alice).get(f"/landlord/payments/{payment}/").status_code == 200
    t.check()


def test_a_landlord_records_a_check_and_interest():
    t = Trusting()
    alice, whose = signed_in(t.alice), Deposit.objects.get().public_id
    assert alice.post(page(t.leased, "landlord", "cheque/"), {"whose": whose, "amount": "1500.00", "day": "2026-11-02"}).status_code == 302
    assert (
        alice.post(
            page(t.leased, "landlord", "interest/"), {"whose": whose, "amount": "1.20", "owners": "0.30", "day": "2026-11-02"}
        ).status_code
        == 302
    )
    assert sorted(Movement.objects.values_list("kind", "amount_minor", "owners_minor")) == [("cheque", 150_000, 0), ("interest", 120, 30)]
    shown = words_of(alice.get(page(t.leased)))
    assert "Interest of the renter $1.20" in shown
    wrong = alice.post(page(t.leased, "landlord", "cheque/"), {"whose": whose, "amount": "x", "day": "2026-11-02"})
    assert wrong.status_code == 422
    assert "Enter an amount such as 500.00." in words_of(wrong)
    t.check()


def test_a_move_out_is_begun_shown_step_by_step_and_itemized():
    t = Trusting()
    t.until(t.pay(t.leased, "instant"), "settled")
    t.in_trust()
    alice, bob = signed_in(t.alice), signed_in(t.bob)
    said = {"day": "2026-11-02", "damage_1": "A new door", "cost_1": "300.00", "attempt": "at_1"}
    for _ in range(2):
        assert alice.post(page(t.leased, "landlord", "move-out/"), said).status_code == 302
    assert MoveOut.objects.count() == 1
    t.later(minutes=5)
    for reader, who in ((alice, "landlord"), (bob, "renter")):
        shown = words_of(reader.get(page(t.leased, who)))
        assert "Itemized statement Deposit received $1,500.00 Interest of the renter $0.00 A new door Mon 2 Nov" in shown
        assert "Goes back It was sent, and your bank has it. $1,200.00" in shown
        assert "Wed 2 Dec, OH: 30 days (O.R.C. 5321.16). Not legal advice." in shown
        assert "The rest goes back to the renter done" in shown
    t.check()


def test_a_move_out_is_called_off_and_begun_anew():
    t = Trusting()
    t.until(t.pay(t.leased, "instant"), "settled")
    t.until(t.leave(), "completed")
    alice = signed_in(t.alice)
    alice.post(page(t.leased, "landlord", "move-out/"), {"day": "2026-11-02", "attempt": "at_1"})
    assert "Call off the move-out" in words_of(alice.get(page(t.leased)))
    assert signed_in(t.bob).post(page(t.leased, "renter", "call-off/"), {"attempt": "at_2"}).status_code == 404
    for attempt in ("at_3", "at_3"):
        assert alice.post(page(t.leased, "landlord", "call-off/"), {"attempt": attempt}).status_code == 302
    t.later(minutes=5)
    shown = words_of(alice.get(page(t.leased)))
    assert "Called off" in shown
    assert "Call off the move-out" not in shown
    assert "Begin the move-out" in shown
    assert alice.post(page(t.leased, "landlord", "move-out/"), {"day": "2026-11-02", "attempt": "at_4"}).status_code == 302
    t.later(minutes=5)
    refused = alice.post(page(t.leased, "landlord", "call-off/"), {"attempt": "at_5"})
    assert refused.status_code == 422
    assert "This has gone too far to be taken back." in words_of(refused)
    t.check()


def test_a_damage_has_a_cost_and_a_cost_a_damage():
    t = Trusting()
    wrong = signed_in(t.alice).post(page(t.leased, "landlord", "move-out/"), {"day": "2026-11-02", "damage_1": "A door", "cost_2": "5"})
    assert wrong.status_code == 422
    read = words_of(wrong)
    assert "Enter an amount such as 500.00." in read
    assert "Say what it is for." in read


def test_strangers_find_nothing():
    t = Trusting()
    for stranger in (t.person("mia", "renter"), t.person("carol", "landlord")):
        for who in ("landlord", "renter"):
            assert signed_in(stranger).get(page(t.leased, who)).status_code == 404
