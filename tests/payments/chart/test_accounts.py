import pytest

from directpay.events.unit import unit_of_work
from ledger.journal.models import Account
from payments.chart.accounts import accounts, of_payee, platform
from tests.ledger.books import AT

pytestmark = pytest.mark.django_db
KEYS = [
    platform("P1210", "ach", "usd"),
    platform("P2110", "py_1", "usd"),
    of_payee("L1100", "py_1", "usd"),
    of_payee("L4100", "py_1", "usd", "prop_1"),
]


def find(keys):
    with unit_of_work():
        return accounts(keys, at=AT)


def test_opens_what_is_not_there_in_the_right_book():
    found = find(KEYS)
    assert list(found) == KEYS
    assert [(a.code, str(a.book)) for a in found.values()] == [
        ("P1210/ach.usd", "P"),
        ("P2110/py_1.usd", "P"),
        ("L1100/py_1.usd", "L/py_1"),
        ("L4100/prop_1.usd", "L/py_1"),
    ]


def test_finds_them_again_in_one_query(django_assert_num_queries):
    first = find(KEYS)
    with unit_of_work(), django_assert_num_queries(1):
        again = accounts([*KEYS, *KEYS], at=AT)
    assert {key: a.id for key, a in again.items()} == {key: a.id for key, a in first.items()}


def test_does_not_take_one_payees_account_for_another():
    find([of_payee("L1100", "py_1", "usd")])
    assert find([of_payee("L1100", "py_2", "usd", "py_1")]) != find([of_payee("L1100", "py_1", "usd")])
    assert Account.objects.filter(number="L1100").count() == 2


def test_finds_nothing_for_nothing():
    assert find([]) == {}


def test_opens_them_in_one_order_whatever_was_asked():
    """Two sets that open the same accounts at the same moment wait for each other in one order, or they would lock up."""
    find(reversed(KEYS))
    opened = list(Account.objects.order_by("id").values_list("number", flat=True))
    assert opened == sorted(opened)
