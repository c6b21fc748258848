"""A receipt adds up to the books, to the cent; is the same to the byte; and says so when the money did not stay."""

import io
import re
import subprocess
import sys

import pytest
from django.utils import translation
from pypdf import PdfReader

from directpay.people.models import User
from leases.papers.pdf import receipt_pdf
from leases.papers.receipt import Receipt, ReceiptNotReady, receipt_of
from leases.rent.actions.add_charge import NewCharge, add_charge
from ledger.journal.models import Entry
from payments.payins.models import Payment
from payments.payins.queries import with_related
from tests.directpay.cast import Caller, error_of, key_of
from tests.leases.deposits.conftest import Trusting
from tests.leases.portal.reading import signed_in
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
