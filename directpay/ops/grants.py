"""What the runtime role and the role of doors may do, table by table. Applied by the owner after every migrate.

A new table gets the default for the one, and nothing for the other until somebody says whose its rows are.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connections

from directpay.row_security.policies import TABLES, apply_policies, declared
from directpay.row_security.tables import LOOK, MAY_BECOME, NOBODYS, RUNTIME, TENANT

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
    "leases_paymentpolicy",
    "leases_arrearspolicy",
    "leases_arrearsstep",
    "leases_coveredcharge",
    "leases_planpart",
    "leases_latefeepolicy",
    "leases_autopayattempt",
    "leases_movement",
    "leases_bankcharge",
    "leases_move",
    "leases_overpaymentpart",
    "leases_overpaymentrefund",
    "leases_transfer",
    "ledger_allocation",
    "ledger_check",
    "ledger_leaf",
    "ledger_period",
    "ledger_seal",
    "ledger_watermark",
    "payments_claim",
    "payments_reattempt",
    "payments_settlement",
    "payments_settlementline",
)
# Housekeeping rows and those that Django's own apps remove.
MAY_DELETE = (
    "directpay_idempotencykey",
    "directpay_due",
    "directpay_delivery",
    "leases_charge",  # while it is a plan: a trigger keeps what is owed
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
# Not its number, nor the database transaction that made it: by these the sealed log tells events apart.
EVENT_COLUMNS = "public_id, type, object_id, version, at, actor, request_id, account_ids, data"

# Functions that doors may call: they read, and see no more than who calls them.
ASKED_BY_DOORS = (
    "leases_autopay_is_on",
    "leases_open_charges",
    "ledger_archived_until",
    "ledger_balance_as_of",
    "ledger_code",
    "ledger_items",
    "ledger_known",
    "ledger_untold",
    "payments_is_live",
)
FUNCTIONS = """SELECT p.proname::text, p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND pg_get_userbyid(p.proowner) = current_user"""


class RoleMissing(Exception):
    """The message says how to make it."""


def apply_grants(connection: Any) -> None:
    """Run as the owner. Partitions get nothing: rows reach them through their parent only. Raises RoleMissing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname::text FROM pg_roles WHERE rolname IN (%s, %s)", [RUNTIME, TENANT])
        roles = {role for (role,) in cursor.fetchall()}
        if RUNTIME not in roles:
            return
        if TENANT not in roles or not _may_become(cursor):
            raise RoleMissing(
                f"The role {TENANT}, as which pages and API look at the rows of one person, is not there, or {RUNTIME} may not become it. "
                f"As a superuser, once: `manage.py bootstrap`, or CREATE ROLE {TENANT} NOLOGIN; GRANT {TENANT} TO {RUNTIME};"
            )
        apply_policies(connection)
        _, policies = declared()
        doors = {**dict.fromkeys(policies, LOOK), **NOBODYS}
        cursor.execute(TABLES)
        for table, is_partition in cursor.fetchall():
            cursor.execute(f'REVOKE ALL ON "{table}" FROM {RUNTIME}, {TENANT}')
            if not is_partition:
                cursor.execute(f'GRANT {_rights(table)} ON "{table}" TO {RUNTIME}')
                if doors.get(table):
                    cursor.execute(f'GRANT {doors[table]} ON "{table}" TO {TENANT}')
        cursor.execute(FUNCTIONS)
        for name, function in cursor.fetchall():
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC, {TENANT}")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {RUNTIME}")
            if name in ASKED_BY_DOORS or _asks_who(name, policies.values()):
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {TENANT}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {RUNTIME}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {RUNTIME}, {TENANT}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM {RUNTIME}, {TENANT}")


def _may_become(cursor: Any) -> bool:
    cursor.execute(MAY_BECOME, [RUNTIME, TENANT])
    return cursor.fetchone() == (True,)


def _asks_who(function: str, policies: Iterable[dict[str, str]]) -> bool:
    """Whether a policy calls it."""
    return any(f"{function}(" in rule for rules in policies for rule in rules.values())


def _rights(table: str) -> str:
    if table in READ_ONLY:
        return "SELECT"
    if table == "directpay_event":
        return f"SELECT, INSERT ({EVENT_COLUMNS})"
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
