"""A receipt as a page of PDF: the same bytes for the same receipt in the same language."""

from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directpay.kernel.money import words
from leases.papers.receipt import Paid, Receipt
from leases.portal import dates
from leases.portal.words import charge_title, rail_title

FONTS: Final = Path(__file__).parent / "fonts"
FONT: Final = "DejaVu"
MARGIN, WIDTH, RIGHT = 22, 166, 46  # millimetres: of the page's edge, of what is written, of its amounts
INK, SECOND, RULE = 20, 90, 200  # greys


def receipt_pdf(receipt: Receipt) -> bytes:
    """In the language that is active."""
    page = _Page(receipt)
    page.head()
    page.people()
    page.lines()
    page.foot()
    return bytes(page.pdf.output())


class _Page:
    def __init__(self, receipt: Receipt) -> None:
        from fpdf import FPDF  # noqa: PLC0415  a third of a second, that no start-up should pay

        self.receipt, self.payment = receipt, receipt.payment
        self.pdf: Any = FPDF(format="letter")
        self.pdf.set_creation_date(self.payment.returned_at or self.payment.settled_at or self.payment.completed_at)
        self.pdf.set_title(_("Receipt {reference}").format(reference=self.payment.reference))
        self.pdf.set_author("DirectPay")
        self.pdf.set_lang(get_language() or "en")
        self.pdf.set_margin(MARGIN)
        self.pdf.add_font(FONT, "", FONTS / "DejaVuSans.ttf")
        self.pdf.add_font(FONT, "B", FONTS / "DejaVuSans-Bold.ttf")
        self.pdf.add_page()

    def head(self) -> None:
        if settings.SANDBOX:
            self._say(_("Sandbox: simulated bank. No real money moves."), 9, grey=SECOND)
        self._say("DirectPay", 11, bold=True)
        self.pdf.ln(6)
        self._say(_("Receipt"), 22, bold=True)
        received = self.receipt
        if received.returned_on:
            said = _("Returned on {day}: this payment did not stay. What it had paid is owed again.")
            self._say(said.format(day=self._day(received.returned_on)), 11, bold=True)
        elif received.into_trust:
            self._say(_("Received on {day}, into trust.").format(day=self._day(received.received_on)), 11)
        else:
            self._say(_("Received on {day}.").format(day=self._day(received.received_on)), 11)
        self.pdf.ln(4)

    def people(self) -> None:
        rows = [(_("From"), self.payment.payer.name), (_("To"), self.payment.payee.name)]
        if self.receipt.lease is not None:
            home = self.receipt.lease.unit
            rows.append((_("Home"), f"{home.property.line1}, {home.name}"))
        rows += [
            (_("How"), rail_title(self.payment.rail)),
            (_("Reference"), self.payment.reference),
            (_("Payment"), self.payment.public_id),
        ]
        rows.append((_("In the books"), self.receipt.transaction))
        for title, value in rows:
            self.pdf.set_text_color(SECOND)
            self.pdf.set_font(FONT, "", 10)
            self.pdf.cell(40, 7, title)
            self.pdf.set_text_color(INK)
            self.pdf.multi_cell(WIDTH - 40, 7, self._printable(value), new_x="LMARGIN", new_y="NEXT")
        self.pdf.ln(4)

    def lines(self) -> None:
        received = self.receipt
        for line in received.lines:
            self._amount(self._title(line), line.amount_minor)
        self._amount(_("Paid"), received.paid_minor, bold=True)
        if received.fee_minor:
            self._amount(_("Fee"), received.fee_minor)
            self._amount(_("Taken from you"), received.charged_minor, bold=True)
        for part in received.back:
            said = _("Given back on {day}") if part.amount_minor < 0 else _("Could not be delivered, and is paid again, {day}")
            self._amount(said.format(day=self._day(part.on)), part.amount_minor)
        if received.returned_on:
            self._amount(_("Back at your bank"), -received.returned_minor)
        if received.returned_on or received.back:
            self._amount(_("What stays"), received.stays_minor, bold=True)
        for line in received.stays:
            self._amount(_("Of it: {title}").format(title=self._title(line)), line.amount_minor)

    def _title(self, line: Paid) -> str:
        if line.charge is not None:
            return charge_title(line.charge, self.receipt.received_on)
        besides = {
            "": _("Paid ahead"),
            "write_off.reinstated": _("Owed again after it was written off"),
            "party.transferred": _("Given to a roommate's share"),
            "lease.transferred": _("Taken along to another unit"),
            "payment.returned": _("A payment that your bank took back"),
        }
        return besides.get(line.kind) or _("Owed besides")

    def foot(self) -> None:
        self.pdf.ln(8)
        self._say(_("Every figure is read from the books, under the number that stands above."), 9, grey=SECOND)

    def _amount(self, title: str, minor: int, *, bold: bool = False) -> None:
        self.pdf.set_draw_color(INK if bold else RULE)
        self.pdf.line(MARGIN, self.pdf.get_y(), MARGIN + WIDTH, self.pdf.get_y())
        self.pdf.set_font(FONT, "B" if bold else "", 10)
        top, title = self.pdf.get_y(), self._printable(title)
        self.pdf.multi_cell(WIDTH - RIGHT, 8, title, new_x="RIGHT", new_y="TOP")
        bottom = top + 8 * max(1, len(self.pdf.multi_cell(WIDTH - RIGHT, 8, title, dry_run=True, output="LINES")))
        self.pdf.set_xy(MARGIN + WIDTH - RIGHT, top)
        self.pdf.cell(RIGHT, 8, words(minor, self.receipt.currency), align="R")
        self.pdf.set_xy(MARGIN, bottom)

    def _say(self, text: str, size: int, *, bold: bool = False, grey: int = INK) -> None:
        self.pdf.set_font(FONT, "B" if bold else "", size)
        self.pdf.set_text_color(grey)
        self.pdf.multi_cell(WIDTH, size * 0.6, text, new_x="LMARGIN", new_y="NEXT")
        self.pdf.set_text_color(INK)

    def _printable(self, text: str) -> str:
        """On one line, without letters that the font lacks: the library would name them in the log, and they are somebody's name."""
        known = self.pdf.fonts[FONT.lower()].cmap
        return "".join(letter if ord(letter) in known else "?" for letter in " ".join(text.split()))

    def _day(self, day: Any) -> str:
        return f"{dates.day_text(day, day)} {day.year}"
