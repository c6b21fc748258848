import psycopg
import pytest

from directpay.events.unit import unit_of_work
from ledger.journal.actions import open_account, open_book
from ledger.journal.kinds import AccountKind, register_kinds
from ledger.journal.models import Book
from tests.ledger.books import AT, PAYEE, account

pytestmark = pytest.mark.django_db


def test_opens_at_zero_with_the_nature_of_its_kind():
    made = account("P2120", PAYEE)
    assert (made.normal, made.fund, made.floor, made.mirror, made.by_item) == (-1, "client", "kinds", f"landlord:{PAYEE}", False)
    assert (made.balance_minor, made.last_seq, made.shown_minor) == (0, 0, 0)
    assert made.code == "P2120/py_1.usd"
    assert (made.accepts_payments, made.payable_limit, made.pays_into, made.cost_account) == (False, "closed", "", None)


def test_finds_the_one_that_stands():
    made = account("P1210", "ach")
    assert account("P1210", "ach").id == made.id
    assert account("P1210", "wire").id != made.id
    assert account("P1210", "ach", currency="eur").id != made.id


def test_opens_a_book_once_for_each_payee():
    account("L1100", "py_1", book="py_1")
    account("L1500", "lse_1:joint", book="py_1")
    account("L1100", "py_2", book="py_2")
    account("P1110", "main")
    assert sorted(str(book) for book in Book.objects.all()) == ["L/py_1", "L/py_2", "P"]


def test_mirrors_the_payee_whatever_its_subject():
    assert account("L1100", "else", book=PAYEE, mirror_subject=PAYEE).mirror == f"landlord:{PAYEE}"
    assert account("L4100", "prop_1", book=PAYEE, mirror_subject=PAYEE).mirror == ""


def test_keeps_what_the_payment_engine_must_know():
    cost = account("L6100", "prop_1", book=PAYEE)
    made = account("L1500", "x", book=PAYEE, accepts_payments=True, payable_limit="balance", pays_into="operating", cost_account=cost)
    assert (made.accepts_payments, made.payable_limit, made.pays_into, made.cost_account) == (True, "balance", "operating", cost)


def test_refuses_a_kind_of_the_other_book():
    with unit_of_work(), pytest.raises(ValueError, match="does not stand in a book of kind L"):
        open_account(open_book("L", PAYEE, at=AT), "P1110", currency="usd", at=AT)


def test_refuses_a_kind_that_nobody_registered():
    with pytest.raises(KeyError, match="P9999"):
        account("P9999")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("column", ["number", "subject", "currency", "normal", "fund", "floor", "mirror", "by_item", "book_id"])
def test_its_nature_is_fixed_even_for_the_owner(column, owner_url):
    account("P1110", "main")
    account("L1100", PAYEE, book=PAYEE)
    other = {"normal": "-normal", "by_item": "NOT by_item", "book_id": "(SELECT max(id) FROM ledger_book)"}.get(column, "'x'")
    with psycopg.connect(owner_url) as connection, pytest.raises(psycopg.IntegrityError, match="is fixed"):
        connection.execute(f"UPDATE ledger_account SET {column} = {other} WHERE number = 'P1110'")


class TestKinds:
    def test_the_same_again_is_the_same(self):
        register_kinds(AccountKind("P1110", "client bank", 1, "client", "zero"))

    def test_the_same_number_with_another_meaning_is_a_mistake(self):
        with pytest.raises(ValueError, match="P1110 is registered twice"):
            register_kinds(AccountKind("P1110", "client bank", 1, "client", "any"))
