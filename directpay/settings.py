"""Settings come from the environment or `.env`; `.env.example` lists them all."""

import os
from pathlib import Path

import environ

from directpay.ops.logs import configuration

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(env.str("DIRECTPAY_ENV_FILE", str(BASE_DIR / ".env")))

# --- what this installation is -------------------------------------------------------------------------------------
DIRECTPAY_HOME = Path(env.str("DIRECTPAY_HOME", "") or BASE_DIR / "var")
DATABASE_ROLE = env.str("DIRECTPAY_DATABASE_ROLE", "runtime")  # runtime | owner
for _name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "DIRECTPAY_VAULT_KEYS"):
    if not os.environ.get(_name):  # left empty is not set
        os.environ.pop(_name, None)
# What `make up` made, unless the environment says otherwise.
for _made in ("secrets.env", "run/services.env", *(["run/owner.env"] if DATABASE_ROLE == "owner" else [])):
    environ.Env.read_env(DIRECTPAY_HOME / _made)
DIRECTPAY_MODE = env.str("DIRECTPAY_MODE", "sandbox")  # sandbox | live
SANDBOX = DIRECTPAY_MODE == "sandbox"
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- money ----------------------------------------------------------------------------------------------------------
# Who confirmed the agency terms, and when (BOOKS.md 7.18); live mode asks for it.
AGENCY_TERMS_CONFIRMED = env.str("DIRECTPAY_AGENCY_TERMS_CONFIRMED", "")
LIVE_RAILS: list[str] = []  # rails that reach a real bank: none yet
RAIL_PROFILE = env.str("DIRECTPAY_RAIL_PROFILE", "demo")  # demo: seconds | calendar: bank days
RAIL_SPEED = env.float("DIRECTPAY_RAIL_SPEED", 1.0)  # divides the delays of the demo profile
RAIL_SEED = env.str("DIRECTPAY_RAIL_SEED", "directpay")
# Versioned keys for what is encrypted at rest, newest first: "v2:<32 bytes base64>,v1:<…>".
VAULT_KEYS = env.str("DIRECTPAY_VAULT_KEYS", "")
MAX_BODY_BYTES = 256 * 1024
PAYMENT_MAX_MINOR = 100_000_000  # $1,000,000.00, the limit of same-day ACH

# --- applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "directpay",
    "ledger",
    "payments",
    "leases",
    "webhooks",
    *env.list("DIRECTPAY_EXTRA_APPS", default=[]),  # the crash test adds its listeners here
]
MIDDLEWARE = [
    "directpay.api.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # above whatever may refuse: an answer to a wrong host has them too
    "directpay.api.policy.PagePolicyMiddleware",
    "directpay.api.policy.SaneQueryMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "leases.portal.language.TheirLanguageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "directpay.urls"
WSGI_APPLICATION = "directpay.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leases.portal.context.shell",
            ],
            "libraries": {"directpay": "leases.portal.tags"},
            "builtins": ["leases.portal.tags"],
        },
    }
]


# --- database: the owner migrates, the runtime role owns nothing ------------------------------------------------------
def _database() -> dict:
    name = "DATABASE_OWNER_URL" if DATABASE_ROLE == "owner" else "DATABASE_URL"
    address = env.db_url_config(env.str(name, "postgres://directpay_runtime@127.0.0.1:5432/directpay"))
    return {
        **address,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "OPTIONS": {"connect_timeout": 5, **address.get("OPTIONS", {})},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "directpay.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # an address is unique by UPPER(email), which the check cannot see

# --- Redis and Celery -------------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
NO_WAITING = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}  # of a publisher; consumers have their own
BROKER_SECONDS = env.float("DIRECTPAY_BROKER_SECONDS", 5.0)  # the web server is given less: a request never waits for a broker that hangs
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": 1, "visibility_timeout": 60, **NO_WAITING}
CELERY_TASK_PUBLISH_RETRY = False
WORK_LANES = env.int("DIRECTPAY_WORK_LANES", 1)  # how many processes of all workers may work on due queues at once, and as many relay
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TIMEZONE = "UTC"

# --- people -----------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "directpay.people.sign_in.InvitedPeopleOnly"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # no script of ours reads them: forms carry the token
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not SANDBOX
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if SANDBOX else 31_536_000
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not SANDBOX)
SECURE_REDIRECT_EXEMPT = ["^health$", "^ready$"]  # asked from inside, where there is no TLS

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["directpay.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["directpay.api.authentication.KeyMayDoThis"],
    "DEFAULT_PARSER_CLASSES": ["directpay.api.parsers.StrictJSONParser", "directpay.api.parsers.BracketFormParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "directpay.api.errors.answer_for",
    "UNAUTHENTICATED_USER": None,
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "DirectPay",
    "DESCRIPTION": "Rent payments with books that add up. Conventions are Stripe's.",
    "VERSION": "2026-11-01",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["directpay.api.schema.without_final_slash"],
    "POSTPROCESSING_HOOKS": [],
    "ENUM_NAME_OVERRIDES": {},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- words, time, files -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "America/New_York"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DIRECTPAY_HOME / "static"
STORAGES = {"staticfiles": {"BACKEND": "directpay.ops.static.GzippedFiles"}}
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

UNFOLD = {
    "SITE_TITLE": "DirectPay",
    "SITE_HEADER": "DirectPay",
    "SITE_SYMBOL": "conversion_path",
    "ENVIRONMENT": "directpay.ops.staff.environment",
    "STYLES": ["directpay.ops.staff.stylesheet"],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "directpay.ops.staff.icon"}],
    "SIDEBAR": {"navigation": "directpay.ops.staff.navigation"},
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "10px",
    "COLORS": {  # grey-green paper; ink in the light, the marker in the dark
        "base": {
            "50": "#f7f8f4",
            "100": "#f2f3ee",
            "200": "#dcdfd6",
            "300": "#b6c0ba",
            "400": "#94a099",
            "500": "#5f6a63",
            "600": "#47524b",
            "700": "#38433d",
            "800": "#28312d",
            "900": "#151c19",
            "950": "#0d1210",
        },
        "primary": {
            "50": "#f7f8f4",
            "100": "#ecf2d3",
            "200": "#e3f29a",
            "300": "#ddf277",
            "400": "#d9f24f",
            "500": "#d9f24f",
            "600": "#14201a",
            "700": "#14201a",
            "800": "#14201a",
            "900": "#14201a",
            "950": "#0d1210",
        },
    },
}

SEND_HINTS = env.bool("DIRECTPAY_SEND_HINTS", True)

# --- logs: masked lines on standard error, which the supervisor keeps ---------------------------------------------------
LOGGING = configuration(env.str("DIRECTPAY_LOG", ""))
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
