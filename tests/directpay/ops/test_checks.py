import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from directpay.ops.checks import refuse_unsafe

ROOT = Path(__file__).resolve().parents[3]
SAFE = {
    "SANDBOX": False,
    "DIRECTPAY_MODE": "live",
    "DEBUG": False,
    "SECRET_KEY": "x" * 50,
    "VAULT_KEYS": "v1:…",
    "AGENCY_TERMS_CONFIRMED": "Dana Reyes, 2026-11-01",
    "MAIL_ON": True,
    "MAIL_URL": "smtp+tls://mail.example.com:587",
    "PAYPAL_VERIFY": "certificate",
    "LIVE_RAILS": ["ach"],
}


def test_lets_safe_settings_and_any_sandbox_pass():
    refuse_unsafe(SimpleNamespace(**SAFE))
    refuse_unsafe(SimpleNamespace(**{**SAFE, "MAIL_ON": False, "MAIL_URL": ""}))
    refuse_unsafe(SimpleNamespace(**{**SAFE, "SANDBOX": True, "DEBUG": True, "SECRET_KEY": ""}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"DIRECTPAY_MODE": "prod"}, "sandbox or live"),
        ({"DEBUG": True}, "DEBUG"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"VAULT_KEYS": ""}, "DIRECTPAY_VAULT_KEYS"),
        ({"AGENCY_TERMS_CONFIRMED": ""}, "appointed you to collect"),
        ({"MAIL_URL": ""}, "MAIL_URL is not set"),
        ({"PAYPAL_VERIFY": "demo"}, "PAYPAL_VERIFY is .demo."),
        ({"LIVE_RAILS": []}, "no rail to a real bank"),
    ],
)
def test_refuses_live_mode(change, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        refuse_unsafe(SimpleNamespace(**{**SAFE, **change}))


def test_djangos_own_checks_for_a_deployment_find_nothing():
    words = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", "--settings", "tests.live_settings"]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}  # browser tests set it
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (3 silenced).\n"), done.stderr[-2_000:]
