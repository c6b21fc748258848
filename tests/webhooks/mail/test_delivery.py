"""What a mail server may answer, and what becomes of the mail: it arrives once, later, never, or somebody is told."""

import time
from datetime import timedelta

import pytest

from directpay.events.models import Delivery
from directpay.events.unit import unit_of_work
from directpay.people.models import User
from tests.at_once import at_once
from tests.leases.portal.reading import signed_in
from tests.webhooks.mail.cast import BOB, fresh, nobody_sends, paid, promised, row, send, states
from tests.webhooks.mail.server import Postbox, html_of, running, text_of
from tests.world import DISPUTED, World
from webhooks.mail.actions.deliver import MAX_ATTEMPTS, PAUSES_MINUTES, send_again
from webhooks.mail.actions.write import NewMessage, write
from webhooks.mail.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


class TestOnce:
    def test_however_often_the_event_is_told(self, w: World, box: Postbox):
        w.until(w.pay(w.lease(), "instant"), "settled")
        w.work()
        Delivery.objects.filter(listener="mail").update(done_at=None)
        w.work()
        assert len(box.to(BOB)) == 1
        assert states("payment_receipt") == ["sent"]

    def test_when_two_workers_take_it_at_the_same_moment(self, w: World, box: Postbox):
        message = paid(w)
        at_once(*[lambda: send(message, w=w)] * 3)
        assert len(box.to(BOB)) == 1
        assert fresh(message).attempts == 1

    def test_and_the_promise_is_gone(self, w: World, box: Postbox):
        send(paid(w), w=w)
        assert row("payment_receipt").public_id not in promised()

    def test_what_was_sent_is_not_sent_again_by_hand(self, w: World, box: Postbox):
        message = paid(w)
        send(message, w=w)
        assert send_again([message], at=w.now) == 0


class TestLater:
    def test_a_greylist_lets_it_in_the_second_time(self, w: World, box: Postbox):
        box.refuses[BOB] = ["451 4.7.1 <bob@example.com> is greylisted, come back"]
        message = paid(w)
        send(message, w=w)
        assert (fresh(message).state, fresh(message).reason, fresh(message).next_at) == (
            "queued",
            "451 4.7.1",
            w.now + timedelta(minutes=1),
        )
        w.later(minutes=1)
        assert (fresh(message).state, fresh(message).attempts, len(box.to(BOB))) == ("sent", 2, 1)

    def test_a_line_that_breaks_before_the_mail_is_taken(self, w: World, box: Postbox):
        box.breaks = 1
        message = paid(w)
        send(message, w=w)
        assert (fresh(message).state, fresh(message).reason) == ("queued", "SMTPServerDisconnected")
        w.later(minutes=2)
        assert (fresh(message).state, len(box.to(BOB))) == ("sent", 1)

    def test_an_answer_that_is_lost_sends_a_second_copy_that_says_so(self, w: World, box: Postbox):
        box.loses[BOB] = 1
        message = paid(w)
        send(message, w=w)
        w.later(minutes=2)
        assert fresh(message).state == "sent"
        assert [mail["Message-ID"] for mail in box.to(BOB)] == [message.message_id] * 2

    def test_a_crash_before_the_record_does_the_same(self, w: World, box: Postbox):
        """The row as it stands then: counted, leased, and not recorded."""
        message = paid(w)
        send(message, w=w)
        Message.objects.filter(id=message.id).update(state="queued", sent_at=None, next_at=w.now)
        send(message, w=w)
        assert [mail["Message-ID"] for mail in box.to(BOB)] == [message.message_id] * 2
        assert fresh(message).attempts == 2

    def test_a_server_that_does_not_answer_in_time_holds_nobody_up_for_long(self, w: World):
        with running(EMAIL_TIMEOUT=1) as box:
            box.slow_seconds = 3
            messages = [paid(w, f"renter{n}") for n in range(4)]
            began = time.monotonic()
            send(*messages, w=w)
            assert time.monotonic() - began < 3
        assert [fresh(m).attempts for m in messages] == [1, 0, 0, 0]
        assert {fresh(m).state for m in messages} == {"queued"}
        assert {fresh(m).next_at for m in messages} == {w.now + timedelta(minutes=1)}

    def test_no_server_at_all(self, w: World, settings):
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 1
        message = paid(w)
        send(message, w=w)
        assert (fresh(message).state, fresh(message).reason) == ("queued", "ConnectionRefusedError")


class TestNever:
    def test_an_address_that_the_server_does_not_know(self, w: World, box: Postbox):
        box.refuses[BOB] = ["550 5.1.1 <bob@example.com>: no such mailbox"]
        message = paid(w)
        send(message, w=w)
        assert (fresh(message).state, fresh(message).reason) == ("failed", "550 5.1.1")
        assert message.public_id not in promised()
        w.later(days=2)
        assert box.tries[BOB] == 1

    def test_after_so_many_tries_staff_are_shown_it(self, w: World, box: Postbox):
        box.refuses[BOB] = ["451 4.3.0 not now"] * 20
        message = paid(w)
        send(message, w=w)
        w.later(minutes=sum(PAUSES_MINUTES))
        assert (fresh(message).state, fresh(message).attempts) == ("dead", MAX_ATTEMPTS)
        w.later(days=2)
        assert box.tries[BOB] == MAX_ATTEMPTS

    def test_a_mail_over_which_we_die_each_time_is_given_up(self, w: World, box: Postbox):
        message = paid(w)
        Message.objects.filter(id=message.id).update(attempts=MAX_ATTEMPTS)
        send(message, w=w)
        assert (fresh(message).state, fresh(message).reason, box.taken) == ("dead", "not recorded", [])

    def test_staff_have_it_sent_again(self, w: World, box: Postbox):
        box.refuses[BOB] = ["550 5.2.1 disabled"]
        message = paid(w)
        send(message, w=w)
        dana = w.person("dana", "staff")
        User.objects.filter(id=dana.id).update(is_superuser=True)
        client, chosen = signed_in(dana), {"action": "again", "_selected_action": str(message.id)}
        page = client.post("/admin/webhooks/message/", chosen)
        assert message.public_id in page.content.decode()
        assert fresh(message).state == "failed"  # asked first
        client.post("/admin/webhooks/message/", {**chosen, "confirmed": "yes"})
        w.work()
        assert (fresh(message).state, len(box.to(BOB))) == ("sent", 1)

    def test_to_somebody_who_was_shut_out(self, w: World, box: Postbox):
        message = paid(w)
        User.objects.filter(id=w.bob.id).update(is_active=False)
        send(message, w=w)
        assert (fresh(message).state, fresh(message).reason, box.to(BOB)) == ("suppressed", "inactive", [])

    def test_a_receipt_for_what_has_come_back(self, w: World, box: Postbox):
        lease = w.lease()
        with nobody_sends():
            w.until(w.pay(lease, "same_day_ach", source=w.account(w.bob, DISPUTED)), "returned")
            w.work()
        w.work()
        assert (row("payment_receipt").state, row("payment_receipt").reason) == ("suppressed", "returned")
        assert [s.partition(":")[0] for s in box.subjects(BOB)] == ["Returned"]


class TestWhatSomebodyTyped:
    def test_a_name_begins_no_line_of_its_own(self, w: World, box: Postbox):
        User.objects.filter(id=w.bob.id).update(name="Bob\r\nBcc: eve@example.com\r\n\r\nPay here")
        w.alice.payees.update(name="Alice\r\nX-Evil: yes")
        w.until(w.pay(w.lease(), "instant"), "settled")
        w.work()
        for mail, (_, recipients) in zip(box.taken, box.envelopes, strict=True):
            assert "Bcc" not in mail
            assert "X-Evil" not in mail
            assert len(recipients) == 1
        assert "Hello Bob Bcc: eve@example.com Pay here," in text_of(box.to(BOB)[0])

    def test_markup_stays_text(self, w: World, box: Postbox):
        User.objects.filter(id=w.bob.id).update(name="<img src=x onerror=alert(1)>")
        w.until(w.pay(w.lease(), "instant"), "settled")
        w.work()
        (mail,) = box.to(BOB)
        assert "<img" not in html_of(mail)
        assert "&lt;img" in html_of(mail)

    def test_letters_of_every_alphabet_arrive(self, w: World, box: Postbox):
        User.objects.filter(id=w.bob.id).update(name="Błażej Ñandú Ωμέγα 王")
        w.until(w.pay(w.lease(), "instant"), "settled")
        w.work()
        assert "Hello Błażej Ñandú Ωμέγα 王," in text_of(box.to(BOB)[0])
        assert "Błażej Ñandú Ωμέγα 王" in box.subjects("alice@example.com")[0]


def test_no_mail_loads_anything_or_reports_back(w: World, box: Postbox):
    w.until(w.pay(w.lease(), "instant"), "settled")
    w.work()
    for mail in box.taken:
        page = html_of(mail)
        assert not any(mark in page for mark in ("<img", "<script", "<link", "@import", "url("))
        assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.slow
def test_a_thousand_in_some_seconds(w: World, box: Postbox):
    lease = w.lease()
    facts = {"lease": lease.public_id, "kind": "ended", "event": "lease.ended"}
    with unit_of_work():
        write([NewMessage(f"evt_{n}", "lease_changed", w.bob.id, lease.public_id, w.now, facts) for n in range(1_000)])
    began = time.monotonic()
    w.work()
    took = time.monotonic() - began
    assert (len(box.to(BOB)), promised()) == (1_000, [])
    assert len({mail["Message-ID"] for mail in box.taken}) == 1_000
    print(f"1,000 mails over SMTP in {took:.1f} s")
    assert took < 300  # however busy the machine is
