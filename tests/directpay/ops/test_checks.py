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
    "PAYPAL_DEMO_SECRET": "",
    "LIVE_RAILS": ["ach"],
    "STRIPE_SECRET_KEY": "",
    "STRIPE_WEBHOOK_SECRETS": [],
    "STRIPE_API_BASE": "",
    "PAYPAL_CLIENT_ID": "",
    "PAYPAL_API_BASE": "https://api-m.paypal.com",
}
A_CLIENT = {"PAYPAL_CLIENT_ID": "client"}


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
        ({"STRIPE_SECRET_KEY": "sk_test_" + "x" * 24}, "not a secret key of Stripe's live mode"),
        ({"STRIPE_SECRET_KEY": "pk_live_" + "x" * 24}, "not a secret key"),
        ({"STRIPE_SECRET_KEY": "sk_live_" + "x" * 24}, "STRIPE_WEBHOOK_SECRET is not set"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:12111"}, "STRIPE_API_BASE names a stand-in"),
        ({"STRIPE_WEBHOOK_SECRETS": ["whsec_one", "two"]}, "not what Stripe signs"),
        ({**A_CLIENT, "PAYPAL_API_BASE": "https://api-m.sandbox.paypal.com"}, "names PayPal's sandbox or a stand-in"),
        ({**A_CLIENT, "PAYPAL_API_BASE": "http://127.0.0.1:12121"}, "names PayPal's sandbox or a stand-in"),
    ],
)
def test_refuses_live_mode(change, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        refuse_unsafe(SimpleNamespace(**{**SAFE, **change}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"STRIPE_SECRET_KEY": "sk_live_" + "x" * 24}, "not a secret key of Stripe's test mode"),
        ({"STRIPE_SECRET_KEY": "rk_live_" + "x" * 24}, "not a secret key of Stripe's test mode"),
        ({**A_CLIENT, "PAYPAL_API_BASE": "https://api-m.paypal.com/"}, "names PayPal itself"),
    ],
)
def test_refuses_a_sandbox_that_could_move_real_money(change, said):
    with pytest.raises(ImproperlyConfigured, match=said) as refused:
        refuse_unsafe(SimpleNamespace(**{**SAFE, "SANDBOX": True, **change}))
    assert "xxxx" not in str(refused.value), "the key itself is never said"


@pytest.mark.parametrize("secret", ["my secret!", "c2hvcnQ=", "whsec_c2hvcnQ=", f"whsec_{'QUFB' * 8},other"])
def test_refuses_a_shared_secret_that_is_none(secret):
    given = {**SAFE, "SANDBOX": True, "PAYPAL_VERIFY": "demo", "PAYPAL_DEMO_SECRET": secret}
    with pytest.raises(ImproperlyConfigured, match="PAYPAL_DEMO_SECRET is not the base64 of at least 16 bytes") as refused:
        refuse_unsafe(SimpleNamespace(**given))
    assert secret not in str(refused.value)
    refuse_unsafe(SimpleNamespace(**{**given, "PAYPAL_DEMO_SECRET": f"whsec_{'QUFB' * 8}, {'QUFB' * 8}"}))


def test_refuses_a_way_to_verify_that_there_is_not():
    with pytest.raises(ImproperlyConfigured, match="PAYPAL_VERIFY is 'certifcate': it is certificate, api, demo"):
        refuse_unsafe(SimpleNamespace(**{**SAFE, "SANDBOX": True, "PAYPAL_VERIFY": "certifcate"}))


def test_takes_keys_of_its_own_mode():
    both = {"STRIPE_WEBHOOK_SECRETS": ["whsec_new", "whsec_old"]}
    refuse_unsafe(SimpleNamespace(**{**SAFE, **both, "STRIPE_SECRET_KEY": "rk_live_" + "x" * 24}))
    stand_in = {"STRIPE_SECRET_KEY": "sk_test_" + "x" * 24, "STRIPE_API_BASE": "http://127.0.0.1:12111"}
    refuse_unsafe(SimpleNamespace(**{**SAFE, **both, **stand_in, "SANDBOX": True}))
    refuse_unsafe(SimpleNamespace(**{**SAFE, **A_CLIENT}))
    refuse_unsafe(SimpleNamespace(**{**SAFE, **A_CLIENT, "SANDBOX": True, "PAYPAL_API_BASE": "http://127.0.0.1:12121"}))


def test_djangos_own_checks_for_a_deployment_find_nothing():
    words = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", "--settings", "tests.live_settings"]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}  # browser tests set it
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (3 silenced).\n"), done.stderr[-2_000:]
