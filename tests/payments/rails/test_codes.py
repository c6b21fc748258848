import pytest

from payments.rails.codes import CODES, explain


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


def test_speaks_in_whole_sentences_that_blame_nobody():
    for found in CODES.values():
        assert found.sentence.endswith(".")
        assert "you" not in found.sentence.lower().split()
        assert len(found.sentence) <= 200, "it must fit its column"
