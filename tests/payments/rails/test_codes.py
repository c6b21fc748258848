import pytest
from django.utils import translation

from payments.rails.codes import CODES, DECLINES, explain


@pytest.mark.parametrize(
    ("code", "failure_code", "voids"),
    [
        ("R01", "insufficient_funds", False),
        ("R02", "account_closed", False),
        ("R10", "debit_not_authorized", True),
        ("R29", "debit_not_authorized", True),
    ],
)
def test_explains_what_the_bank_said(code, failure_code, voids):
    found = explain(code)
    assert (found.code, found.failure_code, found.voids_mandate) == (code, failure_code, voids)


def test_passes_on_what_it_does_not_know():
    found = explain("R99")
    assert (found.code, found.failure_code, found.voids_mandate) == ("R99", "bank_refused", False)


@pytest.mark.parametrize(
    ("code", "failure_code", "voids"),
    [
        ("card_declined/insufficient_funds", "card_declined", False),  # why stands behind the slash
        ("card_declined/generic_decline", "card_declined", False),
        ("card_declined/lost_card", "card_declined", False),  # whoever holds it is not told
        ("card_declined/one_of_next_year", "card_declined", False),
        ("expired_card", "expired_card", False),
        ("account_closed", "account_closed", False),  # a bank account at Stripe
        ("debit_not_authorized", "debit_not_authorized", True),
        ("never_received", "never_received", False),
    ],
)
def test_explains_what_stripe_said(code, failure_code, voids):
    found = explain(code)
    assert (found.code, found.failure_code, found.voids_mandate) == (code, failure_code, voids)


def test_says_of_a_bank_account_what_a_return_would_say():
    assert explain("insufficient_funds").sentence == explain("R01").sentence
    assert explain("card_declined/insufficient_funds").sentence == "There was not enough on the card."


def test_speaks_in_whole_sentences_that_blame_nobody():
    for sentence in [*(found.sentence for found in CODES.values()), *(sentence for _, sentence in DECLINES.values())]:
        assert sentence.endswith(".")
        assert "you" not in sentence.lower().split()
        assert len(sentence) <= 200, "it must fit its column"


def test_every_sentence_is_known_in_spanish():
    with translation.override("es"):
        sentences = {found.sentence for found in CODES.values()} | {sentence for _, sentence in DECLINES.values()}
        assert {sentence for sentence in sentences if translation.gettext(sentence) == sentence} == set()
