"""`GET …/search`: the same answer for every resource, page by page."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from directpay.api.expanding import asked_steps
from directpay.api.lists import read_query
from directpay.api.objects import json_response
from directpay.api.paging import LIMIT_DEFAULT, LIMIT_MAX, page_of
from directpay.api.schema import ApiSchema
from directpay.api.searching import Field, SearchInvalid, parse
from directpay.api.serializers import StrictSerializer, checked
from directpay.api.views import CLIENT_PREFIX, ApiView, Context
from directpay.kernel.errors import DirectPayError, InvalidInput


class SearchQuery(StrictSerializer):
    query = serializers.CharField(help_text="For example metadata['lease']:'L-1' AND created>1767225600.")
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX, default=LIMIT_DEFAULT)
    page = serializers.CharField(max_length=80, required=False, help_text="`next_page` of the page before.")


class SearchOutput(serializers.Serializer[Any]):
    object = serializers.CharField()
    url = serializers.CharField()
    has_more = serializers.BooleanField()
    next_page = serializers.CharField(allow_null=True)


class SearchSchema(ApiSchema):
    """The parameters of the query, what can be asked and shown whole."""

    def _query_parameters(self) -> list[Any]:
        return [*(self._expand("data.") if self.view.expanders else []), *super()._query_parameters()]

    def _answers(self) -> Iterator[tuple[str, Any]]:
        page = {"object": "search_result", "url": self.path.removeprefix(CLIENT_PREFIX), "has_more": False, "next_page": None}
        yield "page", {"value": {**page, "data": [self.view.example]}}

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular's own
        return f"{super().get_description()} By {', '.join(sorted(self.view.search_fields))} and metadata['…'].".strip()

    def _object(self) -> Any:
        return self.resolve_serializer(_page_of(self.view.output_serializer)(), "response").ref


class SearchView(ApiView):
    """In Stripe's search language. What was just written is found."""

    kind = "part"  # for the schema: an object with parameters of its own
    schema = SearchSchema()
    search_fields: ClassVar[Mapping[str, Field]] = {}
    query_serializer: ClassVar[type[StrictSerializer]] = SearchQuery
    query_examples: ClassVar[Mapping[str, Any]] = {"query": "created>1767225600"}
    refusals: ClassVar[Sequence[DirectPayError]] = (SearchInvalid("This is not a search: a field, a colon and a value.", param="query"),)
    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, **_: Any) -> HttpResponse:
        query = read_query(request._request, ("query", "limit", "page", "expand"))
        steps = asked_steps(query.pop("expand", None), self.expanders, in_list=True)
        asked = checked(SearchQuery, query)
        where = parse(asked["query"], self.search_fields, self.at)
        after = asked.get("page")
        if after is not None and not self.queryset_for(self.actor).filter(public_id=after).exists():
            raise InvalidInput("This is not the next_page of a search.", param="page")
        place = {"limit": str(asked["limit"]), **({"starting_after": after} if after else {})}
        page = page_of(self.listed(), place, where)
        return json_response(
            {
                "object": "search_result",
                "url": request.path.rstrip("/").removeprefix(CLIENT_PREFIX),
                "has_more": page.has_more,
                "next_page": page.rows[-1].public_id if page.has_more else None,
                "data": self.shown(page.rows, Context(self.actor, self.at), steps),
            }
        )


@cache
def _page_of(serializer: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of a page of such objects."""
    return type(f"{serializer.__name__.removesuffix('Output')}SearchOutput", (SearchOutput,), {"data": serializer(many=True)})
