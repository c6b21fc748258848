"""Which PostgreSQL and Redis this installation uses: those of the environment, or embedded ones, and the roles in them."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import redis

from directpay.ops import roles
from directpay.ops.embedded import EmbeddedPostgres
from directpay.ops.embedded_valkey import EmbeddedValkey
from directpay.ops.places import Place, place_for
from directpay.ops.secrets_file import PASSWORDS, service_passwords

CONNECT_SECONDS = 5


class ServiceError(Exception):
    """A service that the environment names cannot be used; the message says what to set."""


@dataclass
class Services:
    """The addresses, and the embedded servers to supervise (None: the environment names one)."""

    postgres: EmbeddedPostgres | None
    valkey: EmbeddedValkey | None
    passwords: dict[str, str]

    def redis_url(self) -> str:
        if self.valkey:
            return self.valkey.url
        url = os.environ["REDIS_URL"]
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS) as client:
                client.ping()
        except (redis.RedisError, ValueError) as error:
            raise ServiceError(f"REDIS_URL does not answer: {error}. Correct it, or leave it empty to use the embedded Valkey.") from error
        return url

    def database_urls(self) -> tuple[str, str]:
        """(runtime's, owner's), after both roles and the database exist."""
        if self.postgres is None:
            return external_urls(self.passwords["RUNTIME_PASSWORD"])
        owner, runtime = self.passwords["OWNER_PASSWORD"], self.passwords["RUNTIME_PASSWORD"]
        roles.bootstrap(self.postgres.superuser_url(), roles.Passwords(owner, runtime))
        return self.postgres.url(roles.RUNTIME, runtime, roles.DATABASE), self.postgres.url(roles.OWNER, owner, roles.DATABASE)


def chosen_services(home: Path) -> Services:
    place = place_for(home)
    put_orphan_aside(home, place)
    passwords = service_passwords(home)
    return Services(
        None if os.environ.get("DATABASE_URL") else EmbeddedPostgres(place, passwords["POSTGRES_PASSWORD"]),
        None if os.environ.get("REDIS_URL") else EmbeddedValkey(place, passwords["VALKEY_PASSWORD"]),
        passwords,
    )


def put_orphan_aside(home: Path, place: Place) -> Path | None:
    """Run as root, data lives outside DIRECTPAY_HOME; removing that by hand takes its passwords and keys away and leaves data that
    nobody can open. It makes room under another name. Returns that."""
    orphaned = place.root != home and (place.root / "postgres").exists() and not (home / PASSWORDS).exists()
    if not orphaned:
        return None
    aside = place.root.rename(place.root.with_name(f"{place.root.name}.{secrets.token_hex(3)}"))
    place.directory(".")
    return aside


def external_urls(runtime_password: str) -> tuple[str, str]:
    """(runtime's, owner's) of a database of the user's own.

    With both variables set they are taken as they are. With DATABASE_URL alone it is the owner's, and a runtime role is made in it.
    """
    url, owner_url = os.environ["DATABASE_URL"], os.environ.get("DATABASE_OWNER_URL", "")
    if owner_url:
        _refuse_unreachable("DATABASE_OWNER_URL", owner_url)
        _refuse_unreachable("DATABASE_URL", url)
        return url, owner_url
    _refuse_unreachable("DATABASE_URL", url)
    runtime_url = with_role(url, roles.RUNTIME, runtime_password)
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
            roles.ensure_new_role(connection, roles.RUNTIME, runtime_password)
            roles.ensure_tenant_role(connection)
        psycopg.connect(runtime_url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        raise ServiceError(
            f"DATABASE_URL is taken for the owner's, and the roles {roles.RUNTIME} and {roles.TENANT} cannot be made or used beside it "
            f"({_first_line(error)}). "
            "Make them yourself, then set DATABASE_URL to its address and DATABASE_OWNER_URL to the owner's."
        ) from error
    return runtime_url, url


def with_role(url: str, role: str, password: str) -> str:
    """The same database as another role."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{address}"))


def _refuse_unreachable(name: str, url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        hint = "Correct it, or leave DATABASE_URL empty to use the embedded PostgreSQL."
        raise ServiceError(f"{name} does not lead to a database: {_first_line(error)}. {hint}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
