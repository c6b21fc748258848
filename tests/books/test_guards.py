"""What the page of the books forbids, the database refuses: whoever posts it, and however it was built."""

from collections.abc import Callable
from functools import partial

import pytest

from directpay.events.unit import unit_of_work
from ledger.journal.actions import Posting, PostingRefused, post_many
from payments.chart.drafts import Draft, Line, cr, dr, postings_of
from payments.payouts.postings import payout_created
from payments.reconciliation.postings import fees_swept
from payments.refunds.postings import refund_submitted
from tests.books.story import AT, DAY, PAYEE, THEIRS, TRUST_BANK, USD, WHEN, Story, place, replay, subject_of, theirs

pytestmark = pytest.mark.django_db
PENDING, AVAILABLE = place("P2110", PAYEE), place("P2120", PAYEE)


def refuses(story: Story, make: Callable[[], Posting], code: str, match: str) -> None:
    """And leaves everything as it was."""
    before = story.balances()
    with pytest.raises(PostingRefused, match=match) as refused, unit_of_work():
        post_many([make()], at=AT)
    assert refused.value.code == code
    assert {code: amount for code, amount in story.balances().items() if amount} == {c: a for c, a in before.items() if a}


def by_hand(kind: str, *lines: Line) -> Callable[[], Posting]:
    return lambda: postings_of([Draft("try_1", DAY, AT, lines, kind)])[0]


def test_payout_beyond_available():
    make = partial(payout_created, payout="po_9", amount_minor=149_801, **THEIRS)
    refuses(replay("B5"), make, "balance_insufficient", "P2120/lnd_7.usd would stand at -1")


def test_full_refund_with_the_fee_kept():
    """G9: it needs more than the net, and a refund never makes the balance negative."""
    story = replay("G4")
    with unit_of_work():
        paid = story.card()
    make = partial(refund_submitted, paid, refund="re_9", amount_minor=10_000, settled=True, **WHEN)
    refuses(story, make, "balance_insufficient", "P2120/lnd_7.usd would stand at -290")


def test_sweep_beyond_the_bank():
    make = partial(fees_swept, sweep="swp_9", currency=USD, amount_minor=150_001, **WHEN)
    refuses(replay("B5"), make, "balance_insufficient", "P1110/main.usd would stand at -1")


def test_missing_mirror_leg():
    make = by_hand("mirror.forgotten", dr(AVAILABLE, 100), cr(place("P4110", "ach"), 100))
    refuses(replay("B5"), make, "mirror_missing", "mirror landlord:lnd_7")


def test_trust_pays_an_operating_debt():
    story = replay("K6")
    with unit_of_work():
        debt = story.party()
    make = by_hand("trust.crossed", dr(theirs("L2200", subject_of("bob")), 100), cr(debt, 100))
    refuses(story, make, "funds_mixed", "fund (operating|trust)")


def test_trust_bank_pays_the_owner():
    make = by_hand("trust.spent", dr(theirs("L1200"), 100), cr(theirs("L1310", TRUST_BANK), 100))
    refuses(replay("K6"), make, "funds_mixed", "fund (operating|trust)")


def test_deposit_paid_out_as_rent():
    make = by_hand("payout.created", dr(place("P2210", PAYEE), 100), cr(place("P2160", PAYEE), 100, "po_9"))
    refuses(replay("K4"), make, "mirror_missing", "mirror (trust|landlord):lnd_7")


def test_available_money_and_trust_in_one_transaction():
    """I25: what K15 may do, no other kind may."""
    lines = [
        dr(AVAILABLE, 100),
        cr(place("P1210", "ach"), 100, "pay_1"),
        dr(theirs("L2200", subject_of("bob")), 100),
        cr(theirs("L2230", TRUST_BANK), 100),
        dr(theirs("L1330", TRUST_BANK), 100),
        cr(theirs("L1100"), 100),
    ]
    refuses(replay("K6"), by_hand("payment.fee", *lines), "books_mixed", "mixes two payees, or available money and trust")


def test_currencies_mixed():
    make = by_hand("mixed", dr(place("P1210", "card", "eur"), 100, "pay_1"), cr(PENDING, 100))
    refuses(replay("B5"), make, "currencies_mixed", "is unbalanced")


def test_two_payees_in_one_transaction():
    lines = [
        dr(AVAILABLE, 100),
        cr(place("P2120", "lnd_8"), 100),
        dr(("L1100", "lnd_8", USD, "lnd_8"), 100),
        cr(("L4800", "none", USD, "lnd_8"), 100),
        dr(theirs("L6110", "none"), 100),
        cr(theirs("L1100"), 100),
    ]
    refuses(replay("B5"), by_hand("landlords.mixed", *lines), "books_mixed", "mixes two payees")


@pytest.mark.parametrize(("kind", "below"), [("payment.returned", True), ("reserve.placed", False), ("loss.written_off", False)])
def test_only_the_kinds_of_rule_6_overdraw(kind, below):
    story = replay("F8")  # available stands at 0
    lines = [dr(AVAILABLE, 1), cr(place("P2140", PAYEE), 1, "rsv_9")]
    if below:
        with unit_of_work():
            post_many([by_hand(kind, *lines)()], at=AT)
        assert story.balances()["P2120"] == -1
    else:
        refuses(story, by_hand(kind, *lines), "balance_insufficient", "P2120/lnd_7.usd would stand at -1")
