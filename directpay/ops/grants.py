"""What the runtime role may do, table by table. Applied by the owner after every migrate; a new table gets the default."""

from typing import Any

from django.db import connections

RUNTIME = "directpay_runtime"
DEFAULT = "SELECT, INSERT, UPDATE"
READ_ONLY = (
    "django_migrations",
    "payments_transition",
    "ledger_transaction",
    "ledger_entry",
    "ledger_checkpoint",
    "ledger_kind",
    "ledger_limit",
    "ledger_archivedmonth",
    "ledger_archivedsum",
)
APPEND_ONLY = (
    "directpay_event",
    "ledger_allocation",
    "ledger_check",
    "ledger_leaf",
    "ledger_period",
    "ledger_seal",
    "ledger_watermark",
    "payments_claim",
    "payments_settlement",
    "payments_settlementline",
)
# Housekeeping rows and those that Django's own apps remove.
MAY_DELETE = (
    "directpay_idempotencykey",
    "directpay_due",
    "directpay_delivery",
    "django_session",
    "directpay_user_groups",
    "directpay_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "account_emailaddress",
    "account_emailconfirmation",
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "directpay_cache",
    "mfa_authenticator",
    "oauth2_provider_accesstoken",
    "oauth2_provider_grant",
    "oauth2_provider_refreshtoken",
    "usersessions_usersession",
)
# An account's balance is moved by posting alone: everything else about it is fixed.
ACCOUNT_COLUMNS = "accepts_payments, payable_limit, pays_into, cost_account_id, closed_at"


def apply_grants(connection: Any) -> None:
    """Run as the owner. Partitions get nothing: rows reach them through their parent only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [RUNTIME])
        if cursor.fetchone() is None:
            return
        cursor.execute(
            """SELECT c.relname, c.relispartition FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = current_user"""
        )
        for table, is_partition in cursor.fetchall():
            cursor.execute(f'REVOKE ALL ON "{table}" FROM {RUNTIME}')
            if not is_partition:
                cursor.execute(f'GRANT {_rights(table)} ON "{table}" TO {RUNTIME}')
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {RUNTIME}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {RUNTIME}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM {RUNTIME}")


def _rights(table: str) -> str:
    if table in READ_ONLY:
        return "SELECT"
    if table in APPEND_ONLY:
        return "SELECT, INSERT"
    if table == "ledger_account":
        # FOR NO KEY UPDATE needs the right to update some column.
        return f"SELECT, INSERT, UPDATE ({ACCOUNT_COLUMNS})"
    return f"{DEFAULT}, DELETE" if table in MAY_DELETE else DEFAULT


def after_migrate(using: str = "default", **_: Any) -> None:
    """Receiver of post_migrate; a runtime connection cannot grant and need not."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] != RUNTIME:
            apply_grants(connection)
