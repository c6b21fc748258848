"""A payment settles, and a receipt comes by mail: over SMTP, from a server that really listens."""

import pytest

from tests.webhooks.mail.server import Postbox, attached, html_of, text_of
from tests.world import World
from webhooks.mail.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_works(w: World, box: Postbox):
    lease = w.lease()
    payment = w.until(w.pay(lease, "instant"), "settled")
    w.work()
    (mail,) = box.to("bob@example.com")
    assert mail["Subject"] == "Receipt: $1,500.00 for Rent, November"
    assert "Your payment of $1,500.00 to Alice arrived on Mon 2 Nov." in text_of(mail)
    assert "Sandbox: simulated bank. No real money moves." in text_of(mail)
    assert f"/renter/payments/{payment.public_id}/" in html_of(mail)
    assert attached(mail)[f"{payment.reference}.pdf"].startswith(b"%PDF-")
    row = Message.objects.get(kind="payment_receipt")
    assert (row.state, row.attempts, row.user, row.language, row.about) == ("sent", 1, w.bob, "en", payment.public_id)
    assert mail["Message-ID"] == row.message_id
    assert "Alice" not in str(row.facts)
    assert box.subjects("alice@example.com") == ["$1,500.00 from Bob is available"]
