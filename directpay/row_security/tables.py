"""Which tables belong to no account, and which do but are no business of doors."""

from typing import Final

TENANT: Final = "directpay_tenant"
RUNTIME: Final = "directpay_runtime"
LOOK: Final = "SELECT"
MAY_BECOME: Final = "SELECT pg_has_role(%s, %s, 'SET')"  # one role the other

# What belongs to nobody, or to whoever holds the key of the row; and what doors may do with it.
NOBODYS: Final = {
    "directpay_clock": LOOK,
    "django_content_type": LOOK,
    "django_migrations": "",
    "payments_transition": LOOK,
    "ledger_kind": LOOK,
    "ledger_limit": LOOK,
    "django_session": "",  # whoever reads it is everybody; the house keeps it for its visitors
    "directpay_cache": "",
    "auth_group": "",
    "auth_group_permissions": "",
    "auth_permission": "",
    "axes_accessattempt": "",
    "axes_accessattemptexpiration": "",
    "axes_accessfailurelog": "",
    "axes_accesslog": "",
    "directpay_delivery": "",
    "directpay_due": "",
    "webhooks_providerevent": "",
    "webhooks_collision": "",
    "ledger_archivedmonth": LOOK,
    "ledger_check": "",
    "ledger_leaf": "",
    "ledger_seal": "",
    "ledger_watermark": LOOK,
    "payments_bankline": "",
    "payments_processorpayout": "",
    "payments_processorpayoutline": "",
}
# What belongs to an account, and is looked into by actions alone: doors see nothing of it.
HIDDEN: Final = (
    "account_emailaddress",
    "account_emailconfirmation",
    "directpay_apikey",
    "directpay_application",
    "directpay_idempotencykey",
    "directpay_user_groups",
    "directpay_user_user_permissions",
    "django_admin_log",
    "mfa_authenticator",
    "oauth2_provider_accesstoken",
    "oauth2_provider_devicegrant",
    "oauth2_provider_grant",
    "oauth2_provider_idtoken",
    "oauth2_provider_refreshtoken",
    "usersessions_usersession",
)
