"""Writes the policies that the apps declare. Applied by the owner after every migrate, as the grants are.

An app's `row_policies.py` has `FUNCTIONS` (SQL) and `POLICIES` (table → who sees a row, as SQL). Several apps may say so of one table:
a row is seen where any of them says yes. A migration that drops a column named in a policy drops the policy first; a function that changes
what it returns gets another name.

A policy is asked before the conditions of the query, for every row that an index does not leave out: what costs little comes first, and a
function that looks something up says what it costs.
"""

import hashlib
import re
from collections import defaultdict
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from django.apps import apps
from django.db import transaction

from directpay.row_security.tables import HIDDEN, RUNTIME, TENANT

TABLES: Final = """SELECT c.relname::text, c.relispartition FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = current_user"""
STANDING: Final = "SELECT policyname::text FROM pg_policies WHERE schemaname = 'public' AND tablename = %s"
# Who asks: the person of the request, 0 for nobody.
ASKING: Final = """
CREATE OR REPLACE FUNCTION directpay_asking() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('directpay.asking', true), '')::bigint, 0) $$
"""
NAMES: Final = re.compile(r"FUNCTION (\w+)\(")
STANDING_NOW: Final = """
SELECT c.relname::text, (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)::integer FROM pg_class c
WHERE c.oid = ANY (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name) AND c.relrowsecurity AND c.relforcerowsecurity
"""
MARK: Final = "SELECT obj_description(to_regprocedure('directpay_asking()'), 'pg_proc')"


def declared() -> tuple[list[str], dict[str, dict[str, str]]]:
    """Functions in order, and table → app → who sees a row."""
    functions, policies = [ASKING], defaultdict(dict)  # type: ignore[var-annotated]
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.row_policies") is None:
            continue
        said = import_module(f"{app.name}.row_policies")
        functions.append(said.FUNCTIONS)
        for table, rule in said.POLICIES.items():
            policies[table][app.label] = rule
    return functions, dict(policies)


@cache
def walled() -> tuple[str, ...]:
    """The tables that belong to an account."""
    return tuple(sorted({*declared()[1], *HIDDEN}))


def apply_policies(connection: Any) -> None:
    """Run as the owner. Where what stands was written from the same declarations, nothing is touched: a policy locks its table."""
    functions, policies = declared()
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = {table for table, _is_partition in cursor.fetchall()}
        wanted = {table: policies.get(table, {}) for table in walled() if table in tables}
        if not wanted:  # all migrations were taken back
            for name in NAMES.findall("".join(functions)):
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}")
            return
        digest = hashlib.sha256(repr((functions, wanted)).encode()).hexdigest()
        cursor.execute(MARK)
        if cursor.fetchone() == (digest,) and _all_stand(cursor, wanted):
            return
        with transaction.atomic(using=connection.alias):
            cursor.execute("SET LOCAL check_function_bodies = off")  # on the way back, tables of apps above are gone already
            for function in functions:
                cursor.execute(function)
        for table, rules in wanted.items():
            with transaction.atomic(using=connection.alias):  # nobody meets a table between two sets of policies
                cursor.execute("SET LOCAL lock_timeout = '10s'")  # rather fail, and go on from here the next time, than hold up all others
                _write(cursor, table, rules)
        cursor.execute(f"COMMENT ON FUNCTION directpay_asking() IS '{digest}'")


def _all_stand(cursor: Any, wanted: dict[str, dict[str, str]]) -> bool:
    """Whether every table has its wall: a migration may have put another in its place."""
    cursor.execute(STANDING_NOW, [list(wanted)])
    return dict(cursor.fetchall()) == {table: 1 + len(rules) for table, rules in wanted.items()}


def _write(cursor: Any, table: str, rules: dict[str, str]) -> None:
    cursor.execute(STANDING, [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP POLICY "{name}" ON "{table}"')
    cursor.execute(f'CREATE POLICY everybody ON "{table}" TO CURRENT_USER, {RUNTIME} USING (true) WITH CHECK (true)')
    for place, (app, rule) in enumerate(rules.items()):  # asked from the last name to the first: whoever is lower knows cheaper
        cursor.execute(f'CREATE POLICY "{9 - place}_{app}" ON "{table}" FOR SELECT TO {TENANT} USING ({rule})')
    cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
