"""Settings come from the environment or `.env`; `.env.example` lists them all."""

import os
from pathlib import Path

import environ

from directpay.ops.logs import configuration
from directpay.ops.secrets_file import derived, read_secret_files
from directpay.ops.staff_theme import STAFF_THEME

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(env.str("DIRECTPAY_ENV_FILE", str(BASE_DIR / ".env")))
read_secret_files(os.environ)

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
REVISION = env.str("DIRECTPAY_REVISION", "")
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
# Stripe: without a key nobody can be charged over it. The address is that of a stand-in (docs/stripe.md).
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "")
STRIPE_TIMEOUT_SECONDS = env.float("STRIPE_TIMEOUT_SECONDS", 10.0)
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
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "oauth2_provider",
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
    "directpay.ops.access.AccessMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # above whatever may refuse: an answer to a wrong host has them too
    "directpay.api.policy.PagePolicyMiddleware",
    "directpay.api.policy.SaneQueryMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "directpay.api.row_scope.RowScopeMiddleware",
    "directpay.api.limits.pages.PageRateMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "leases.portal.language.TheirLanguageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "directpay.people.sign_in.staff_door.StaffDoorMiddleware",
    "axes.middleware.AxesMiddleware",
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
        "ENGINE": "directpay.database",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "OPTIONS": {"connect_timeout": 5, **address.get("OPTIONS", {})},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "directpay.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # an address is unique by UPPER(email), which the check cannot see
    "security.W005",  # HSTS for all subdomains, and preloaded: for whoever owns the domain to say, not for one host of it
    "security.W021",
]

# --- Redis and Celery -------------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
# Redis, or another broker that kombu knows, such as amqp://user:password@host:5672//; it carries hints, and may lose them.
CELERY_BROKER_URL = env.str("DIRECTPAY_BROKER_URL", "") or REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
NO_WAITING = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}  # of a publisher; consumers have their own
BROKER_SECONDS = env.float("DIRECTPAY_BROKER_SECONDS", 5.0)  # the web server is given less: a request never waits for a broker that hangs
_OF_REDIS = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": 1, "visibility_timeout": 60}
CELERY_BROKER_TRANSPORT_OPTIONS = {**(_OF_REDIS if CELERY_BROKER_URL.startswith("redis") else {}), **NO_WAITING}
CELERY_BROKER_CONNECTION_TIMEOUT = 1
# One at once, where the first try may find the other end gone: a connection to Redis is made anew by itself, one of AMQP only for this.
CELERY_TASK_PUBLISH_RETRY = not CELERY_BROKER_URL.startswith("redis")
CELERY_TASK_PUBLISH_RETRY_POLICY = NO_WAITING
WORK_LANES = env.int("DIRECTPAY_WORK_LANES", 1)  # how many processes of all workers may work on due queues at once, and as many relay
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TIMEZONE = "UTC"

# --- people -----------------------------------------------------------------------------------------------------------
# The lock stands before the door.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "directpay.people.sign_in.account.InvitedPeopleOnly"
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
# How many proxies of ours write X-Forwarded-For; none: the header is not read.
TRUSTED_PROXIES = env.int("DIRECTPAY_TRUSTED_PROXIES", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None  # theirs as well
AXES_FAILURE_LIMIT = env.int("DIRECTPAY_SIGN_IN_TRIES", 5)  # of one account from one address
SIGN_IN_TRIES_PER_ADDRESS = env.int("DIRECTPAY_SIGN_IN_TRIES_PER_ADDRESS", 50)  # of all accounts together
SIGN_IN_COOL_OFF_MINUTES = env.int("DIRECTPAY_SIGN_IN_COOL_OFF_MINUTES", 15)
AXES_HANDLER = "directpay.people.sign_in.lock_out.LockOut"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = "directpay.people.sign_in.lock_out.cool_off"
AXES_LOCKOUT_CALLABLE = "directpay.people.sign_in.lock_out.answer"
AXES_USERNAME_CALLABLE = "directpay.people.sign_in.lock_out.login_of"
AXES_CLIENT_IP_CALLABLE = "directpay.people.sign_in.address.network_of"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # who signed in from where is kept as long as the session, no longer
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# An attempt keeps what was sent, without these.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "code", "credential", "next", "csrfmiddlewaretoken"]
# Staff pages ask for a second factor.
STAFF_SECOND_FACTOR = env.bool("DIRECTPAY_STAFF_SECOND_FACTOR", not SANDBOX)
MFA_ADAPTER = "directpay.people.sign_in.second_factor.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_FORMS = {
    "authenticate": "directpay.people.sign_in.second_factor.CodeAtSignIn",
    "reauthenticate": "directpay.people.sign_in.second_factor.CodeOnceMore",
    "add_webauthn": "directpay.people.sign_in.passkeys.NewPasskey",
    "authenticate_webauthn": "directpay.people.sign_in.passkeys.PasskeyAtSignIn",
    "login_webauthn": "directpay.people.sign_in.passkeys.PasskeyAlone",
    "reauthenticate_webauthn": "directpay.people.sign_in.passkeys.PasskeyOnceMore",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # people are invited at their address
MFA_TOTP_ISSUER = "DirectPay sandbox" if SANDBOX else "DirectPay"
MFA_TOTP_TOLERANCE = 1  # half a minute before and after: telephones' clocks differ (RFC 6238, 5.2)
# What limits of allauth's are counted in, and codes that were used: PostgreSQL, because all web processes must see the same.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "directpay_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- mail: smtp+tls://user:password@host:587, smtp+ssl://…, smtp://…, consolemail://; without one, files in DIRECTPAY_HOME/mail ---
EMAIL_BACKEND = "directpay.ops.mail_files.MailFiles"
EMAIL_FILE_PATH = DIRECTPAY_HOME / "mail"
MAIL_ON = env.bool("DIRECTPAY_MAIL", True)  # False: nobody is written to about money; the mails of sign-in go on
MAIL_URL = env.str("MAIL_URL", "")
if MAIL_URL:
    globals().update({name: value for name, value in env.email_url_config(MAIL_URL).items() if name != "EMAIL_FILE_PATH"})
EMAIL_TIMEOUT = env.int("MAIL_TIMEOUT_SECONDS", 5)  # of each answer of the server: who waits for it holds up the due work behind it
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", "DirectPay <no-reply@localhost>")
EMAIL_SUBJECT_PREFIX = ""
BASE_URL = env.str("DIRECTPAY_BASE_URL", "") or f"http://127.0.0.1:{env.str('PORT', '') or '8000'}"  # before the links of mails
MAIL_REMINDER_DAYS = env.int("MAIL_REMINDER_DAYS", 3)  # before rent falls due

# --- cookies ----------------------------------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # no script of ours reads them: forms carry the token
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not SANDBOX
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if SANDBOX else 31_536_000
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not SANDBOX)
SECURE_REDIRECT_EXEMPT = ["^health$", "^ready$", "^metrics$"]  # asked from inside, where there is no TLS

# --- OAuth2: RFC 6749 as RFC 9700 has it today ------------------------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "directpay.Application"
OAUTH2_PROVIDER = {
    "SCOPES": {"read": "read", "write": "write"},  # those of API keys; what a person reads stands in templates/oauth
    "DEFAULT_SCOPES": ["read"],
    "APPLICATION_ADMIN_CLASS": "directpay.people.oauth.admin.ApplicationAdmin",
    "OAUTH2_VALIDATOR_CLASS": "directpay.people.oauth.validator.Validator",
    "CLIENT_ID_GENERATOR_CLASS": "directpay.people.oauth.tokens.ClientId",
    "CLIENT_SECRET_GENERATOR_CLASS": "directpay.people.oauth.tokens.ClientSecret",
    "ACCESS_TOKEN_GENERATOR": "directpay.people.oauth.tokens.access_token",
    "REFRESH_TOKEN_GENERATOR": "directpay.people.oauth.tokens.refresh_token",
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 15 * 60,
    "REFRESH_TOKEN_EXPIRE_SECONDS": None,  # thirty days, by our clock: asked by the validator
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ROTATE_REFRESH_TOKEN": True,
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "client_credentials", "refresh_token"],
    "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": ["client_secret_basic", "client_secret_post", "none"],
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in (
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "PKCE_REQUIRED",
            "REDIRECT_URI_MATCHING",
            "REDIRECT_URI_SCHEME",
            "REFRESH_TOKEN",
            "TOKEN_STORAGE",
        )
    },
}

# --- limits: "100/500" is a hundred a second, five hundred at once; "0" is none -----------------------------------------
RATES = {
    "key": env.str("DIRECTPAY_RATE_PER_KEY", "100/500"),
    "user": env.str("DIRECTPAY_RATE_PER_USER", "200/1000"),
    "address": env.str("DIRECTPAY_RATE_PER_ADDRESS", "300/1500"),
}
WEB_THREADS = env.int("WEB_THREADS", 6)  # of one process of the web server: what its accounts share fairly

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
API_CHANGES: list[str] = []  # dotted names of directpay.api.versions.Change, oldest first: none yet
SPECTACULAR_SETTINGS = {
    "TITLE": "DirectPay",
    "DESCRIPTION": "Rent payments with books that add up. Conventions are Stripe's.",
    "VERSION": "2026-11-01",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["directpay.api.schema.without_final_slash"],
    "POSTPROCESSING_HOOKS": ["directpay.api.schema.without_marks"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- what providers tell us: in the sandbox secrets of its own, so that the demo can sign ------------------------------
STRIPE_WEBHOOK_SECRETS = [
    secret.strip() for secret in env.list("STRIPE_WEBHOOK_SECRET", default=[]) if secret.strip().removeprefix("whsec_")
]
STRIPE_WEBHOOK_SECRETS = STRIPE_WEBHOOK_SECRETS or ([derived(SECRET_KEY, "stripe")] if SANDBOX and SECRET_KEY else [])
STRIPE_ACCOUNT = env.str("STRIPE_ACCOUNT", "")  # the connected account whose events are ours; empty: those of the platform's own
PAYPAL_WEBHOOK_ID = env.str("PAYPAL_WEBHOOK_ID", "")
# certificate: here | api: by asking PayPal | demo: a shared secret, sandbox only
PAYPAL_VERIFY = env.str("PAYPAL_VERIFY", "") or ("demo" if SANDBOX and not PAYPAL_WEBHOOK_ID else "certificate")
PAYPAL_DEMO_SECRET = env.str("PAYPAL_DEMO_SECRET", "") or (derived(SECRET_KEY, "paypal") if SANDBOX and SECRET_KEY else "")
PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET = env.str("PAYPAL_CLIENT_ID", ""), env.str("PAYPAL_CLIENT_SECRET", "")
PAYPAL_API_BASE = env.str("PAYPAL_API_BASE", "") or ("https://api-m.sandbox.paypal.com" if SANDBOX else "https://api-m.paypal.com")
PAYPAL_TIMEOUT_SECONDS = env.float("PAYPAL_TIMEOUT_SECONDS", 10.0)  # after which an answer is unknown
KEEP_PROVIDER_BODIES_DAYS = env.int("DIRECTPAY_KEEP_PROVIDER_BODIES_DAYS", 90)  # they may name people; what was done stays known

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

UNFOLD = STAFF_THEME
KEEP_DELIVERIES_DAYS = env.int("DIRECTPAY_KEEP_DELIVERIES_DAYS", 30)  # what was told to whom; the events themselves stay
SEND_HINTS = env.bool("DIRECTPAY_SEND_HINTS", True)

# --- logs: masked lines on standard error, which the supervisor keeps ---------------------------------------------------
LOGGING = configuration(env.str("DIRECTPAY_LOG", ""))
ACCESS_LOG = env.bool("DIRECTPAY_ACCESS_LOG", True)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
