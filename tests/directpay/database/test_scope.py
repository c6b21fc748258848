"""The backend says for whom it asks: before the statement that needs it, in the same round trip, and again after a rollback."""

import threading
from contextlib import suppress

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from directpay.kernel.row_scope import EVERYBODY, NOBODY, every_row, narrow_to, row_scope, rows_of
from directpay.people.models import User
from tests.directpay.cast import alice, bob


def asking() -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text, directpay_asking()")
        return cursor.fetchone()


ALL = ("directpay_runtime", 0)


def everybody() -> bool:
    return asking()[0] == "directpay_runtime"


@pytest.mark.django_db
class TestScope:
    def test_is_everybodys_outside_of_a_request(self) -> None:
        assert row_scope() == EVERYBODY
        assert everybody()

    def test_is_one_persons_within_and_everybodys_again_after(self) -> None:
        with rows_of(7):
            assert asking() == ("directpay_tenant", 7)
            with rows_of(8):
                assert asking() == ("directpay_tenant", 8)
                with every_row():
                    assert everybody()
            assert asking() == ("directpay_tenant", 7)
        assert everybody()

    def test_is_nobodys_until_somebody_is_known(self) -> None:
        with rows_of(NOBODY):
            assert asking() == ("directpay_tenant", NOBODY)
            narrow_to(9)
            assert asking() == ("directpay_tenant", 9)
        assert row_scope() == EVERYBODY

    def test_ends_with_the_block_that_failed(self) -> None:
        with pytest.raises(RuntimeError), rows_of(7):
            raise RuntimeError
        assert everybody()

    def test_is_of_one_thread_alone(self) -> None:
        seen: list[int] = []
        with rows_of(7):
            other = threading.Thread(target=lambda: seen.append(row_scope()))
            other.start()
            other.join()
        assert seen == [EVERYBODY]

    def test_survives_the_rollback_of_a_savepoint(self) -> None:
        with transaction.atomic():
            with rows_of(7):
                assert asking() == ("directpay_tenant", 7)
            transaction.set_rollback(True)
        assert everybody()
        with rows_of(8):
            with transaction.atomic(), every_row():
                assert everybody()
                transaction.set_rollback(True)
            assert asking() == ("directpay_tenant", 8)

    def test_does_not_stand_in_the_way_of_ending_a_failed_transaction(self) -> None:
        with rows_of(7):
            with pytest.raises(DatabaseError), transaction.atomic(), every_row(), connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM no_such_table")
            assert asking() == ("directpay_tenant", 7)

    def test_costs_no_round_trip_of_its_own(self, django_assert_num_queries) -> None:
        with django_assert_num_queries(2), rows_of(7):
            asking()
            with every_row():
                asking()

    def test_gives_the_result_of_the_statement_itself(self) -> None:
        with rows_of(7), connection.cursor() as cursor:
            cursor.execute("SELECT g FROM generate_series(1, %s) g", [3])
            assert cursor.rowcount == 3
            assert cursor.fetchall() == [(1,), (2,), (3,)]

    def test_gives_the_first_of_several_results(self) -> None:
        with rows_of(7), connection.cursor() as cursor:
            cursor.execute("SELECT 1; SELECT 2")
            assert cursor.fetchone() == (1,)
            assert cursor.nextset()
            assert cursor.fetchone() == (2,)

    def test_holds_for_server_side_cursors(self) -> None:
        bob(), alice()
        with rows_of(NOBODY):
            assert list(User.objects.iterator(chunk_size=1)) == []
        assert len(list(User.objects.iterator(chunk_size=1))) == 2

    def test_holds_for_many_statements_at_once(self) -> None:
        with rows_of(NOBODY), connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.executemany("UPDATE directpay_user SET name = %s", [("a",), ("b",)])

    def test_holds_for_copies(self) -> None:
        bob()
        with rows_of(NOBODY), connection.cursor() as cursor:
            asked = "COPY (SELECT name FROM directpay_user) TO STDOUT"
            with cursor.cursor.copy(asked) as copy:
                assert list(copy.rows()) == []

    def test_holds_for_streams(self) -> None:
        bob()
        with rows_of(NOBODY), connection.cursor() as cursor:
            assert list(cursor.cursor.stream("SELECT name FROM directpay_user")) == []

    def test_holds_for_composed_statements(self) -> None:
        with rows_of(7), connection.cursor() as cursor:
            cursor.execute(psycopg.sql.SQL("SELECT directpay_asking()"))
            assert cursor.fetchone() == (7,)


@pytest.mark.django_db(transaction=True)
def test_survives_the_rollback_of_a_transaction() -> None:
    with rows_of(7):
        with transaction.atomic():
            assert asking() == ("directpay_tenant", 7)
            transaction.set_rollback(True)
        assert asking() == ("directpay_tenant", 7)
    assert everybody()


@pytest.mark.django_db(transaction=True)
def test_survives_the_commit_of_a_transaction_in_which_a_statement_failed() -> None:
    """PostgreSQL takes everything back then, the change of role with it, and calls it a commit."""
    with rows_of(7):
        with transaction.atomic():
            assert asking() == ("directpay_tenant", 7)
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM no_such_table")
            connection.needs_rollback = False  # somebody swallows it
        assert asking() == ("directpay_tenant", 7)
    assert everybody()


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_must_be_alone_is_alone() -> None:
    with rows_of(7), transaction.atomic():
        asking()
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM directpay_clock")  # fails in a transaction, and with another statement beside it


@pytest.mark.django_db(transaction=True)
def test_survives_a_statement_that_fails_by_itself() -> None:
    with rows_of(7):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM no_such_table")
        assert asking() == ("directpay_tenant", 7)
    assert everybody()


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_is_told_too() -> None:
    with rows_of(7):
        asking()
        connection.close()
        assert asking() == ("directpay_tenant", 7)
    connection.close()
    assert everybody()
