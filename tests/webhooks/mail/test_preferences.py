"""What a person chooses holds: which mails, at what hours; and what the safety of money needs comes all the same."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client

from directpay.events.models import Event
from directpay.people.models import User
from tests.directpay.cast import Caller, error_of, key_of
from tests.leases.portal.reading import signed_in, words_of
from tests.webhooks.mail.cast import ALICE, BOB, nobody_sends, paid, row, send, states
from tests.webhooks.mail.server import Postbox, text_of
from tests.world import DISPUTED, World
from webhooks.mail.actions.choose import Wish, choose_mail
from webhooks.mail.kinds import KINDS
from webhooks.mail.models import Preference

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/api/v1/notification_preferences"


def chosen(w: World, user: User, **choices: str) -> None:
    choose_mail(user, Wish(choices), actor=w.actor(user), at=w.now)


def settle(w: World, **more: object) -> None:
    w.until(w.pay(w.lease(), "instant", **more), "settled")
    w.work()


class TestWhatIsTurnedOff:
    def test_is_not_sent_and_the_record_says_why(self, w: World, box: Postbox):
        chosen(w, w.bob, payment_receipt="off")
        settle(w)
        assert box.to(BOB) == []
        assert (row("payment_receipt").state, row("payment_receipt").reason) == ("suppressed", "preference")

    def test_counts_at_the_moment_of_sending(self, w: World, box: Postbox):
        message = paid(w)
        chosen(w, w.bob, payment_receipt="off")
        send(message, w=w)
        assert box.to(BOB) == []

    @pytest.mark.parametrize("kind", [kind.name for kind in KINDS.values() if not kind.may_end])
    def test_is_never_what_money_needs(self, w: World, kind: str):
        user, caller = (w.bob, Caller(key_of(w.bob))) if KINDS[kind].reader == "renter" else (w.alice, Caller(key_of(w.alice)))
        answer = caller.post(ADDRESS, {"kinds": {kind: "off"}})
        assert (answer.status_code, error_of(answer)["param"]) == (400, f"kinds[{kind}]")
        assert not Preference.objects.filter(user=user).exists()


class TestADailyMail:
    def test_gathers_what_settled_that_day_and_comes_in_the_morning(self, w: World, box: Postbox):
        chosen(w, w.alice, payment_received="daily")
        w.fee("instant", 100)
        settle(w)
        settle(w, source=w.bob.bank_accounts.get())
        assert box.to(ALICE) == []
        w.later(days=1)
        (mail,) = box.to(ALICE)
        assert mail["Subject"] == "$2,998.00 became available on Mon 2 Nov"
        assert "come to $2,998.00" in text_of(mail)
        assert row("payments_of_the_day").sent_at == datetime(2026, 11, 3, 13, 0, tzinfo=UTC)  # eight in New York
        assert states("payment_received") == []

    def test_may_be_turned_off_before_it_comes(self, w: World, box: Postbox):
        chosen(w, w.alice, payment_received="daily")
        settle(w)
        chosen(w, w.alice, payment_received="off")
        w.later(days=1)
        assert box.to(ALICE) == []


class TestQuietHours:
    def night(self) -> World:
        return World(start=datetime(2026, 11, 3, 3, 30, tzinfo=UTC))  # half past ten in the evening in New York

    def test_wait_until_eight_where_the_home_stands(self, box: Postbox):
        w = self.night()
        settle(w)
        assert box.to(ALICE) == []
        assert (row("payment_received").state, row("payment_received").attempts) == ("queued", 0)
        assert row("payment_received").next_at == datetime(2026, 11, 3, 13, 0, tzinfo=UTC)
        w.later(hours=9, minutes=29)
        assert box.to(ALICE) == []
        w.later(minutes=10)
        assert len(box.to(ALICE)) == 1

    def test_do_not_hold_the_answer_to_what_somebody_has_just_done(self, box: Postbox):
        settle(self.night())
        assert len(box.to(BOB)) == 1

    def test_are_those_of_the_zone_that_was_chosen(self, box: Postbox):
        w = self.night()
        choose_mail(w.alice, Wish(timezone="America/Los_Angeles"), actor=w.actor(w.alice), at=w.now)  # half past seven there
        settle(w)
        assert len(box.to(ALICE)) == 1

    def test_may_be_none_or_by_day(self, box: Postbox):
        w = self.night()
        choose_mail(w.alice, Wish(quiet_from=time(0), quiet_until=time(0)), actor=w.actor(w.alice), at=w.now)
        settle(w)
        assert len(box.to(ALICE)) == 1
        choose_mail(w.alice, Wish(quiet_from=time(22), quiet_until=time(22, 45)), actor=w.actor(w.alice), at=w.now)
        settle(w, source=w.bob.bank_accounts.get())
        assert len(box.to(ALICE)) == 1
        w.later(minutes=15)
        assert len(box.to(ALICE)) == 2

    def test_end_on_the_day_when_the_clocks_change(self, box: Postbox):
        w = World(start=datetime(2026, 11, 1, 3, 0, tzinfo=UTC))  # Saturday evening: at two in the night it is one again
        settle(w)
        assert row("payment_received").next_at == datetime(2026, 11, 1, 13, 0, tzinfo=UTC)


class TestTheLinkInAMail:
    def link(self, box: Postbox) -> str:
        (mail,) = box.to(BOB)
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        found = re.fullmatch(r"<http://[^/]+(/mail/unsubscribe/\?key=\S+)>", mail["List-Unsubscribe"].strip())
        assert found
        return found[1]

    def test_ends_that_kind_with_one_post_and_no_sign_in(self, w: World, box: Postbox):
        settle(w)
        address = self.link(box)
        assert "No more mails of the kind" in words_of(Client().get(address))
        assert not Preference.objects.exists()  # a look changes nothing
        answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        settle(w, source=w.bob.bank_accounts.get())
        assert len(box.to(BOB)) == 1
        assert states("payment_receipt") == ["sent", "suppressed"]

    @pytest.mark.parametrize("spoil", [lambda key: key[:-2], lambda key: key + "x", lambda key: "", lambda key: "%00"])
    def test_is_nobody_elses_to_make(self, w: World, box: Postbox, spoil):
        settle(w)
        address, _, key = self.link(box).partition("key=")
        answer = Client().post(f"{address}key={spoil(key)}")
        assert answer.status_code == 404
        assert not Preference.objects.exists()

    def test_is_not_in_a_mail_that_always_comes(self, w: World, box: Postbox):
        w.until(w.pay(w.lease(), "same_day_ach", source=w.account(w.bob, DISPUTED)), "returned")
        w.work()
        mail = box.to(BOB)[-1]
        assert mail["Subject"].startswith("Returned")
        assert "List-Unsubscribe" not in mail


class TestTheApi:
    def test_shows_what_holds_and_changes_it(self, w: World):
        caller = Caller(key_of(w.bob))
        first = caller.get(ADDRESS).json()
        assert first["kinds"]["statement"] == "on"
        assert first["quiet_hours"] == {"from": "21:00", "until": "08:00", "timezone": None}
        body = {"kinds": {"statement": "off"}, "quiet_hours": {"from": "22:30", "timezone": "America/Chicago"}}
        changed = caller.post(ADDRESS, body).json()
        assert changed["kinds"] == {**first["kinds"], "statement": "off"}
        assert changed["quiet_hours"] == {"from": "22:30", "until": "08:00", "timezone": "America/Chicago"}
        assert caller.get(ADDRESS).json() == changed
        event = Event.objects.get(type="notification_preferences.set")
        assert (event.object_id, event.version, event.data["kinds"]) == (f"mail:{w.bob.public_id}", 1, {"statement": "off"})

    def test_names_what_is_wrong(self, w: World):
        caller = Caller(key_of(w.bob))
        for body, param in (
            ({"kinds": {"gossip": "on"}}, "kinds[gossip]"),
            ({"kinds": {"statement": "sometimes"}}, "kinds[statement]"),
            ({"kinds": {"payment_received": "daily"}}, "kinds[payment_received]"),
            ({"quiet_hours": {"timezone": "Mars/Olympus"}}, "quiet_hours[timezone]"),
            ({"quiet_hours": {"timezone": "../../etc/passwd"}}, "quiet_hours[timezone]"),
            ({"quiet_hours": {"from": "25:00"}}, "quiet_hours[from]"),
            ({"user": w.alice.public_id}, "user"),
        ):
            answer = caller.post(ADDRESS, body)
            assert (answer.status_code, error_of(answer)["param"]) == (400, param), body

    def test_takes_the_platforms_word_for_somebody(self, w: World):
        platform = Caller(key_of(None))
        assert error_of(platform.get(ADDRESS))["param"] == "user"
        assert platform.get(f"{ADDRESS}?user={w.alice.public_id}").json()["kinds"]["payment_received"] == "each"
        assert platform.post(ADDRESS, {"user": w.alice.public_id, "kinds": {"payment_received": "daily"}}).status_code == 200

    def test_a_landlord_chooses_nothing_for_a_renter(self, w: World):
        w.lease()
        assert error_of(Caller(key_of(w.alice)).post(ADDRESS, {"user": w.bob.public_id}))["param"] == "user"


class TestThePage:
    def test_keeps_what_was_chosen(self, w: World):
        client = signed_in(w.bob)
        page = client.get("/account/mail/")
        assert "Mails to you" in words_of(page)
        assert "Your bank took a payment back" in words_of(page)  # among what is always sent
        wish = {
            "payment_receipt": "on",
            "rent_reminder": "off",
            "statement": "on",
            "quiet_from": "22:00",
            "quiet_until": "07:00",
            "timezone": "",
        }
        assert client.post("/account/mail/", wish).status_code == 302
        kept = Preference.objects.get(user=w.bob)
        assert (kept.choices["rent_reminder"], kept.quiet_from, kept.quiet_until) == ("off", time(22), time(7))

    def test_says_beside_the_field_what_is_wrong(self, w: World):
        wish = {"payment_received": "each", "renters_autopay_paused": "on", "quiet_from": "22:00", "quiet_until": "7", "timezone": "Mars"}
        page = signed_in(w.alice).post("/account/mail/", wish)
        assert page.status_code == 400
        page = signed_in(w.alice).post("/account/mail/", {**wish, "quiet_until": "07:00"})
        assert "No such time zone." in words_of(page)
        assert not Preference.objects.exists()

    def test_is_led_to_from_the_account(self, w: World):
        assert "/account/mail/" in signed_in(w.bob).get("/account/").content.decode()


def test_the_hours_of_a_day_that_is_late_do_not_send_twice(w: World, box: Postbox):
    """Held in the evening, sent in the morning, and no more."""
    with nobody_sends():
        settle(w)
        w.later(hours=12)
    w.work()
    w.later(days=1)
    assert len(box.to(ALICE)) == 1
    message = row("payment_received")
    assert message.sent_at is not None
    assert message.sent_at - message.created_at < timedelta(days=1)
