"""Settings of a test run: this machine's environment and `.env` are not asked where the services are."""

import base64
import os
import re

from tests import services

for _name in re.findall(r"^#?([A-Z_]+)=", (services.ROOT / ".env.example").read_text(), re.MULTILINE):
    os.environ.pop(_name, None)
os.environ |= services.environment()
os.environ |= {
    "DIRECTPAY_ENV_FILE": os.devnull,
    "SECRET_KEY": "tests",
    "DIRECTPAY_VAULT_KEYS": "v1:" + base64.b64encode(b"directpay-test-vault-key-32bytes").decode(),
}

from directpay.settings import *
from directpay.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
RATES = dict.fromkeys(("key", "user", "address"), "0")  # a test that is about them sets them
