"""Every benchmark runs, in its short form: its code stays alive. What it measures is asked of `make bench`, never of a test."""

import pytest

from bench.__main__ import BENCHMARKS, find
from bench.hordak import ENVIRONMENT
from bench.place import here

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("bench")]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_runs(name):
    if name == "hordak" and not (ENVIRONMENT / "bin" / "python").exists():
        pytest.skip("django-hordak is installed by `make bench` alone")
    result = find(name)(here(), short=True)
    assert result.rows
    assert all(len(row.figures) == len(result.columns) for row in result.rows)
    assert result.title in result.markdown()
