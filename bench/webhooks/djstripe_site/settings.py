"""Its own settings; the database, the secret and the endpoint's UUID come from the benchmark."""

import os

from psycopg.conninfo import conninfo_to_dict

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
_at = conninfo_to_dict(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _at["dbname"],
        "USER": _at["user"],
        "PASSWORD": _at.get("password", ""),
        "HOST": _at["host"],
        "PORT": _at.get("port", ""),
        "CONN_MAX_AGE": 600,
    }
}
USE_TZ = True
STRIPE_TEST_SECRET_KEY = "sk_test_" + "x" * 24  # it is never used: nobody is called
STRIPE_LIVE_MODE = False
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
