"""Every movement of the books: made by the rooms' builders, posted through the one door, compared with the table to the cent."""

import re
from collections import defaultdict

import pytest
from django.db.models import Sum

from ledger.journal.invariants import check_invariants
from ledger.journal.kinds import KINDS
from ledger.journal.models import Account, Entry, Transaction
from ledger.journal.queries import available
from payments.chart.drafts import POSTING_KINDS
from payments.chart.owners import OWNERS
from tests.books import leases_rows as _leases_rows
from tests.books import payments_rows as _payments_rows
from tests.books.story import HOME, PAYEE, STEPS, TRUST_BANK, Story, replay, subject_of
from tests.books.tables import CHART, ROWS, Row

assert _leases_rows, _payments_rows

# What each kind is posted for: the object whose id follows the kind in the reference.
OBJECTS = {
    "bank.fee": "bl",
    "bank.line": "bl",
    "bank_charge.recorded": "bc",
    "charge.due": "chg",
    "charge.written_off": "wo",
    "client.covered": "cov",
    "credit.granted": "cre",
    "deposit.deducted": "ded",
    "deposit.draw_returned": "dre",
    "deposit.drawn": "dre",
    "deposit.forwarded": "fwd",
    "deposit.forwarding_returned": "fwd",
    "deposit.interest": "int",
    "deposit.refund_returned": "dre",
    "deposit.refunded": "dre",
    "dispute.fee": "dp",
    "dispute.fee_returned": "dp",
    "dispute.lost": "dp",
    "dispute.opened": "dp",
    "dispute.won": "dp",
    "fees.swept": "swp",
    "fx.converted": "fx",
    "fx.realised": "fx",
    "invoice.finalized": "inv",
    "invoice.paid": "inv",
    "landlord.blocked": "blk",
    "landlord.unblocked": "blk",
    "late_fee.assessed": "chg",
    "late_fee.waived": "lfe",
    "lease.transferred": "tr",
    "loss.written_off": "loss",
    "party.transferred": "tr",
    "payment.completed": "pay",
    "payment.fee": "pay",
    "payment.returned": "pay",
    "payment.settled": "stl",
    "payout.created": "po",
    "payout.failed": "po",
    "payout.fee": "po",
    "payout.paid": "po",
    "payout.returned": "po",
    "processor.fee": "prl",
    "receipt.banked": "slip",
    "receipt.bounced": "rcp",
    "receipt.identified": "bl",
    "receipt.recorded": "rcp",
    "refund.completed": "re",
    "refund.failed": "re",
    "refund.returned": "re",
    "refund.submitted": "re",
    "refund.unclaimed": "re",
    "reserve.placed": "rsv",
    "reserve.released": "rsv",
    "return.fee": "pay",
    "returned_fee.charged": "chg",
    "rounding.absorbed": "prl",
    "tax.remitted": "txr",
    "trust.withdrawn": "wd",
    "verification.sent": "ba",
    "write_off.reinstated": "ri",
}
# What the subject of an account may be, by what its kind is one per.
SUBJECTS = {
    "bank account": {"main"},
    "rail": {"ach", "card", "wire", "instant", "payout", "own_ach"},
    "landlord": {PAYEE},
    "currency": {""},
    "platform": {""},
    "jurisdiction": {"xx"},
    "state": {"xx"},
    "trust bank account": {TRUST_BANK},
    "lease and party": {subject_of(party) for party in ("ann", "bob", "carol", "new")},
    "property": {HOME, "none"},
}
JUDGED = ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I7b", "I8", "I8b", "I9", "I18", "I21", "I24", "I25")
SILENT = {name for name, row in ROWS.items() if not row.entries}


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.name)
def test_row(row: Row):
    story = replay(row.name)
    posted = story.played[row.name]
    assert story.entries(posted) == sorted(row.entries)
    shown = story.balances()
    assert {code: shown[code] for code, _ in row.after} == dict(row.after)
    _check_naming(row, story)
    _check_books(shown)
    _check_subjects_and_items()


def _check_naming(row: Row, story: Story) -> None:
    posted = story.played[row.name]
    if not row.entries:
        assert posted == []
        return
    assert [p.kind for p in posted] == [row.kind]
    assert re.fullmatch(rf"{row.kind}:{OBJECTS[row.kind]}_\w+", posted[0].reference)
    kept = Transaction.objects.get(reference=posted[0].reference)
    assert (kept.kind, kept.effective_on) == (row.kind, posted[0].effective_on)


def _check_books(shown: dict[str, int]) -> None:
    """The database's invariants, and those of trust and of the owner's result, from the printed balances (USD)."""
    findings = {f.code: f for f in check_invariants() if f.code in JUDGED}
    assert set(findings) == set(JUDGED)
    assert [f.broken for f in findings.values() if f.broken] == []
    by_number: dict[str, int] = defaultdict(int)
    for code, balance in shown.items():
        if not code.endswith(".eur"):
            by_number[code[:5]] += balance

    def total(*numbers: str) -> int:
        return sum(by_number[number] for number in numbers)

    assert total("L1310", "L1320") == total("L2200", "L2210", "L2230", "L2240"), "I8: trust bank"
    assert total("L2230") == total("L1330"), "I8: earned"
    assert total("L1510") == total("L2250"), "I18"
    result = sum(-KINDS[n].normal * by_number[n] for n in list(by_number) if n[:2] in ("L4", "L6"))
    assert result == total("L1100", "L1200", "L1210", "L1330", "L1500") - total("L2300"), "I24"
    own = sum(KINDS[n].normal * by_number[n] for n in list(by_number) if KINDS[n].fund == "own")
    client = sum(KINDS[n].normal * by_number[n] for n in list(by_number) if KINDS[n].fund == "client")
    assert client == -own, "I9: our unswept share"


def _check_subjects_and_items() -> None:
    for account in Account.objects.all():
        assert account.subject in SUBJECTS[CHART[account.number].one_per], account.code
        if account.by_item:
            kept = Entry.objects.filter(account=account, item__gt="").aggregate(total=Sum("amount_minor"))["total"] or 0
            assert kept == account.balance_minor, f"{account.code} has entries without an item"


def test_every_row_has_its_step_and_every_step_its_row():
    assert len(ROWS) == 138
    assert STEPS.keys() == ROWS.keys()
    assert {"B2", "D2", "D6", "G2"} == SILENT
    assert {row.kind for row in ROWS.values() if row.entries} == OBJECTS.keys()


def test_every_row_with_entries_is_declared_by_one_builder():
    declared = [(name, kind.kind) for kind in POSTING_KINDS for name in kind.rows.split()]
    assert sorted(declared) == sorted((row.name, row.kind) for row in ROWS.values() if row.entries)
    assert [kind.kind for kind in POSTING_KINDS if not kind.rows] == ["capital"]


def test_a_kind_of_account_that_several_rooms_post_to_stands_in_the_chart():
    rooms: dict[str, set[str]] = defaultdict(set)
    for kind in POSTING_KINDS:
        for name in kind.rows.split():
            for code, _ in ROWS[name].entries:
                rooms[code[:5]].add(kind.room)
    opened_with_the_lease = {"L1500", "L4100"}
    wrong = {
        number: found
        for number, found in rooms.items()
        if number not in opened_with_the_lease and OWNERS[number] != "payments.chart" and found != {OWNERS[number]}
    }
    assert wrong == {}


@pytest.mark.django_db
class TestHold:
    """D2, D6, G2: what the issuer promised stands beside the balances and moves none of them."""

    @pytest.mark.parametrize("name", ["D2", "G2"])
    def test_leaves_the_balances_alone(self, name):
        story = replay(ROWS[name].origin)
        before = story.balances()
        story.play(name)
        assert {code: amount for code, amount in story.balances().items() if amount} == {c: a for c, a in before.items() if a}
        hold = story.holds["pay_1"]
        assert (hold.state, hold.amount_minor) == ("pending", -10_000)
        assert available(Account.objects.get(id=hold.account_id)) == 0, "money to come is not available"

    def test_is_posted_for_what_was_captured_and_released_for_the_rest(self):
        hold = replay("D3").holds["pay_1"]
        hold.refresh_from_db()
        assert (hold.state, hold.posted_minor) == ("posted", 8_000)

    def test_is_released_by_a_void(self):
        story = replay("D6")
        hold = story.holds["pay_1"]
        hold.refresh_from_db()
        assert (hold.state, hold.posted_minor) == ("released", 0)
        assert not Transaction.objects.filter(reference__contains="pay_1").exists()
