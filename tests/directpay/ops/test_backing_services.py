"""A PostgreSQL and a Redis of the user's own: taken as they are, or refused with a sentence that says what to set."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import CommandError, call_command
from psycopg import sql

from directpay.ops import roles, services
from directpay.ops.places import Place
from directpay.ops.secrets_file import service_passwords
from directpay.ops.services import ServiceError, Services, chosen_services, external_urls, put_orphan_aside, with_role
from tests.services import addresses

# roles belong to the whole server: one worker alone makes and drops them
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("roles")]
NAME = "a_server_of_their_own"


@pytest.fixture
def server(superuser: psycopg.Connection) -> Iterator[str]:
    """An empty database whose owner may make roles."""
    superuser.execute("DROP DATABASE IF EXISTS a_server_of_their_own")
    superuser.execute("DROP ROLE IF EXISTS their_owner")
    superuser.execute("CREATE ROLE their_owner LOGIN CREATEROLE PASSWORD 'theirs'")
    superuser.execute("CREATE DATABASE a_server_of_their_own OWNER their_owner")
    yield with_role(addresses().superuser_url(NAME), "their_owner", "theirs")
    superuser.execute("DROP DATABASE a_server_of_their_own")
    superuser.execute("DROP ROLE IF EXISTS their_tenant")
    superuser.execute("DROP ROLE their_owner")
    superuser.execute("DROP ROLE IF EXISTS their_runtime")


def test_makes_the_runtime_role_beside_the_owner(server: str, monkeypatch: pytest.MonkeyPatch, superuser: psycopg.Connection) -> None:
    monkeypatch.setattr(roles, "RUNTIME", "their_runtime")
    monkeypatch.setattr(roles, "TENANT", "their_tenant")
    monkeypatch.setenv("DATABASE_URL", server)
    monkeypatch.delenv("DATABASE_OWNER_URL")
    runtime, owner = external_urls("generated/password")
    assert owner == server
    with psycopg.connect(runtime) as connection:
        rights = "SELECT rolname::text, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(rights).fetchone() == ("their_runtime", False, False, False)
    assert external_urls("generated/password") == (runtime, owner)
    with psycopg.connect(runtime, autocommit=True) as connection:
        connection.execute("SET ROLE their_tenant")
    superuser.execute("DROP ROLE their_runtime")


def test_never_changes_a_password_on_a_server_of_theirs(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", server)
    monkeypatch.delenv("DATABASE_OWNER_URL")
    with pytest.raises(ServiceError, match=r"set DATABASE_URL to its address and DATABASE_OWNER_URL to the owner's"):
        external_urls("not the password that the role has")


def test_takes_two_addresses_as_they_are(runtime_url: str, owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", runtime_url)
    monkeypatch.setenv("DATABASE_OWNER_URL", owner_url)
    assert external_urls("unused") == (runtime_url, owner_url)


def test_names_an_address_that_leads_nowhere(runtime_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    monkeypatch.delenv("DATABASE_OWNER_URL")
    with pytest.raises(ServiceError, match="DATABASE_URL does not lead to a database"):
        external_urls("unused")


def test_names_a_redis_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with pytest.raises(ServiceError, match="REDIS_URL does not answer"):
        Services(None, None, {}).redis_url()


def test_asks_the_environment_first(runtime_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = chosen_services(tmp_path)
    assert (chosen.postgres, chosen.valkey) == (None, None)
    assert chosen.redis_url().startswith("redis://")
    assert chosen.database_urls()[0] == runtime_url
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("REDIS_URL", "")
    monkeypatch.setattr(services, "place_for", lambda home: addresses()._place())
    chosen = chosen_services(tmp_path)
    assert chosen.postgres is not None
    assert chosen.valkey is not None


def test_bootstrap_makes_roles_and_database_as_often_as_one_likes(
    superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here, name = addresses(), "bootstrapped"
    monkeypatch.setenv("DATABASE_SUPERUSER_URL", here.superuser_url())
    monkeypatch.setenv("DATABASE_OWNER_URL", _tcp(here.owner_url(name)))
    monkeypatch.setenv("DATABASE_URL", _tcp(here.runtime_url(name)))
    call_command("bootstrap")
    call_command("bootstrap")
    try:
        assert capsys.readouterr().out.splitlines() == [
            f"The roles are there, the database {name} is new.",
            f"The roles are there, the database {name} was there already.",
        ]
        owner = superuser.execute("SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = %s", [name]).fetchone()
        assert owner == ("directpay_owner",)
    finally:
        superuser.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def test_bootstrap_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, superuser_url: str) -> None:
    monkeypatch.delenv("DATABASE_SUPERUSER_URL", raising=False)
    with pytest.raises(CommandError, match="Set DATABASE_SUPERUSER_URL"):
        call_command("bootstrap")
    monkeypatch.setenv("DATABASE_SUPERUSER_URL", superuser_url)
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgres://somebody:x@127.0.0.1/directpay")
    with pytest.raises(CommandError, match="must name the role directpay_owner"):
        call_command("bootstrap")


def _tcp(url: str) -> str:
    """The address without its socket: only role, password and name are read from it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}127.0.0.1{parts.path}"


class TestDataWhoseHomeWasRemovedByHand:
    def test_makes_room(self, tmp_path):
        home, place = tmp_path / "home", Place(tmp_path / "data", None)
        (place.root / "postgres").mkdir(parents=True)
        aside = put_orphan_aside(home, place)
        assert aside is not None
        assert (aside / "postgres").exists()
        assert list(place.root.iterdir()) == []

    def test_stays_while_its_passwords_are_there(self, tmp_path):
        home, place = tmp_path / "home", Place(tmp_path / "data", None)
        (place.root / "postgres").mkdir(parents=True)
        service_passwords(home)
        assert put_orphan_aside(home, place) is None
        assert (place.root / "postgres").exists()
