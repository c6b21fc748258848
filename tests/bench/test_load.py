"""The load test runs, and nothing is paid twice; how fast is asked of `make test-load`."""

import pytest

from bench.load import ran, told
from directpay.ops.temporary import temporary_stack

pytestmark = pytest.mark.xdist_group("stack")  # whole installations, one after the other on one worker


@pytest.mark.parametrize("broken", [{"duplicates": 1}, {"errors": 1}, {"keys": 0}])
def test_says_so_when_it_is_not_as_promised(broken, capsys):
    times = {"0.5": 1, "0.95": 2, "0.99": 3}
    fine = {"keys": 5, "duplicates": 0, "errors": 0, "requests": 9, "rate": 1.0, "said": [], "milliseconds": {"all": times}}
    assert told(fine, 5) == 0
    assert told(fine, 6) == 1, "a payment that no key explains"
    assert told({**fine, **broken}, 0) == 1
    assert "duplicates 0, errors 0" in capsys.readouterr().out


def test_a_few_users_pay_twice_and_are_charged_once(tmp_path):
    with temporary_stack(tmp_path / "home") as stack:
        found, payments = ran(stack, users=4, rate=4, seconds=12)
    assert told(found, payments) == 0
    assert found["keys"] == payments > 0
