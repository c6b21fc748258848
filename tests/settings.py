"""Settings of a test run: this machine's environment and `.env` are not asked where the services are."""

import base64
import os

from tests import services

os.environ |= services.environment()
if database := os.environ.get("DIRECTPAY_TEST_DATABASE"):  # set for the one command that migrates the template
    os.environ["DATABASE_URL"] = services.addresses().runtime_url(database)
    os.environ["DATABASE_OWNER_URL"] = services.addresses().owner_url(database)
    os.environ["DIRECTPAY_DATABASE_ROLE"] = os.environ.get("DIRECTPAY_TEST_ROLE", "runtime")
for name in ("DEBUG", "DIRECTPAY_RAIL_PROFILE", "DIRECTPAY_RAIL_SPEED", "DIRECTPAY_RAIL_SEED", "DIRECTPAY_EXTRA_APPS", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
os.environ["SECRET_KEY"] = "tests"  # noqa: S105
os.environ["DIRECTPAY_VAULT_KEYS"] = "v1:" + base64.b64encode(b"directpay-test-vault-key-32bytes").decode()

from directpay.settings import *  # noqa: E402, F403
from directpay.settings import INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "tests"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
