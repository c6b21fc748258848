"""The integrity page: what each invariant said, and a button that asks again."""

import pytest

from directpay.due.run import run_all
from directpay.ops.clock import set_clock
from ledger.integrity.actions import check_books
from ledger.integrity.models import Check
from ledger.journal.actions import credit, debit
from tests.directpay.cast import sam
from tests.leases.portal.reading import signed_in
from tests.ledger.books import AT, open_books, post, posting
from tests.ledger.journal.test_pages import words_of

pytestmark = pytest.mark.django_db
PAGE, NOW = "/admin/ledger/check/", "/admin/ledger/check/now/"


@pytest.fixture
def b():
    set_clock(AT, frozen=True)
    return open_books()


@pytest.fixture
def dana(b):
    return signed_in(sam())


def test_says_that_nobody_asked_yet(dana):
    assert "The books were never checked." in words_of(dana.get(PAGE))


def test_says_for_each_holds_broken_by_how_much_or_not_yet_applicable_and_why(b, dana):
    post(posting("t:1", debit(b.bank, 500), credit(b.clearing, 500, "pay_1")))
    check_books(asked_by="system:daily", at=AT)
    said = words_of(dana.get(PAGE))
    assert "1 broken" in said
    assert "Checked 2 Nov 2026, 10:00:00 ET, asked by system:daily." in said
    assert "has covered. currency booked told off by, in minor units usd 500 0 500 broken by $5.00" in said
    assert "I3 All balances of a book and currency sum to zero. holds" in said
    assert "I14 What is set aside for disputes is the sum of the open disputes. Disputes are not kept yet. not yet applicable" in said
    assert "Now: $0.00" in said, "the figure of what is not judged"


def test_asks_nothing_of_the_entries(b, dana, django_assert_max_num_queries):
    check_books(asked_by="system:daily", at=AT)
    dana.get(PAGE)
    with django_assert_max_num_queries(9):
        dana.get(PAGE)


def test_the_button_has_the_worker_check(b, dana):
    assert dana.post(NOW)["Location"] == PAGE
    assert not Check.objects.exists()
    waiting = dana.get(PAGE)
    assert "A check has been asked for." in words_of(waiting)
    assert 'http-equiv="refresh"' in waiting.content.decode()
    run_all()
    check = Check.objects.get()
    assert check.asked_by.startswith("user:usr_")
    shown = dana.get(PAGE)
    assert 'http-equiv="refresh"' not in shown.content.decode()
    assert f"asked by {check.asked_by}" in words_of(shown)


def test_an_earlier_check_stays_to_be_read(b, dana):
    first = check_books(asked_by="system:daily", at=AT)
    post(posting("t:1", debit(b.bank, 500), credit(b.clearing, 500, "pay_1")))
    check_books(asked_by="system:daily", at=AT)
    assert "nothing broken" in words_of(dana.get(f"{PAGE}{first.id}/change/"))
    assert "1 broken" in words_of(dana.get(PAGE))


def test_only_a_post_asks(dana):
    assert dana.get(NOW).status_code == 405
    assert dana.post(PAGE).status_code == 405
    for nonsense in ("0", "x", "9" * 30):
        assert dana.get(f"{PAGE}{nonsense}/change/").status_code == 404
