"""Its own settings; the database, the secret and the endpoint's UUID come from the benchmark."""

import os
from urllib.parse import urlsplit

SECRET_KEY = "only for a benchmark on this machine"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "bench.webhooks.djstripe_site.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "djstripe"]
# What startproject writes, as far as it concerns a webhook.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_at = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _at.path.lstrip("/"),
        "USER": _at.username,
        "PASSWORD": _at.password or "",
        "HOST": _at.hostname,
        "PORT": _at.port or "",
        "CONN_MAX_AGE": 600,
    }
}
USE_TZ = True
STRIPE_TEST_SECRET_KEY = "sk_test_for_a_benchmark"
STRIPE_LIVE_MODE = False
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
