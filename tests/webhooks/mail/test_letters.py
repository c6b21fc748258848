"""What each mail says, to whom, and when: told as stories, read as they arrive."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from directpay.events.relay import relay_all
from directpay.people.models import User
from leases.arrears.actions.set_policy import set_arrears_policy
from leases.arrears.ladder import Step
from leases.arrears.models import ArrearsStep
from leases.autopay.actions.stopping import pause_autopay, resume_autopay, skip_run
from leases.changes.actions import Renewal, end_lease, renew_lease, step_rent
from leases.contracts.late_fee import LateFeeTerms
from leases.late_fees.actions.decide import waive_late_fee
from leases.late_fees.models import LateFee
from leases.move_out.actions import NewDamage, begin_move_out
from tests.leases.autopay.cast import FIRST, Renting
from tests.leases.deposits.conftest import Trusting
from tests.webhooks.mail.cast import ALICE, BOB, nobody_sends, row, send, states
from tests.webhooks.mail.server import Postbox, attached, html_of, text_of
from tests.world import DISPUTED, NO_FUNDS, World
from webhooks.mail.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def step_at_midnight(w: World) -> None:
    """The first step of the ladder is reached; its mail waits for the morning."""
    w.later(seconds=(datetime(2026, 11, 5, 5, 1, tzinfo=UTC) - w.now).total_seconds())
    assert states("rent_late") == ["queued"]


class TestAPaymentThat:
    def test_was_not_taken_says_so_to_whoever_paid_alone(self, w: World, box: Postbox):
        lease = w.lease()
        w.until(w.pay(lease, "ach", source=w.account(w.bob, NO_FUNDS)), "failed", "returned")
        w.work()
        subject = box.subjects(BOB)[-1]
        said = text_of(box.to(BOB)[-1])
        assert subject in ("Not taken: $1,500.00 for Rent, November", "Returned: $1,500.00 for Rent, November")
        assert "There was not enough in the account when the bank looked (R01)." in said

    def test_came_back_says_so_to_both_in_words(self, w: World, box: Postbox):
        payment = w.until(w.pay(w.lease(), "same_day_ach", source=w.account(w.bob, DISPUTED)), "returned")
        w.work()
        assert box.subjects(BOB)[-1] == "Returned: $1,500.00 for Rent, November"
        assert box.subjects(ALICE)[-1] == "Returned: $1,500.00 from Bob"
        for address in (BOB, ALICE):
            assert f"({payment.return_code})" in text_of(box.to(address)[-1])

    def test_goes_into_trust_has_its_receipt_when_it_lies_there(self, box: Postbox):
        t = Trusting()
        t.in_trust()
        t.work()
        assert [s for s in box.subjects(BOB) if s.startswith("Receipt")] == ["Receipt: $1,500.00 for Payment"]
        assert not [s for s in box.subjects(ALICE) if "available" in s]


class TestAutopay:
    def test_is_told_seven_days_ahead_and_two(self, box: Postbox):
        w = Renting()
        w.on()
        w.go(datetime(2026, 11, 30, 14, 0, tzinfo=UTC))
        told = [mail for mail in box.to(BOB) if "we take" in mail["Subject"]]
        assert [mail["Subject"] for mail in told] == ["On Tue 1 Dec we take $1,500.00 for your rent"] * 2
        assert f"/renter/autopay/{w.leased.public_id}/" in html_of(told[0])
        assert states("rent_reminder") == []

    def test_that_takes_nothing_is_not_told(self, box: Postbox):
        w = Renting()
        w.on()
        w.until(w.pay(w.leased, "instant", source=w.bob.bank_accounts.first(), allow_duplicate=True), "settled")
        w.go(datetime(2026, 11, 30, 14, 0, tzinfo=UTC))
        assert [subject for subject in box.subjects(BOB) if "we take" in subject] == []
        assert set(Message.objects.filter(kind="autopay_notice").values_list("state", "reason")) == {("suppressed", "nothing")}

    def test_that_was_skipped_meanwhile_is_not_told(self, box: Postbox):
        w = Renting()
        autopay = w.on()
        with nobody_sends():
            w.go(datetime(2026, 11, 24, 14, 1, tzinfo=UTC))
            skip_run(autopay, FIRST, actor=w.actor(w.bob), at=w.now)
        w.work()
        assert (row("autopay_notice").state, row("autopay_notice").reason) == ("suppressed", "not_planned")

    def test_that_is_paused_is_told_to_both_and_why_to_one(self, box: Postbox):
        w = Renting()
        pause_autopay(w.on(), actor=w.actor(w.bob), at=w.now)
        w.work()
        assert "Why: you asked for it." in text_of(box.to(BOB)[-1])
        assert "you asked" not in text_of(box.to(ALICE)[-1])
        assert box.subjects(ALICE)[-1] == "Autopay for 114 Linden St, Unit 1 is paused"

    def test_that_is_on_again_was_never_news(self, box: Postbox):
        w = Renting()
        autopay = w.on()
        with nobody_sends():
            pause_autopay(autopay, actor=w.actor(w.bob), at=w.now)
            resume_autopay(autopay, actor=w.actor(w.bob), at=w.now)
            w.work()
        w.work()
        assert {*states("autopay_paused"), *states("renters_autopay_paused")} == {"suppressed"}


class TestRentThatFallsDue:
    def test_is_told_three_days_ahead_at_nine_to_each_who_owes_it(self, w: World, box: Postbox):
        mia = w.person("mia", "renter")
        w.lease((w.bob, {"weight": 2}), (mia, {"weight": 1}), rent=90_000)
        w.later(days=26)
        assert box.subjects(BOB)[-1] == "$600.00 is due on Tue 1 Dec"
        said = text_of(box.to(BOB)[-1])
        assert "$600.00 for 114 Linden St, Unit 1 falls due on Tue 1 Dec" in said
        assert "Besides, $600.00 of what was due earlier is open." in said  # November
        assert box.subjects("mia@example.com")[-1] == "$300.00 is due on Tue 1 Dec"
        assert row("rent_reminder", user=w.bob).created_at == datetime(2026, 11, 28, 14, 0, tzinfo=UTC)

    def test_is_not_told_where_it_is_paid_or_on_its_way(self, w: World, box: Postbox):
        lease = w.lease()
        w.until(w.pay(lease, "instant"), "settled")
        w.until(w.pay(lease, "instant", source=w.bob.bank_accounts.get(), allow_duplicate=True), "settled")
        w.later(days=27)
        assert states("rent_reminder") == []

    def test_is_told_alone_where_nothing_else_is_open(self, w: World, box: Postbox):
        w.until(w.pay(w.lease(), "instant"), "settled")
        w.later(days=27)
        assert box.subjects(BOB)[-1] == "$1,500.00 is due on Tue 1 Dec"
        assert "Besides" not in text_of(box.to(BOB)[-1])

    def test_is_told_once_a_month(self, w: World, box: Postbox):
        w.lease()
        w.later(days=58)
        assert len(states("rent_reminder")) == 2


class TestEachMonth:
    def test_a_statement_comes_whose_file_adds_up(self, w: World, box: Postbox):
        lease = w.lease()
        w.until(w.pay(lease, "instant", amount=100_000), "settled")
        w.later(days=30)
        mail = next(m for m in box.to(BOB) if m["Subject"].startswith("Statement"))
        assert mail["Subject"] == "Statement for November: $500.00 owed"
        rows = list(csv.DictReader(io.StringIO(attached(mail)["statement-2026-11.csv"].decode())))
        assert [r["owed"] for r in rows] == ["0.00", "1500.00", "500.00"]
        assert row("statement").cause == f"month:2026-11:{lease.public_id}"

    def test_none_comes_for_a_month_before_the_lease(self, w: World, box: Postbox):
        w.lease(start=date(2026, 12, 1))
        w.later(days=30)
        assert states("statement") == []


class TestRentThatIsLate:
    def test_is_told_at_the_steps_that_are_the_renters_alone(self, w: World, box: Postbox):
        lease = w.lease()
        w.later(days=40)
        reached = ArrearsStep.objects.filter(case__lease=lease).values_list("kind", flat=True)
        assert {"reminder", "notice", "staff"} <= set(reached)
        told = [subject for subject in box.subjects(BOB) if subject.endswith("is late")]
        assert len(told) == len([kind for kind in reached if kind in ("reminder", "notice")])
        assert told[0] == "$1,500.00 for 114 Linden St, Unit 1 is late"

    def test_is_not_told_any_more_when_it_was_paid_in_the_quiet_hours(self, w: World, box: Postbox):
        lease = w.lease()
        step_at_midnight(w)
        w.until(w.pay(lease, "instant"), "settled")
        w.later(hours=9)
        assert (row("rent_late").state, row("rent_late").reason) == ("suppressed", "paid")
        assert not [subject for subject in box.subjects(BOB) if subject.endswith("is late")]

    def test_is_told_with_what_is_late_then(self, w: World, box: Postbox):
        lease = w.lease()
        step_at_midnight(w)
        w.pay(lease, "ach", amount=50_000)  # on its way
        w.later(hours=9)
        assert [s for s in box.subjects(BOB) if s.endswith("is late")] == ["$1,000.00 for 114 Linden St, Unit 1 is late"]

    def test_is_told_with_the_landlords_own_words_of_that_step(self, w: World, box: Postbox):
        set_arrears_policy(
            w.payee, [Step("reminder", 3), Step("notice", 5, "Call me <b>at once</b>\nBob & Alice")], actor=w.actor(w.alice), at=w.now
        )
        w.lease()
        w.later(days=7)
        first, second = [mail for mail in box.to(BOB) if mail["Subject"].endswith("is late")]
        assert "Your landlord adds" not in text_of(first)
        said, shown = text_of(second), html_of(second)
        assert "Your landlord adds: “Call me <b>at once</b> Bob & Alice”" in said
        assert said.index("nothing is on its way") < said.index("Your landlord adds") < said.index("Pay now")
        assert "“Call me &lt;b&gt;at once&lt;/b&gt; Bob &amp; Alice”" in shown
        assert "<b>at once" not in shown


class TestALease:
    def test_whose_rent_is_late_costs_a_fee_that_is_told(self, w: World, box: Postbox):
        w.lease(late_fee=LateFeeTerms(2, flat_minor=5_000))
        w.later(days=3)
        (told,) = [mail for mail in box.to(BOB) if mail["Subject"] == "A late fee of $50.00 for 114 Linden St, Unit 1"]
        assert "Late fee: rent was due Sun 1 Nov" in text_of(told)

    def test_that_is_shared_tells_each_what_the_fee_adds_to_their_own_share(self, w: World, box: Postbox):
        mia = w.person("mia", "renter")
        w.lease((w.bob, {"weight": 3}), (mia, {"weight": 2}), late_fee=LateFeeTerms(2, flat_minor=5_000))
        w.later(days=3)
        for address, share in ((BOB, "$30.00"), ("mia@example.com", "$20.00")):
            (told,) = [mail for mail in box.to(address) if mail["Subject"].startswith("A late fee")]
            assert told["Subject"] == f"A late fee of {share} for 114 Linden St, Unit 1"
            assert f"{share} was added to what you owe" in text_of(told)
            assert "$50.00" not in text_of(told)

    def test_whose_fee_was_waived_before_anybody_read_of_it_is_not_told(self, w: World, box: Postbox):
        lease = w.lease(late_fee=LateFeeTerms(2, flat_minor=5_000))
        with nobody_sends():
            w.later(days=3)
            waive_late_fee(LateFee.objects.get(lease=lease), amount_minor=None, reason="The bank", actor=w.actor(w.alice), at=w.now)
        w.work()
        assert (row("late_fee").state, row("late_fee").reason) == ("suppressed", "waived")

    def test_that_changes_is_told_with_its_terms(self, w: World, box: Postbox):
        lease = w.lease()
        actor = w.actor(w.alice)
        step_rent(lease, date(2027, 1, 1), 160_000, actor=actor, at=w.now)
        end_lease(w.reload(lease), date(2027, 2, 28), actor=actor, at=w.now)
        renew_lease(w.reload(lease), Renewal(date(2027, 12, 31)), actor=actor, at=w.now)
        w.work()
        said = [text_of(mail) for mail in box.to(BOB)]
        assert box.subjects(BOB) == ["The lease of 114 Linden St, Unit 1 has changed"] * 3
        assert "Rent from Fri 1 Jan 2027: $1,600.00" in said[0]
        assert ["The rent changes." in said[0], "a last day" in said[1], "goes on" in said[2]] == [True] * 3

    def test_that_is_left_is_told_with_the_day_by_which_the_deposit_is_settled(self, box: Postbox):
        t = Trusting()
        t.in_trust()
        begin_move_out(t.leased, t.now.date(), [NewDamage("A door", 10_000)], actor=t.actor(t.alice), at=t.now)
        relay_all()
        send(row("move_out"), w=t)
        assert box.subjects(BOB)[-1] == "What becomes of your deposit for 114 Linden St, Unit 1"
        assert f"/renter/leases/{t.leased.public_id}/deposit/" in html_of(box.to(BOB)[-1])
        t.work()  # at this bank all the rest happens at once
        assert box.subjects(BOB)[-1] == "Your deposit for 114 Linden St, Unit 1 is settled"


class TestInSpanish:
    def test_every_word_is(self, w: World, box: Postbox):
        User.objects.filter(id=w.bob.id).update(locale="es")
        w.until(w.pay(w.lease(), "instant"), "settled")
        w.work()
        (mail,) = box.to(BOB)
        assert mail["Subject"] == "Recibo: $1,500.00 por Renta, noviembre"
        said = text_of(mail)
        for part in ("Hola, Bob:", "llegó el lun 2 nov", "Ver el pago: ", "No recibir más correos de este tipo"):
            assert part in said
        assert '<html lang="es">' in html_of(mail)
        assert row("payment_receipt").language == "es"
