"""Rows that are written as arrays say what they were told, whatever stands in it."""

import pytest
from django.db import models

from directpay.database.rows import columns_of, update_rows
from directpay.people.models import User
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    w = World()
    return [w.person(f"person-{n}", "renter") for n in range(3)]


@pytest.mark.parametrize("name", ["plain", "", "NULL", "{a,b}", 'said "no"', "back\\slash", "a 'b' c", "Ünïcode ✓", "two\nlines"])
def test_a_text_is_kept(people, name):
    people[0].name, people[1].name = name, "another"
    update_rows(User, people[:2], ["name"])
    assert [user.name for user in User.objects.order_by("id")][-3:] == [name, "another", people[2].name]


def test_documents_moments_and_nothing_are_kept(people):
    moment = people[0].created_at
    people[0].metadata, people[0].last_login = {"a": [1, None, 'b"\\']}, moment
    people[1].metadata, people[1].last_login = {}, None
    update_rows(User, people[:2], ["metadata", "last_login"])
    found = {user.id: (user.metadata, user.last_login) for user in User.objects.filter(id__in=[p.id for p in people])}
    assert found[people[0].id] == ({"a": [1, None, 'b"\\']}, moment)
    assert found[people[1].id] == ({}, None)


def test_no_rows_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        update_rows(User, [], ["name"])


def test_only_what_is_named_is_written(people):
    people[0].name, people[0].locale = "Another", "es"
    update_rows(User, people[:1], ["name"])
    people[0].refresh_from_db()
    assert (people[0].name, people[0].locale) == ("Another", "en")


def test_a_field_that_is_not_there_is_no_column():
    with pytest.raises(KeyError):
        columns_of(User, ("nothing",))


def test_a_type_without_a_literal_is_refused():
    class Odd(models.Model):
        share = models.FloatField()

        class Meta:
            app_label = "odd"

    with pytest.raises(KeyError):
        columns_of(Odd)
