"""A receipt adds up to the books, to the cent; is the same to the byte; and says so when the money did not stay."""

import io
import re
import subprocess
import sys

import pytest
from django.utils import translation
from pypdf import PdfReader

from directpay.kernel import money
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.credits.actions import NewCredit, grant_credit
from leases.papers.pdf import receipt_pdf
from leases.papers.receipt import Paid, Receipt, ReceiptNotReady, receipt_of
from leases.receipts.actions import NewReceipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.transfers.actions import give_credit
from ledger.journal.models import Entry
from payments.payins.models import Payment
from payments.payins.queries import with_related
from payments.refunds.actions.change import set_refund_policy
from payments.refunds.actions.create import refund_payment
from payments.returns.actions import return_payments
from tests.directpay.cast import Caller, error_of, key_of
from tests.leases.deposits.conftest import Trusting
from tests.leases.move_out.conftest import MovingOut
from tests.leases.overpayments.cast import Overpaid
from tests.leases.portal.reading import signed_in
from tests.payments.conftest import answer
from tests.world import DISPUTED, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def paper(payment: Payment) -> Receipt:
    return receipt_of(with_related().select_related("payee__owner").get(id=payment.id))


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def posted(payment: Payment, kind: str, number: str) -> int:
    found = Entry.objects.filter(transaction__reference=f"payment.{kind}:{payment.public_id}", account__number=number)
    return sum(found.values_list("amount_minor", flat=True))


class TestTheFigures:
    def test_are_those_of_the_books(self, w: World):
        w.fee("instant", 250, payer="payer")
        lease = w.lease()
        add_charge(lease, NewCharge("utilities", 4_210, description="Water, October"), actor=w.actor(w.alice), at=w.now)
        payment = w.until(w.pay(lease, "instant"), "settled")
        receipt = paper(payment)
        assert [(line.charge.category, line.amount_minor) for line in receipt.lines] == [("rent", 150_000), ("utilities", 4_210)]
        assert receipt.paid_minor == -posted(payment, "completed", "L1500") == 154_210
        assert receipt.charged_minor == posted(payment, "completed", "P1210") == 154_460
        assert receipt.fee_minor == 250
        assert sum(line.amount_minor for line in receipt.lines) == receipt.paid_minor

    def test_are_not_those_of_the_row(self, w: World):
        """What the row says may be wrong; what is posted is what happened."""
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        wrong = with_related().select_related("payee__owner").get(id=payment.id)
        wrong.amount_minor = wrong.charged_minor = 1
        assert (receipt_of(wrong).paid_minor, receipt_of(wrong).charged_minor) == (150_000, 150_000)

    def test_name_money_that_waits(self, w: World):
        lease = w.lease()
        w.until(w.pay(lease, "instant"), "settled")
        ahead = w.until(w.pay(lease, "instant", amount=60_000, source=w.bob.bank_accounts.get()), "settled")
        assert [(line.charge, line.amount_minor) for line in paper(ahead).lines] == [(None, 60_000)]
        w.later(days=30)  # December has fallen due
        assert [(line.charge.due_on.month, line.amount_minor) for line in paper(ahead).lines] == [(12, 60_000)]

    def test_say_what_came_back(self, w: World):
        payment = w.until(w.pay(w.lease(), "same_day_ach", source=w.account(w.bob, DISPUTED)), "returned")
        receipt = paper(payment)
        assert (receipt.paid_minor, receipt.returned_minor, receipt.returned_on) == (150_000, 150_000, w.now.date())
        assert [line.amount_minor for line in receipt.lines] == [150_000]
        said = words(receipt_pdf(receipt))
        assert "this payment did not stay" in said
        assert "What stays $0.00" in said

    def test_of_a_deposit_that_has_arrived(self):
        t = Trusting()
        payment = t.until(t.leave(), "completed")
        receipt = paper(payment)
        assert (receipt.into_trust, receipt.paid_minor) == (True, 150_000)
        assert "into trust" in words(receipt_pdf(receipt))


def paid(lines: list[Paid]) -> list[tuple[str, int]]:
    return [(line.charge.category if line.charge else line.kind, line.amount_minor) for line in lines]


def refund(w: World, payment: Payment, amount: int) -> None:
    refund_payment(payment, amount, actor=w.actor(w.alice), at=w.now)
    w.work()
    w.later(minutes=2)


class TestWhatWentBack:
    def test_by_a_refund_stands_on_it_with_its_day_and_what_is_paid_after_it(self, w: World):
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        refund(w, payment, 100_000)
        receipt = paper(payment)
        assert (paid(receipt.lines), receipt.paid_minor, receipt.returned_minor) == ([("rent", 150_000)], 150_000, 0)
        assert [(part.on, part.amount_minor) for part in receipt.back] == [(w.now.date(), -100_000)]
        assert (receipt.stays_minor, paid(receipt.stays)) == (50_000, [("rent", 50_000)])
        said = words(receipt_pdf(receipt))
        for line in (
            "Rent, November $1,500.00",
            f"Given back on Mon 2 Nov 2026 {money.words(-100_000, 'usd')}",
            "What stays $500.00",
            "Of it: Rent, November $500.00",
        ):
            assert line in said

    def test_gives_the_payers_fee_back_beside_it(self, w: World):
        w.fee("instant", 250, payer="payer")
        set_refund_policy(w.payee, gives_fee_back=True, actor=SYSTEM, at=w.now)
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        refund(w, payment, 150_000)
        receipt = paper(payment)
        assert ([part.amount_minor for part in receipt.back], receipt.stays_minor, receipt.stays) == ([-150_250], 0, [])

    def test_and_did_not_arrive_is_paid_again(self, w: World):
        payment = w.until(w.pay(w.lease(), "instant", source=w.account(w.bob, "000660000002")), "settled")
        refund(w, payment, 100_000)
        receipt = paper(payment)
        assert [part.amount_minor for part in receipt.back] == [-100_000, 100_000]
        assert (receipt.stays_minor, sum(line.amount_minor for line in receipt.stays)) == (150_000, 150_000)
        assert {line.charge.category for line in receipt.stays} == {"rent"}

    def test_of_what_was_paid_too_much_stands_on_it(self):
        o = Overpaid()
        o.give_back()
        o.sent("paid")
        receipt = paper(o.paid)
        assert paid(receipt.lines) == [("rent", 150_000), ("", 10_000)]
        assert ([part.amount_minor for part in receipt.back], receipt.stays_minor) == ([-10_000], 150_000)
        assert paid(receipt.stays) == [("rent", 150_000)]

    def test_to_a_roommates_share_is_named(self, w: World):
        mia = w.person("mia", "renter")
        lease = w.lease((w.bob, {"weight": 1}), (mia, {"weight": 1}))
        payment = w.until(w.pay(lease, "instant", amount=90_000), "settled")
        bob, mias = lease.parties.order_by("id")
        give_credit(bob, mias, 10_000, reason="", actor=w.actor(w.alice), at=w.now)
        assert paid(paper(payment).lines) == [("rent", 75_000), ("party.transferred", 10_000), ("", 5_000)]
        assert "Given to a roommate's share $100.00 Paid ahead $50.00" in words(receipt_pdf(paper(payment)))

    def test_to_what_was_written_off_before_is_named(self, w: World):
        lease = w.lease()
        party = lease.parties.get()
        grant_credit(lease, NewCredit(party, "write_off", 100_000, "Gone"), actor=w.actor(w.alice), at=w.now)
        w.until(w.pay(lease, "instant", amount=50_000), "settled")
        ahead = w.until(w.pay(lease, "instant", amount=60_000, allow_duplicate=True), "settled")
        record_receipt(lease, NewReceipt(party, "check", 30_000), actor=w.actor(w.alice), at=w.now)
        assert paid(paper(ahead).lines) == [("write_off.reinstated", 30_000), ("", 30_000)]
        assert "Owed again after it was written off $300.00" in words(receipt_pdf(paper(ahead)))

    def test_to_a_deposit_that_the_bank_took_back_is_named(self):
        m = MovingOut()
        m.until(m.pay(m.leased, "instant"), "settled")
        m.in_trust()
        m.begin(("A door", 30_000))
        m.later(minutes=10)
        deposit = Payment.objects.get(applies_to__number="L1510")
        return_payments({deposit.public_id: answer("returned", m.now, code="R10")}, at=m.now)
        payment = m.until(m.pay(m.leased, "instant", source=m.account(m.bob)), "settled")
        receipt = paper(payment)
        assert [(line.charge and line.charge.posted_for, line.amount_minor) for line in receipt.lines] == [(deposit.public_id, 150_000)]
        said = words(receipt_pdf(receipt))
        assert "Deposit: your bank took the payment back" in said
        assert "Paid ahead" not in said


class TestThePaper:
    def test_prints_each_figure_with_who_and_where(self, w: World):
        w.fee("instant", 250, payer="payer")
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        said = words(receipt_pdf(paper(payment)))
        for part in (
            "Sandbox",
            "Received on Mon 2 Nov 2026",
            "Bob",
            "Alice",
            "114 Linden St, Unit 1",
            payment.reference,
            payment.public_id,
        ):
            assert part in said
        for line in ("Rent, November $1,500.00", "Paid $1,500.00", "Fee $2.50", "Taken from you $1,502.50"):
            assert line in said
        assert paper(payment).transaction in said

    def test_is_the_same_to_the_byte(self, w: World):
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        first = receipt_pdf(paper(payment))
        w.later(days=3)
        assert receipt_pdf(paper(payment)) == first

    def test_is_printed_in_spanish(self, w: World):
        User.objects.filter(id=w.bob.id).update(name="Íñigo Peña")
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        with translation.override("es"):
            said = words(receipt_pdf(paper(payment)))
        for part in ("Recibo", "Recibido el lun 2 nov 2026", "Íñigo Peña", "Renta, noviembre $1,500.00", "Pagado"):
            assert part in said

    def test_has_a_mark_where_the_font_has_no_letter(self, w: World, caplog: pytest.LogCaptureFixture):
        User.objects.filter(id=w.bob.id).update(name="Błażej 王")
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        assert "Błażej ?" in words(receipt_pdf(paper(payment)))
        assert "王" not in caplog.text

    def test_names_no_bank_account(self, w: World):
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        assert not re.search(r"6789|11000000", words(receipt_pdf(paper(payment))))

    def test_costs_a_start_nothing(self):
        asked = "import django; django.setup(); import sys; sys.exit('fpdf' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", asked], env=None, check=False).returncode == 0


class TestTheDoors:
    def test_the_api_gives_it_to_whoever_paid_and_whoever_got_it(self, w: World):
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        for owner in (w.bob, w.alice, None):
            answer = Caller(key_of(owner)).get(f"/api/v1/payments/{payment.public_id}/receipt")
            assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
            assert answer.content == receipt_pdf(paper(payment))

    def test_before_it_settles_there_is_none(self, w: World):
        payment = w.pay(w.lease(), "ach")
        answer = Caller(key_of(w.bob)).get(f"/api/v1/payments/{payment.public_id}/receipt")
        assert (answer.status_code, error_of(answer)["code"], error_of(answer)["status"]) == (409, "receipt_not_ready", "initiated")
        with pytest.raises(ReceiptNotReady):
            paper(payment)

    def test_strangers_find_nothing(self, w: World):
        payment = w.until(w.pay(w.lease(), "instant"), "settled")
        mia, carol = w.person("mia", "renter"), w.person("carol", "landlord")
        for stranger in (mia, carol):
            assert Caller(key_of(stranger)).get(f"/api/v1/payments/{payment.public_id}/receipt").status_code == 404
            assert signed_in(stranger).get(f"/payments/{payment.public_id}/receipt.pdf").status_code == 404

    def test_the_page_links_to_it_once_there_is_one(self, w: World):
        payment = w.pay(w.lease(), "instant")
        client, address = signed_in(w.bob), f"/payments/{payment.public_id}/receipt.pdf"
        assert address not in client.get(f"/renter/payments/{payment.public_id}/").content.decode()
        assert client.get(address).status_code == 409
        w.until(payment, "settled")
        for person, page in ((w.bob, "renter"), (w.alice, "landlord")):
            client = signed_in(person)
            assert address in client.get(f"/{page}/payments/{payment.public_id}/").content.decode()
            assert client.get(address).content.startswith(b"%PDF-")
