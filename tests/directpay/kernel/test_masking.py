import pytest
from hypothesis import given
from hypothesis import strategies as st

from directpay.kernel.masking import HIDDEN, is_card_number, mask, masked

GONE = [
    ("card 4242424242424242 declined", "4242424242424242"),
    ("card 4242 4242 4242 4242 declined", "4242 4242"),
    ("card 5555-5555-5555-4444", "5555-5555"),
    ("account_number=000123456789&routing_number=110000000", "000123456789"),
    ('{"account_number": "000123456789", "amount": 5}', "000123456789"),
    ("us_bank_account[account_number]=000123456789", "000123456789"),
    ("{'routing_number': '110000000'}", "110000000"),
    ("no user bob@example.com here", "bob@example.com"),
    ("O'Neil o'neil+rent@mail.example.co.uk", "mail.example"),
    ("call +1 614 555 0123", "555 0123"),
    ("call (614) 555-0123", "555-0123"),
    ("call 614-555-0123.", "555-0123"),
    ("Authorization: Bearer sk_test_abcdefghijklmnop", "abcdefghijklmnop"),
    ("Bearer abc.def-ghi_jkl", "abc.def"),
    ("Basic c2tfdGVzdF9hYmM6", "c2tfdGVzdF9hYmM6"),
    ("key sk_live_0123456789abcdef revoked", "0123456789abcdef"),
    ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8"),
    ("pi_3MtwBw_secret_YrKJUKribcBjcG8HVhfZluoGH", "YrKJUK"),
    ("password='hunter2 is long'", "hunter2"),
    ("postgres://owner:s3cret@localhost/db", "s3cret"),
]
STAYS = [
    "pay_3Xq9Zk2LmN8vB4cD6eF1gH7j settled after 150000",
    "request req_00112233445566778899aabb took 12.5 ms",
    "charge.due:chg_zhzVxdLsI9wxcD8YR9SGZ60P of 2026-11-25T19:03:42.123456+00:00",
    "018f4c8e-9b1a-7cc0-8d55-1234567890ab",
    "transaction 1234567890123 of account 42",
    "balance_insufficient: P1130/main.usd would stand at -77",
    "queue reconciliation.lines: 500 rows, attempt 3",
    "from 127.0.0.1:18000 to 10.0.0.12",
    "account: acct_1 holds 9999999999 in 2026-11-01..2026-12-01",
]


@pytest.mark.parametrize(("text", "secret"), GONE)
def test_hides(text, secret):
    found = mask(text)
    assert secret not in found
    assert HIDDEN in found


@pytest.mark.parametrize("text", STAYS)
def test_leaves(text):
    assert mask(text) == text


@given(st.from_regex(r"(?:[A-Za-z_0-9]{0,12}|[-/{}]|sk_test_\w{0,8}|whsec_\w{0,8}|\d{0,20}){0,6}", fullmatch=True))
def test_what_looks_plain_is_spared_the_search_and_loses_nothing_by_it(text):
    """Behind a space nothing is plain: the long way says the same."""
    assert mask(f" {text}") == f" {mask(text)}"


def test_keeps_the_last_four_digits_of_a_card():
    assert mask("card 4242424242424242") == f"card {HIDDEN}4242"


def test_keeps_what_stands_around_a_secret():
    found = mask('{"account_number": "000123456789", "amount": 150000, "rail": "ach"}')
    assert found == f'{{"account_number": "{HIDDEN}", "amount": 150000, "rail": "ach"}}'
    assert mask("a=1&password=x&b=2") == f"a=1&password={HIDDEN}&b=2"


def test_hides_by_name_whatever_the_value():
    given = {"email": None, "HTTP_AUTHORIZATION": "x", "inner": [{"token": 5, "amount": 5}], "who": "bob@example.com", "n": 7}
    assert masked(given) == {
        "email": HIDDEN,
        "HTTP_AUTHORIZATION": HIDDEN,
        "inner": [{"token": HIDDEN, "amount": 5}],
        "who": HIDDEN,
        "n": 7,
    }


def test_comes_to_an_end_in_what_contains_itself():
    loop: list = []
    loop.append(loop)
    assert HIDDEN in str(masked(loop))


@pytest.mark.parametrize(
    ("digits", "card"), [("4242424242424242", True), ("4242424242424241", False), ("378282246310005", True), ("18", False)]
)
def test_knows_a_card_number_by_its_check_digit(digits, card):
    assert is_card_number(digits) is card


def test_is_the_same_when_it_is_done_twice():
    for text, _ in GONE:
        assert mask(mask(text)) == mask(text)
