"""A trust account was closed: another takes its place, and what the old one did not take goes there at once."""

import pytest

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from leases.deposits.actions.name_trust_bank import TrustAccountNamed, replace_account
from leases.deposits.models import TrustBank
from leases.move_out.models import MoveOut
from leases.move_out.queries import saga_of
from payments.methods.actions import add_bank_account
from payments.methods.models import BankAccount
from payments.methods.queries import BankAccountNotVerified
from payments.payouts.models import Payout
from tests.at_once import at_once
from tests.leases.deposits.conftest import DEPOSIT, Trusting
from tests.leases.move_out.conftest import MovingOut
from tests.world import NO_FUNDS, PAYS

pytestmark = pytest.mark.django_db
REFUSED = "000111111113"  # takes no credit


def replaced(t: Trusting, number: str = PAYS) -> TrustBank:
    t.trust = replace_account(t.trust, t.account(t.alice, number), actor=t.actor(t.alice), at=t.now)
    return t.trust


def accounts_of(purpose: str) -> list[tuple[str, str]]:
    rows = Payout.objects.filter(purpose=purpose).order_by("id")
    return [(row.bank_account.public_id, str(row.status)) for row in rows.select_related("bank_account")]


def test_what_the_old_one_refused_goes_to_the_new_one_at_once(worlds):
    t = worlds(trust_number=REFUSED)
    t.until(t.leave(), "completed")
    t.later(minutes=2)
    old = t.trust.bank_account.public_id
    assert accounts_of("deposit_forwarding") == [(old, "failed")]
    new = replaced(t)
    t.later(minutes=2)
    assert accounts_of("deposit_forwarding") == [(old, "failed"), (new.bank_account.public_id, "paid")]
    assert t.of("L1310", "P2210", "L2200") == {"L1310": DEPOSIT, "P2210": 0, "L2200": DEPOSIT}
    told = Event.objects.get(type="trust_bank.account_replaced")
    assert (told.version, told.data["previous_bank_account"], told.data["bank_account"]) == (2, old, new.bank_account.public_id)
    t.check()


def test_what_it_refused_to_give_is_drawn_from_the_new_one_at_once(db):
    m = MovingOut()
    m.until(m.pay(m.leased, "instant"), "settled")
    m.in_trust()
    replaced(m, NO_FUNDS)
    made = m.begin()
    while saga_of(made).waits_for[:24] != "the trust bank refused: ":
        m.later(seconds=1)
    replaced(m)
    m.later(minutes=5)
    assert [status for _, status in accounts_of("deposit_draw")] == ["failed", "paid"]
    assert MoveOut.objects.get().closed_at
    m.check()


def test_the_same_again_is_nothing_and_the_old_one_takes_nothing_else(t):
    old, new = t.trust.bank_account, replaced(t)
    assert replace_account(new, new.bank_account, actor=t.actor(t.alice), at=t.now).version == 2
    old = BankAccount.objects.get(id=old.id)
    assert (old.purpose, new.bank_account.purpose, new.last4) == ("trust", "trust", PAYS[-4:])
    with pytest.raises(TrustAccountNamed):
        replace_account(new, old, actor=t.actor(t.alice), at=t.now)


@pytest.mark.parametrize("whose", ["bob", "unproven"])
def test_refuses_somebody_elses_and_one_that_is_not_proven(t, whose):
    details = {"account_holder_name": "A", "routing_number": "110000000", "account_number": "1234", "account_type": "checking"}
    account = t.account(t.bob) if whose == "bob" else add_bank_account(t.alice, details, actor=t.actor(t.alice), at=t.now)
    with pytest.raises(InvalidInput if whose == "bob" else BankAccountNotVerified) as refused:
        replace_account(t.trust, account, actor=t.actor(t.alice), at=t.now)
    assert refused.value.param == "bank_account"
    assert TrustBank.objects.get().version == 1


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_it_is_replaced_once(worlds):
    t = worlds()
    account = t.account(t.alice)
    at_once(*[lambda: replace_account(t.trust, account, actor=t.actor(t.alice), at=t.now)] * 4)
    assert TrustBank.objects.get().version == 2
    assert Event.objects.filter(type="trust_bank.account_replaced").count() == 1
