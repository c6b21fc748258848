from datetime import UTC, date, datetime

import pytest

from directpay.kernel.sheets import csv_line, figure


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_becomes_a_formula(text):
    assert csv_line([text]).lstrip('"').startswith("'")


def test_numbers_stay_numbers_below_zero_too():
    assert csv_line([-150_000, figure(-150_000, "usd"), figure(7, "jpy"), 0]) == "-150000,-1500.00,7,0\r\n"


def test_texts_are_quoted_where_they_must_be_and_kept_as_they_are():
    assert csv_line(['a "b", c', "Señora Muñoz", "", None]) == '"a ""b"", c",Señora Muñoz,,\r\n'


def test_moments_are_written_in_full():
    assert (
        csv_line([date(2026, 11, 1), datetime(2026, 11, 2, 15, 0, 0, 5, tzinfo=UTC)]) == "2026-11-01,2026-11-02T15:00:00.000005+00:00\r\n"
    )
