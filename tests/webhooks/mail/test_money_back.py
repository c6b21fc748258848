"""The renter reads that what was paid too much is on its way back, and if it could not be delivered."""

import pytest

from tests.leases.overpayments.cast import BACK, Overpaid
from tests.webhooks.mail.cast import ALICE, BOB, nobody_sends, states
from tests.webhooks.mail.server import Postbox, html_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_told_when_it_leaves_and_when_it_comes_back(box: Postbox):
    w = Overpaid(BACK)
    w.give_back()
    w.work()
    assert box.subjects(BOB)[-1] == "$100.00 is on its way back to you"
    said = text_of(box.to(BOB)[-1])
    assert "You had paid ahead for 114 Linden St, Unit 1, and your landlord gives $100.00 of it back" in said
    assert w.source.last4 not in said
    w.sent("paid")
    w.sent("returned")
    w.work()
    assert box.subjects(BOB)[-1] == "$100.00 could not be given back to you"
    assert "/renter/" in html_of(box.to(BOB)[-1])
    assert not [subject for subject in box.subjects(ALICE) if "back to you" in subject]


def test_what_came_back_before_it_was_sent_is_told_once(box: Postbox):
    w = Overpaid(BACK)
    with nobody_sends():
        w.give_back()
        w.sent("paid")
        w.sent("returned")
        w.work()
    w.later(minutes=1)
    assert sorted(states("money_back")) == ["sent", "suppressed"]
    assert box.subjects(BOB)[-1] == "$100.00 could not be given back to you"
