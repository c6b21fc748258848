import pytest

from directpay.events.unit import unit_of_work
from ledger.journal.actions import Leg, post_many
from payments.chart.drafts import Draft, cr, dr, opposite, postings_of, posts
from payments.payouts.postings import payout_created
from payments.reconciliation.postings import fees_swept
from tests.books.story import AT, DAY, PAYEE, THEIRS, USD, WHEN, place
from tests.ledger.books import account

BANK, EQUITY = place("P1130"), place("P3100", "")


def draft(*lines, of: str = "x_1") -> Draft:
    return Draft(of, DAY, AT, lines, "test")


@pytest.mark.django_db
class TestPostingsOf:
    def test_names_the_transaction_and_finds_the_accounts(self):
        bank, equity = account("P1130", "main"), account("P3100")
        with unit_of_work():
            (posting,) = postings_of([draft(dr(BANK, 5), cr(equity, 5))])
        assert (posting.reference, posting.kind, posting.effective_on) == ("test:x_1", "test", DAY)
        assert list(posting.legs) == [Leg(bank.id, 5), Leg(equity.id, -5)]

    def test_finds_the_accounts_of_a_set_in_one_query(self, django_assert_num_queries):
        drafts = [payout_created.draft(payout=f"po_{n}", amount_minor=1 + n, **THEIRS) for n in range(50)]
        drafts.append(fees_swept.draft(sweep="swp_1", currency=USD, amount_minor=1, **WHEN))
        with unit_of_work():
            postings_of(drafts)
        with unit_of_work(), django_assert_num_queries(1):
            postings = postings_of(drafts)
        assert [p.kind for p in postings] == ["payout.created"] * 50 + ["fees.swept"]

    def test_leaves_out_lines_of_zero_and_opens_nothing_for_them(self):
        with unit_of_work():
            (posting,) = postings_of([draft(dr(BANK, 5), cr(EQUITY, 5), dr(place("P2120", PAYEE), 0))])
            post_many([posting], at=AT)
        assert len(posting.legs) == 2

    def test_makes_nothing_of_nothing(self):
        assert postings_of([]) == []

    def test_is_the_same_as_calling_the_kind(self):
        with unit_of_work():
            made = payout_created(payout="po_1", amount_minor=1, **THEIRS)
            assert [made] == postings_of([payout_created.draft(payout="po_1", amount_minor=1, **THEIRS)])


@pytest.mark.parametrize("amount", [-1, 1.0, "1", True])
@pytest.mark.parametrize("side", [dr, cr])
def test_a_line_takes_whole_minor_units_and_a_side(side, amount):
    with pytest.raises(ValueError, match="whole number of minor units"):
        side(BANK, amount)


def test_opposite_turns_every_line():
    assert opposite([dr(BANK, 5, "a"), cr(EQUITY, 5)]) == [cr(BANK, 5, "a"), dr(EQUITY, 5)]


def test_a_declared_kind_knows_its_room_and_its_sentence(monkeypatch):
    monkeypatch.setattr("payments.chart.drafts.POSTING_KINDS", [])

    @posts("test.kind", rows="A1 A2")
    def made(*, amount_minor: int) -> Draft:
        """What it posts.

        And more.
        """
        return draft(dr(BANK, amount_minor))

    assert (made.room, made.name, made.sentence) == ("tests.payments.chart", "made", "What it posts.")
    assert made.draft(amount_minor=1).kind == "test.kind"
