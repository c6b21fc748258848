"""The payer reads that a payment goes back: why, where to and by when; and what happens if it does not arrive. Nobody else does."""

from datetime import UTC, datetime

import pytest

from directpay.due.registry import QUEUES
from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.payins.models import Payment
from payments.refunds.actions.change import set_refund_policy
from payments.refunds.actions.create import REFUND_QUEUE, refund_payment
from payments.refunds.models import Refund
from tests.payments.payins.conftest import card
from tests.webhooks.mail.cast import BOB, nobody_sends, row, states
from tests.webhooks.mail.server import Postbox, html_of, text_of
from tests.world import World
from webhooks.mail.listeners import hear
from webhooks.mail.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED, SENT_BACK, TAKEN_BACK = "000660000002", "000660000003", "009901050000"
ON_ITS_WAY, NOT_GIVEN = "$50.00 is on its way back to you", "$50.00 could not be given back to you"


def by_card(w: World, name: str = "pm_card_visa", fee: int = 0, fee_payer: str = "payee") -> Payment:
    w.fee("card", fee, fee_payer)
    return w.until(pay_rent(w.lease(rent=10_000), PayRequest.by(card(w, name), rail="card"), actor=SYSTEM, at=w.now), "settled")


def from_bank(w: World, number: str, rail: str = "instant") -> Payment:
    w.fee(rail, 0)
    return w.until(w.pay(w.lease(rent=10_000), rail, source=w.account(w.bob, number)), "settled")


def give(w: World, payment: Payment, amount: int = 5_000, reason: str = "") -> Refund:
    return refund_payment(payment, amount, reason=reason, actor=w.actor(w.alice), at=w.now)


def ends(w: World, refund: Refund, state: str) -> None:
    for _ in range(120):
        w.work()
        if Refund.objects.get(id=refund.id).status == state:
            return
        w.later(seconds=1)
    raise AssertionError(f"{refund.public_id} is not {state}")


def told(box: Postbox) -> list[str]:
    return [subject for subject in box.subjects(BOB) if "back to you" in subject or "second time" in subject]


def rows_of(said: str) -> list[str]:
    """What stands below the words, up to the button."""
    lines = said.splitlines()
    return lines[lines.index("For: Rent, November") : lines.index("--") - 3]


class TestOneThatIsMade:
    def test_says_how_much_why_where_to_and_by_when(self, w: World, box: Postbox):
        payment = by_card(w)
        refund = give(w, payment, reason="duplicate")
        ends(w, refund, "succeeded")
        w.later(hours=1)
        assert told(box) == [ON_ITS_WAY]  # that it arrived is no second mail
        mail = box.to(BOB)[-1]
        said = text_of(mail)
        assert "Alice gives $50.00 of your payment of $100.00 for Rent, November back." in said
        assert "Why: it was paid twice." in said
        assert "It goes to the card that you paid with, Visa ••4242. Its bank usually shows it within five to ten bank days." in said
        assert "Of what this payment had paid, $50.00 is owed again from Mon 2 Nov." in said
        assert rows_of(said) == ["For: Rent, November", f"Reference: {payment.reference}", "You get back: $50.00"]
        assert f"/renter/payments/{payment.public_id}/" in html_of(mail)
        assert "Visa ••4242" in html_of(mail)

    @pytest.mark.parametrize(("amount", "owed"), [(3_000, ""), (5_000, "$20.00")])
    def test_says_what_of_it_is_owed_again(self, w: World, box: Postbox, amount: int, owed: str):
        """90.00 were paid where 60.00 were owed: what stood ahead goes back first."""
        w.fee("instant", 0)
        payment = w.until(w.pay(w.lease(rent=6_000), "instant", 9_000), "settled")
        give(w, payment, amount, reason="duplicate")
        w.work()
        said = text_of(box.to(BOB)[-1])
        assert ("is owed again" in said, f"{owed} is owed again" in said) == (bool(owed), bool(owed))

    def test_to_a_bank_account_names_the_day(self, w: World, box: Postbox):
        payment = from_bank(w, "000123456789")
        give(w, payment, 10_000)
        w.work()
        said = text_of(box.to(BOB)[-1])
        assert "Alice gives your payment of $100.00 for Rent, November back." in said
        assert "Alice did not say why: ask, if you do not know." in said
        assert "It goes to the account that you paid from, " in said
        assert "••6789, and is likely there by Mon 2 Nov." in said

    def test_names_the_fee_that_goes_back_beside_it(self, w: World, box: Postbox):
        payment = by_card(w, fee=290, fee_payer="payer")
        set_refund_policy(w.payee, gives_fee_back=True, actor=SYSTEM, at=w.now)
        give(w, payment)
        w.work()
        assert box.subjects(BOB)[-1] == "$51.45 is on its way back to you"
        assert rows_of(text_of(box.to(BOB)[-1]))[-3:] == ["Amount: $50.00", "Fee: $1.45", "You get back: $51.45"]

    @pytest.mark.parametrize(
        ("reason", "said"),
        [
            ("requested_by_customer", "Why: you asked for it."),
            ("fraudulent", "Why: somebody may have paid with what is yours without asking you."),
            ("other", "Alice had another reason: ask, if you do not know."),
        ],
    )
    def test_says_why_in_plain_words(self, w: World, box: Postbox, reason: str, said: str):
        give(w, by_card(w), reason=reason)
        w.work()
        assert said in text_of(box.to(BOB)[-1])


class TestOneThatDidNotArrive:
    def test_says_why_and_what_happens_next(self, w: World, box: Postbox):
        refund = give(w, from_bank(w, REFUSED))
        ends(w, refund, "failed")
        assert told(box) == [ON_ITS_WAY, NOT_GIVEN]
        said = text_of(box.to(BOB)[-1])
        assert "The $50.00 that Alice gave back to you did not arrive at " in said
        assert "The account is closed (R02)." in said
        assert "It counts as paid again" in said
        assert "A person sees to it now, and you need not do anything." in said

    def test_after_it_had_arrived_says_when_it_came_back(self, w: World, box: Postbox):
        ends(w, give(w, from_bank(w, SENT_BACK)), "returned")
        assert told(box) == [ON_ITS_WAY, NOT_GIVEN]
        said = text_of(box.to(BOB)[-1])
        assert "••0003, and came back to us on Mon 2 Nov." in said
        assert "The bank found no account with this number and name (R03)." in said

    def test_of_a_card_has_its_reason_without_a_code(self, w: World, box: Postbox):
        ends(w, give(w, by_card(w, "pm_card_refundRefused")), "failed")
        assert "did not arrive at Visa ••0000." in text_of(box.to(BOB)[-1])
        assert Refund.objects.get().failure_message in text_of(box.to(BOB)[-1])

    def test_before_the_first_mail_was_sent_is_told_once(self, w: World, box: Postbox):
        with nobody_sends():
            ends(w, give(w, from_bank(w, REFUSED)), "failed")
        w.later(minutes=1)
        assert sorted(states("refund")) == ["sent", "suppressed"]
        assert told(box) == [NOT_GIVEN]

    def test_because_the_bank_took_the_payment_back_first_says_that_it_is_there_already(self, w: World, box: Postbox):
        w.fee("same_day_ach", 0)
        payment = w.until(w.pay(w.lease(rent=10_000), "same_day_ach", source=w.account(w.bob, TAKEN_BACK)), "completed")
        asks = QUEUES.pop(REFUND_QUEUE)  # the way back is closed until the bank has spoken
        try:
            refund = give(w, payment)
            w.until(payment, "returned")
        finally:
            QUEUES[REFUND_QUEUE] = asks
        ends(w, refund, "canceled")
        assert told(box) == [ON_ITS_WAY, "$50.00 is not sent to you a second time"]
        assert "your bank took back the whole payment of $100.00: you have it already" in text_of(box.to(BOB)[-1])


class TestWhoReadsItAndWhen:
    def test_only_whoever_paid(self, w: World, box: Postbox):
        mia = w.person("mia", "renter")
        w.fee("instant", 0)
        lease = w.lease((w.bob, {"percent": 50}), (mia, {"percent": 50}), rent=20_000)
        ends(w, give(w, w.until(w.pay(lease, "instant", 10_000, source=w.account(w.bob, REFUSED)), "settled")), "failed")
        assert set(Message.objects.filter(kind="refund").values_list("user_id", flat=True)) == {w.bob.id}
        assert Message.objects.filter(user=w.alice).exists()
        assert not Message.objects.filter(user=w.alice, kind="refund").exists()

    def test_once_however_often_it_is_told(self, w: World, box: Postbox):
        give(w, by_card(w))
        w.work()
        for _ in range(2):
            with unit_of_work():
                hear(list(Event.objects.filter(type="refund.created")))
            w.work()
        assert told(box) == [ON_ITS_WAY]

    def test_not_at_night(self, w: World, box: Postbox):
        payment = by_card(w)
        w.later(hours=(datetime(2026, 11, 3, 3, 0, tzinfo=UTC) - w.now).total_seconds() / 3600)  # ten in the evening
        give(w, payment)
        w.work()
        assert told(box) == []
        assert row("refund").next_at == datetime(2026, 11, 3, 13, 0, tzinfo=UTC)  # eight in the morning
        w.later(hours=10)
        assert told(box) == [ON_ITS_WAY]

    def test_in_spanish(self, w: World, box: Postbox):
        User.objects.filter(id=w.bob.id).update(locale="es")
        ends(w, give(w, from_bank(w, REFUSED), reason="duplicate"), "failed")
        made, failed = box.to(BOB)[-2:]
        assert (made["Subject"], failed["Subject"]) == ("$50.00 van de vuelta a ti", "$50.00 no se te pudieron devolver")
        for part in ("Por qué: se pagó dos veces.", "es probable que llegue a más tardar el lun 2 nov", "Se te devuelve: $50.00"):
            assert part in text_of(made)
        for part in ("no llegaron a", "La cuenta está cerrada (R02).", "Ahora se ocupa una persona"):
            assert part in text_of(failed)
