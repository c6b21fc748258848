"""What goes before a statement goes with it: counted at the socket, and right when something on the way fails."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from directpay.database.statements import later, soon
from directpay.kernel.row_scope import every_row, rows_of

pytestmark = pytest.mark.django_db(transaction=True)
MADE = "CREATE TABLE round_trip (n int PRIMARY KEY, told int, CONSTRAINT few CHECK (n < 100))"
ADD = "INSERT INTO round_trip VALUES (%s, %s)"


@pytest.fixture
def owner_connection(owner_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url, autocommit=True) as found:
        yield found


@pytest.fixture
def table(owner_connection) -> Iterator[None]:
    owner_connection.execute(MADE)
    owner_connection.execute("GRANT ALL ON round_trip TO directpay_runtime")
    yield
    owner_connection.execute("DROP TABLE round_trip")


def ask(sql: str, *params: object) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def stands() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM round_trip ORDER BY n")
        return [n for (n,) in cursor.fetchall()]


@contextmanager
def messages(expected: int) -> Iterator[None]:
    """How often this connection has sent something, as libpq traces it."""
    connection.ensure_connection()
    with tempfile.TemporaryFile("w+") as file:
        raw = connection.connection.pgconn
        raw.trace(file.fileno())
        try:
            yield
        finally:
            raw.untrace()
        file.seek(0)
        sent = [line for line in file if "\tF\t" in line]
    assert len(sent) == expected, "".join(sent)


class TestTransactions:
    def test_begin_goes_with_the_first_statement(self, table) -> None:
        with messages(2), transaction.atomic():
            ask("SELECT 1")

    def test_one_in_which_nothing_happens_is_never_begun(self, table) -> None:
        with messages(0), transaction.atomic():
            pass
        with messages(1):
            assert ask("SELECT 1") == (1,)

    def test_are_undone_by_what_fails_in_them(self, table) -> None:
        with transaction.atomic():
            ask("INSERT INTO round_trip VALUES (1) RETURNING n")
            transaction.set_rollback(True)
        assert stands() == []

    def test_do_not_begin_by_a_statement_that_cannot_be_read(self, table) -> None:
        """PostgreSQL reads the whole message first: BEGIN has not happened then, and what follows must not stand alone."""
        with transaction.atomic():
            with pytest.raises(DatabaseError):
                ask("SELEC 1")
            ask("INSERT INTO round_trip VALUES (1) RETURNING n")
            transaction.set_rollback(True)
        assert stands() == []

    def test_without_autocommit_follow_one_another(self, table) -> None:
        transaction.set_autocommit(False)
        try:
            ask("INSERT INTO round_trip VALUES (1) RETURNING n")
            transaction.commit()
            ask("INSERT INTO round_trip VALUES (2) RETURNING n")
            transaction.rollback()
        finally:
            transaction.set_autocommit(True)
        assert stands() == [1]

    def test_autocommit_is_not_turned_on_within_one(self, table) -> None:
        transaction.set_autocommit(False)
        ask("SELECT 1")
        with pytest.raises(DatabaseError):
            transaction.set_autocommit(True)
        transaction.rollback()
        transaction.set_autocommit(True)

    def test_server_side_cursors_live_in_them(self, table) -> None:
        with transaction.atomic():
            later(ADD, [1, 1])
            with connection.chunked_cursor() as cursor:
                cursor.execute("SELECT n FROM round_trip")
                assert cursor.fetchall() == [(1,)]
            held = ask("SELECT count(*) FROM pg_cursors WHERE is_holdable")
        assert held == (0,)


class TestLater:
    def test_goes_with_the_next_statement_in_order(self, table) -> None:
        with transaction.atomic():
            ask("SELECT 1")
            with messages(1):
                later(ADD, [1, 1])
                later("UPDATE round_trip SET told = 2 WHERE n = %s", [1])
                assert ask("SELECT told FROM round_trip") == (2,)

    def test_or_with_the_commit(self, table) -> None:
        with messages(1), transaction.atomic():
            later(ADD, [1, 1])
        assert stands() == [1]

    def test_takes_what_looks_like_a_placeholder(self, table) -> None:
        with transaction.atomic():
            later("SELECT set_config('directpay.note', %s, true)", ["100 %s; '%'"])
            assert ask("SELECT current_setting('directpay.note'), %s", 7) == ("100 %s; '%'", 7)
            later("SELECT set_config('directpay.note', %s, true)", ["50 %"])
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('directpay.note')")
                assert cursor.fetchone() == ("50 %",)

    def test_is_undone_with_its_transaction(self, table) -> None:
        with transaction.atomic():
            ask("SELECT 1")
            later(ADD, [1, 1])
            transaction.set_rollback(True)
        assert stands() == []

    def test_is_undone_with_its_savepoint_and_what_was_before_is_not(self, table) -> None:
        with transaction.atomic():
            later(ADD, [1, 1])
            with transaction.atomic():
                later(ADD, [2, 2])
                transaction.set_rollback(True)
        assert stands() == [1]

    def test_what_fails_fails_at_the_commit_and_undoes_everything(self, table) -> None:
        def both() -> None:
            with transaction.atomic():
                ask("INSERT INTO round_trip VALUES (1) RETURNING n")
                later(ADD, [100, 1])

        with pytest.raises(IntegrityError, match="few"):
            both()
        assert stands() == []
        with transaction.atomic():
            ask("INSERT INTO round_trip VALUES (1) RETURNING n")
        assert stands() == [1]

    def test_what_fails_fails_with_its_savepoint(self, table) -> None:
        with transaction.atomic():
            later(ADD, [1, 1])
            with pytest.raises(IntegrityError, match="few"), transaction.atomic():
                later(ADD, [100, 1])
        assert stands() == [1]

    def test_outside_of_a_transaction_is_sent_at_once(self, table) -> None:
        with messages(1):
            later(ADD, [1, 1])
        with pytest.raises(IntegrityError):
            later(ADD, [1, 1])

    def test_in_a_failed_transaction_says_so(self, table) -> None:
        with transaction.atomic():
            with pytest.raises(DatabaseError, match="division"):
                ask("SELECT 1 / 0")
            with pytest.raises(DatabaseError, match="aborted"):
                later(ADD, [1, 1])
            transaction.set_rollback(True)

    def test_acts_for_whom_it_was_said(self, table) -> None:
        who = "SELECT set_config('directpay.who', current_user::text || directpay_asking(), true)"
        with transaction.atomic(), rows_of(7):
            ask("SELECT 1")
            with messages(1):
                later(who)
                with every_row():
                    assert ask("SELECT current_setting('directpay.who'), current_user::text") == ("directpay_tenant7", "directpay_runtime")

    def test_goes_before_what_cannot_take_it_along(self, table) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            later(ADD, [1, 1])
            with cursor.cursor.copy("COPY round_trip TO STDOUT") as copy:
                assert len(list(copy.rows())) == 1
            later(ADD, [2, 2])
            cursor.executemany("UPDATE round_trip SET told = %s WHERE n = %s", [(5, 1), (6, 2)])
            assert ask("SELECT sum(told) FROM round_trip") == (11,)


class TestSoon:
    def test_is_answered_with_the_next_question(self, table) -> None:
        with messages(1):
            first, second = soon("SELECT %s::int", [1]), soon("SELECT g FROM generate_series(1, 3) g")
            assert ask("SELECT 2") == (2,)
        with messages(0):
            assert first.row() == (1,)
            assert second.rows() == [(1,), (2,), (3,)]

    def test_or_alone_with_what_else_waits(self, table) -> None:
        with messages(1):
            first, second = soon("SELECT 1"), soon("SELECT 2 WHERE false")
            assert first.row() == (1,)
            assert second.row() is None

    def test_is_asked_again_when_its_transaction_ended_before(self, table) -> None:
        with transaction.atomic():
            asked = soon("SELECT 1")
            transaction.set_rollback(True)
        assert asked.row() == (1,)

    def test_before_a_transaction_is_answered_in_it(self, table) -> None:
        asked = soon("SELECT 1")
        with transaction.atomic():
            later(ADD, [1, 1])
        assert asked.row() == (1,)
        assert stands() == [1]

    def test_is_asked_for_whom_it_was_said(self, table) -> None:
        with rows_of(7):
            asked = soon("SELECT directpay_asking()")
        with rows_of(8):
            assert ask("SELECT directpay_asking()") == (8,)
        assert asked.row() == (7,)

    def test_fails_with_the_statement_that_takes_it_along(self, table) -> None:
        asked = soon("SELECT 1 / 0")
        with pytest.raises(DatabaseError, match="division"):
            ask("SELECT 1")
        with pytest.raises(DatabaseError, match="division"):
            asked.row()
        assert ask("SELECT 1") == (1,)


class TestHealth:
    """Each request looks whether its connection still stands, as Django asks when CONN_HEALTH_CHECKS is set."""

    @pytest.fixture(autouse=True)
    def checked(self) -> Iterator[None]:
        ask("SELECT 1")
        wrapper: Any = connection
        wrapper.health_check_enabled, wrapper.health_check_done = True, False
        yield
        wrapper.health_check_enabled = False

    def test_one_that_answered_lately_is_not_asked(self, table) -> None:
        with messages(1):
            ask("SELECT 1")

    def test_one_that_was_closed_at_the_other_end_is_replaced(self, superuser) -> None:
        pid = connection.connection.info.backend_pid
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert ask("SELECT pg_backend_pid()") != (pid,)

    def test_one_that_was_quiet_for_long_is_asked(self, table) -> None:
        connection.connection.ahead.heard_at -= 31.0
        with messages(2):
            ask("SELECT 1")

    def test_one_in_which_something_failed_is_asked(self, table) -> None:
        with pytest.raises(DatabaseError):
            ask("SELECT 1 / 0")
        connection.health_check_done = False  # type: ignore[attr-defined]
        with messages(2):
            ask("SELECT 1")


def test_a_connection_that_breaks_takes_what_waited_with_it(table, superuser) -> None:
    def broken() -> None:
        with transaction.atomic():
            pid = ask("SELECT pg_backend_pid()")[0]
            later(ADD, [1, 1])
            superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    with pytest.raises(OperationalError):
        broken()
    connection.close()
    assert stands() == []
