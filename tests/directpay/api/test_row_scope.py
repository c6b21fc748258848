"""Each request sees the rows of who asks, also in what is made while it is sent."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from directpay.api.row_scope import RowScopeMiddleware
from directpay.kernel.row_scope import EVERYBODY, NOBODY, row_scope
from directpay.people.models import User
from tests.directpay.cast import bob, sam

pytestmark = pytest.mark.django_db


def seen_by(user: User | AnonymousUser, path: str = "/renter/") -> int:
    """The scope within a request."""
    found: list[int] = []

    def view(_request: HttpRequest) -> HttpResponseBase:
        found.append(row_scope())
        return HttpResponse()

    request = RequestFactory().get(path)
    request.user = user
    RowScopeMiddleware(view)(request)
    assert row_scope() == EVERYBODY
    return found[0]


def test_a_page_is_asked_for_by_one_person() -> None:
    person = bob()
    assert seen_by(person) == person.id


def test_a_page_is_asked_for_by_nobody_who_is_known() -> None:
    assert seen_by(AnonymousUser()) == NOBODY


def test_staff_see_everybody() -> None:
    assert seen_by(sam()) == EVERYBODY


def test_the_api_is_asked_by_nobody_until_its_key_is_read() -> None:
    assert seen_by(bob(), "/api/v1/payments") == NOBODY


def test_an_address_that_begins_like_one_of_the_house_is_none() -> None:
    person = bob()
    assert seen_by(person, "/administration/") == person.id
    assert seen_by(person, "/healthy") == person.id


def test_what_is_streamed_is_made_for_the_same_person() -> None:
    made: list[int] = []

    def parts() -> Iterator[bytes]:
        for part in (b"a", b"b"):
            made.append(row_scope())
            yield part

    request = RequestFactory().get("/renter/")
    request.user = bob()
    response = RowScopeMiddleware(lambda _request: StreamingHttpResponse(parts()))(request)
    assert isinstance(response, StreamingHttpResponse)
    assert b"".join(response.streaming_content) == b"ab"
    assert made == [request.user.id] * 2
    assert row_scope() == EVERYBODY
