"""Statements in figures: some of them, by their verb."""

import pytest
from django.db import connection
from psycopg import sql

from directpay.ops.query_times import KINDS, OTHER, kind_of, time_connection, timed
from tests.signals import growth

COUNT = "database_query_duration_seconds_count"


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT 1", "select"),
        ("\n  select 1", "select"),
        ("\nWITH given AS (SELECT 1) INSERT", "with"),
        ("UPDATE x SET y = 1", "update"),
        ("SET CONSTRAINTS ALL IMMEDIATE", OTHER),
        ("", OTHER),
        (sql.SQL("DELETE FROM x"), "other"),
    ],
)
def test_is_told_apart_by_its_verb(statement, kind):
    assert kind_of(statement) == kind
    assert kind in {*KINDS.values(), OTHER}


@pytest.mark.django_db
def test_times_about_one_statement_in_eight():
    with growth() as grown, connection.cursor() as cursor:
        for _ in range(800):
            cursor.execute("SELECT 1")
    assert 40 < grown.of(COUNT, statement="select") < 200, "within nine standard deviations of 100"


@pytest.mark.django_db
def test_a_connection_is_timed_once():
    connection.ensure_connection()
    time_connection(connection)
    assert connection.execute_wrappers.count(timed) == 1


def test_a_statement_that_fails_fails_as_before():
    def refuse(*_: object) -> None:
        raise ZeroDivisionError

    with growth() as grown:
        for _ in range(200):
            with pytest.raises(ZeroDivisionError):
                timed(refuse, "SELECT 1", None, False, {})
    assert grown.of(COUNT, statement="select") > 0
