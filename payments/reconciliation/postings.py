"""What our own banks and processors tell: a bank line moves the client bank, and nothing else of everyday does."""

from collections.abc import Sequence
from datetime import date, datetime

from ledger.journal.actions import Posting
from ledger.journal.kinds import CREDIT, DEBIT, AccountKind
from payments.chart.accounts import Key, clearing, client_bank, own_bank, platform
from payments.chart.drafts import Draft, cr, dr, postings_of, posts
from payments.chart.owners import own
from payments.reconciliation.models import BankLine

own(
    __name__,
    AccountKind(
        "P1390",
        "unexplained debits",
        DEBIT,
        "client",
        "zero",
        by_item=True,
        one_per="bank account",
        meaning="bank took it, we do not know why; age limit",
    ),
    AccountKind(
        "P2400",
        "unidentified receipts",
        CREDIT,
        "client",
        "zero",
        by_item=True,
        one_per="bank account",
        meaning="money in, owner unknown",
    ),
    AccountKind("P3100", "capital", CREDIT, "own", "any", one_per="platform", meaning="what the company put in"),
    AccountKind("P5100", "processor fees", DEBIT, "own", "any", one_per="rail", meaning="what the rail charges us"),
    AccountKind("P5200", "bank fees", DEBIT, "own", "any", one_per="platform", meaning="what our banks charge us"),
    AccountKind(
        "P5900",
        "rounding",
        DEBIT,
        "own",
        "any",
        one_per="platform",
        meaning="differences in figures that others computed, at most 1 unit per item",
    ),
)


def bank_lines(lines: Sequence[BankLine], at: datetime) -> list[Posting]:
    """One posting a line: bank against the clearing of its rail, under its item."""
    return postings_of([_of_row(line, at) for line in lines])


def _of_row(line: BankLine, at: datetime) -> Draft:
    return bank_line.draft(
        line=line.public_id,
        bank=client_bank(line.currency) if line.bank == "client" else own_bank(line.currency),
        against=clearing(line.rail, line.currency),
        amount_minor=line.amount_minor,
        item=line.item,
        on=line.value_on,
        at=at,
    )


@posts("bank.line", rows="B3 B8 B12 C6 D5 E11 E12 E14 F1 F4 F12 J3 J5 J8 K4 K6 M3 M12")
def bank_line(*, line: str, bank: Key, against: Key, amount_minor: int, item: str, on: date, at: datetime) -> Draft:
    """The statement shows `amount_minor`, + came in, − went out, for `item` of the account `against`.

    That is a rail's clearing, receipts nobody can name (P2400), debits nobody can explain (P1390), or the blocked bank (P1140).
    """
    amount = abs(amount_minor)
    lines = [dr(bank, amount), cr(against, amount, item)] if amount_minor > 0 else [dr(against, amount, item), cr(bank, amount)]
    return Draft(line, on, at, lines)


@posts("receipt.identified", rows="C7")
def receipt_identified(*, line: str, payment: str, bank: str, rail: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """A receipt that nobody could name belongs to a payment after all: the rail has paid for it."""
    lines = [dr(platform("P2400", bank, currency), amount_minor, line), cr(clearing(rail, currency), amount_minor, payment)]
    return Draft(line, on, at, lines)


@posts("processor.fee", rows="D4")
def processor_fee(*, report_line: str, item: str, rail: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """What the processor keeps for an item, from its report."""
    lines = [dr(platform("P5100", rail, currency), amount_minor), cr(clearing(rail, currency), amount_minor, item)]
    return Draft(report_line, on, at, lines)


@posts("rounding.absorbed", rows="J6")
def rounding_absorbed(
    *, report_line: str, item: str, rail: str, currency: str, short_minor: int, on: date, at: datetime, items: int = 1
) -> Draft:
    """A rail's figure is `short_minor` short of its items (− it is over). Beyond one unit per item it is a break: ValueError."""
    if not 0 < abs(short_minor) <= items:
        raise ValueError("rounding takes at most one unit per item")
    rounding, rails = platform("P5900", "", currency), clearing(rail, currency)
    amount = abs(short_minor)
    lines = [dr(rounding, amount), cr(rails, amount, item)] if short_minor > 0 else [dr(rails, amount, item), cr(rounding, amount)]
    return Draft(report_line, on, at, lines)


@posts("bank.fee", rows="J1")
def bank_fee(*, line: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """A bank charged the client bank for us, by mistake: our cost, to be covered the same day."""
    return Draft(line, on, at, [dr(platform("P5200", "", currency), amount_minor), cr(client_bank(currency), amount_minor)])


@posts("client.covered", rows="F11 J2 J4")
def client_covered(*, cover: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """The company pays what clients' money lacks (invariant I9)."""
    return Draft(cover, on, at, [dr(client_bank(currency), amount_minor), cr(own_bank(currency), amount_minor)])


@posts("fees.swept", rows="B9")
def fees_swept(*, sweep: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """Our share moves to our own bank; how much may, the caller asks I9 and I10."""
    return Draft(sweep, on, at, [dr(own_bank(currency), amount_minor), cr(client_bank(currency), amount_minor)])


@posts("capital", rows="")
def capital(*, reference: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """What the company starts with: the opening of BOOKS.md section 3."""
    return Draft(reference, on, at, [dr(own_bank(currency), amount_minor), cr(platform("P3100", "", currency), amount_minor)])
