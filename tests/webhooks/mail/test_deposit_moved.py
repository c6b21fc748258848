"""A trust account is replaced: everyone for whom something is held there reads where it is kept now."""

import pytest

from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from leases.deposits.actions.move import record_cheque
from leases.deposits.actions.name_trust_bank import replace_account
from leases.deposits.queries import with_lease
from leases.move_out.models import MoveOut
from tests.leases.deposits.conftest import DEPOSIT, Trusting
from tests.leases.move_out.conftest import MovingOut
from tests.webhooks.mail.cast import ALICE, BOB, nobody_sends, states
from tests.webhooks.mail.server import Postbox, html_of, text_of
from webhooks.mail.listeners import hear
from webhooks.mail.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
CAROL = "carol@example.com"
KEPT = "Your deposit for 114 Linden St, Unit 1 is kept in another account"


def replaced(t: Trusting, number: str = "000123456789") -> None:
    t.trust = replace_account(t.trust, t.account(t.alice, number), actor=t.actor(t.alice), at=t.now)
    t.work()


def told(box: Postbox, who: str) -> list[str]:
    return [subject for subject in box.subjects(who) if "another account" in subject]


def test_whose_deposit_it_is_reads_where_it_is_kept(box: Postbox):
    t = Trusting()
    t.lease((t.person("carol", "renter"), None), deposit_minor=DEPOSIT)  # has not paid hers
    t.in_trust()
    replaced(t)
    assert (told(box, BOB), told(box, CAROL), told(box, ALICE)) == ([KEPT], [], [])
    said = text_of(box.to(BOB)[-1])
    assert f"in trust at {t.trust.bank_name} from now on" in said
    assert "••6789, OH" in said
    assert "$1,500.00" in said
    assert f"/renter/leases/{t.leased.public_id}/deposit/" in html_of(box.to(BOB)[-1])


def test_once_for_each_deposit_however_often_it_is_told(box: Postbox):
    """Two of his, in the same account; the event comes twice."""
    t = Trusting()
    other = t.lease(deposit_minor=DEPOSIT)
    t.work()
    t.in_trust()
    record_cheque(with_lease().get(lease=other), 20_000, actor=t.actor(t.alice), at=t.now)
    replaced(t)
    with unit_of_work():
        hear(list(Event.objects.filter(type="trust_bank.account_replaced")))
    t.work()
    assert len(told(box, BOB)) == 2
    assert Message.objects.filter(kind="deposit_moved").count() == 2


def test_what_was_given_back_before_it_was_sent_is_not_told(box: Postbox):
    m = MovingOut()
    m.until(m.pay(m.leased, "instant"), "settled")
    m.in_trust()
    with nobody_sends():
        replaced(m)
        m.begin()
        while MoveOut.objects.get().closed_at is None:
            m.later(hours=1)
    m.later(minutes=1)
    assert states("deposit_moved") == ["suppressed"]
    assert told(box, BOB) == []


def test_twice_replaced_it_says_where_it_is_now(box: Postbox):
    t = Trusting()
    t.in_trust()
    with nobody_sends():
        replaced(t)
        replaced(t, "000123456780")
    t.later(minutes=1)
    assert all("••6780, OH" in text_of(mail) for mail in box.to(BOB)[-2:])
