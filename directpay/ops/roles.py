"""The database roles: `directpay_owner` migrates, `directpay_runtime` owns nothing and does the work, and steps back into
`directpay_tenant`, which nobody can sign in as, to look at the rows of one person.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from directpay.row_security.tables import MAY_BECOME, RUNTIME, TENANT

OWNER = "directpay_owner"
DATABASE = "directpay"
POWERLESS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


@dataclass(frozen=True)
class Passwords:
    owner: str
    runtime: str


def ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    """Make the role, or give the one that exists this password and no more rights than it should have."""
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if known else "CREATE"
    connection.execute(
        sql.SQL("{} ROLE {} WITH {} PASSWORD {}").format(sql.SQL(verb), sql.Identifier(role), sql.SQL(POWERLESS), sql.Literal(password))
    )


def ensure_new_role(connection: psycopg.Connection, role: str, password: str) -> None:
    """Make the role unless it exists: on a server that is not ours, nobody's password is changed."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        ensure_role(connection, role, password)


def ensure_tenant_role(connection: psycopg.Connection) -> None:
    """The runtime role may become it, and has none of its rights otherwise. Needs a role that may make roles, unless all is there."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [TENANT]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} WITH NOINHERIT NOLOGIN").format(sql.Identifier(TENANT)))
    may_become = connection.execute(MAY_BECOME, [RUNTIME, TENANT]).fetchone()
    if may_become == (True,):
        return
    connection.execute(sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(sql.Identifier(TENANT), sql.Identifier(RUNTIME)))


def ensure_database(connection: psycopg.Connection, name: str, template: str = "template1") -> bool:
    """Make the database of the owner unless it exists; the connection is in autocommit. True if it was made."""
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return False
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template))
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(RUNTIME)))
    return True


def bootstrap(superuser_url: str, passwords: Passwords, database: str = DATABASE) -> bool:
    """The roles and the database, as often as one likes. True if the database is new."""
    with psycopg.connect(superuser_url, autocommit=True, connect_timeout=5) as connection:
        ensure_role(connection, OWNER, passwords.owner)
        ensure_role(connection, RUNTIME, passwords.runtime)
        ensure_tenant_role(connection)
        return ensure_database(connection, database)
