from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from directpay.ops.checks import refuse_unsafe

SAFE = {
    "SANDBOX": False,
    "DIRECTPAY_MODE": "live",
    "DEBUG": False,
    "SECRET_KEY": "x" * 50,
    "VAULT_KEYS": "v1:…",
    "AGENCY_TERMS_CONFIRMED": "Dana Reyes, 2026-11-01",
    "LIVE_RAILS": ["ach"],
}


def test_lets_safe_settings_and_any_sandbox_pass():
    refuse_unsafe(SimpleNamespace(**SAFE))
    refuse_unsafe(SimpleNamespace(**{**SAFE, "SANDBOX": True, "DEBUG": True, "SECRET_KEY": ""}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"DIRECTPAY_MODE": "prod"}, "sandbox or live"),
        ({"DEBUG": True}, "DEBUG"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"VAULT_KEYS": ""}, "DIRECTPAY_VAULT_KEYS"),
        ({"AGENCY_TERMS_CONFIRMED": ""}, "appointed you to collect"),
        ({"LIVE_RAILS": []}, "no rail to a real bank"),
    ],
)
def test_refuses_live_mode(change, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        refuse_unsafe(SimpleNamespace(**{**SAFE, **change}))
