"""Base classes of every resource: a room declares what is its own, and all conventions come with it.

A room writes one mix-in (`Resource`: object_name, queryset_for, render) and combines it with CollectionView (list and
create), ObjectView (read, update, delete), ActionView (POST …/{id}/verb) and PartView (GET …/{id}/part).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from directpay.api import idempotency, versions
from directpay.api.errors import answer_for
from directpay.api.examples import Ask
from directpay.api.expanding import Expander, Step, asked_steps, expand
from directpay.api.idempotency import FIELD, HEADER, Answer, KeyRequired
from directpay.api.limits.rates import Bucket, Left, spend
from directpay.api.limits.turns import TURNS
from directpay.api.lists import PAGE_PARAMETERS, Filter, read_query, where_of
from directpay.api.objects import json_response, to_bytes
from directpay.api.paging import Listed, page_of
from directpay.api.parsers import refuse_unmeasured
from directpay.api.schema import ApiSchema
from directpay.api.serializers import NoParameters, StrictSerializer, checked
from directpay.events.unit import door_transaction
from directpay.kernel.errors import DirectPayError, NotAuthenticated, NotFound
from directpay.people.actor import Actor
from directpay.people.sign_in.address import network_of
from directpay.people.ways import Way

JSON = "application/json"
CLIENT_PREFIX = "/api"  # Stripe's clients put `url` of a list behind api_base, which ends in /api


@dataclass(frozen=True, slots=True)
class Context:
    """For rendering: who asks, and when."""

    actor: Actor
    at: datetime


class ApiView(APIView):
    """One address of the API: authentication, errors, parameters and idempotency."""

    schema = ApiSchema()
    kind: ClassVar[str] = "address"  # for the schema: collection, object, action or part
    object_name: ClassVar[str] = "object"
    output_serializer: ClassVar[type[Serializer[Any]] | None] = None  # for the schema only
    order: ClassVar[tuple[str, str]] = ("created_at", "id")  # of lists, newest first: a time, which `created[gte]` asks too, and the key
    expanders: ClassVar[Mapping[str, Expander | str]] = {}  # property → kind of object (`expanding.by_id`), or function
    moves_money: ClassVar[bool] = False  # its POST requires an Idempotency-Key
    id_param: ClassVar[str] = "id"  # what an error calls the id of the address
    key_in_body: ClassVar[bool] = False  # its POST also takes the key as the parameter `idempotency_key`
    takes_publishable_keys: ClassVar[bool] = False
    query_serializer: ClassVar[type[StrictSerializer]] = NoParameters  # of its GET, besides what lists take
    # for the schema only
    also_answers: ClassVar[Sequence[str]] = ()  # media types beside JSON that its GET can be asked for
    example: ClassVar[Mapping[str, Any]] = {}  # an object that it answers with
    example_id: ClassVar[str] = ""  # the id in the address of its GET, where it is not that of the example
    deleted_id: ClassVar[str] = ""  # the id in the address of its DELETE, where it is not that of the example
    keeps: ClassVar[Sequence[DirectPayError]] = ()  # refusals of its DELETE
    query_examples: ClassVar[Mapping[str, Any]] = {}
    asks: ClassVar[Mapping[str, Ask]] = {}  # examples of its POST
    refusals: ClassVar[Sequence[DirectPayError]] = ()  # of its POST (of its GET, where it has no other), as examples
    keeps_refusals: ClassVar[bool] = False  # its POST may return a DirectPayError, which is then replayed
    always_refused: ClassVar[bool] = False  # its POST has no good answer
    speaks: date | None = None  # the version of the API that this request is in, once it is known who calls
    answers_with: ClassVar[str] = JSON  # for the schema, where a good answer is a file
    left: Left | None = None  # of this caller's rate, once it is charged

    @property
    def actor(self) -> Actor:
        return self.request.user  # type: ignore[return-value]  # KeyAuthentication puts the Actor there

    @property
    def at(self) -> datetime:
        """When this request happens: KeyAuthentication, its first door, reads the clock once for all of it."""
        raw: Any = self.request._request
        return raw.at

    def queryset_for(self, actor: Actor) -> QuerySet[Any]:
        """The rows that `actor` may see, with what rendering needs. What is not in it does not exist for this actor."""
        raise NotImplementedError

    def ways_for(self, actor: Actor) -> Sequence[Way] | None:
        """For lists of what may be long: how this actor comes to see rows. None for one that sees all."""
        return None

    def listed(self) -> Listed:
        return Listed(self.queryset_for(self.actor), self.ways_for(self.actor), self.order)

    def render(self, row: Any, context: Context) -> Mapping[str, Any]:
        """The JSON object of one row, usually by `objects.rendered`."""
        raise NotImplementedError

    def render_many(self, rows: Sequence[Any], context: Context) -> list[dict[str, Any]]:
        """Rows of a page; override where one query serves them all."""
        return [dict(self.render(row, context)) for row in rows]

    def moves_money_with(self, parameters: Mapping[str, Any]) -> bool:
        """Whether this POST moves money; override where its parameters decide."""
        return self.moves_money

    @property
    def may_move_money(self) -> bool:
        """Whether any POST to it does."""
        return self.moves_money or type(self).moves_money_with is not ApiView.moves_money_with

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As DRF's, without negotiating: answers are JSON, whatever Accept says."""
        self.perform_authentication(request)
        self.check_throttles(request)  # first of all: whatever is refused from here on is charged too
        self.speaks = versions.version_asked(request.headers) or self._pinned(request)
        if request.method in ("GET", "HEAD"):
            raw: Any = request._request
            raw.understood = self.understood
        self.check_permissions(request)

    def perform_authentication(self, request: Request) -> None:
        """As DRF's; who fails is counted by address, so that nobody tries keys at leisure."""
        try:
            super().perform_authentication(request)
        except NotAuthenticated:
            spend([Bucket("address", network_of(request._request))])
            raise

    def check_throttles(self, request: Request) -> None:
        """Raises RateLimited."""
        buckets = [Bucket("key", self.actor.label), Bucket("address", network_of(request._request))]
        if self.actor.user_id is not None:
            buckets.append(Bucket("user", str(self.actor.user_id)))
        self.left = spend(buckets)
        self.turn.enter_context(TURNS.turn(self.actor.account))

    def _pinned(self, request: Request) -> date:
        """The version of the key: the newest, until its first use is noted."""
        pinned: str = request.auth.version  # type: ignore[union-attr]  # a UsableKey
        return date.fromisoformat(pinned) if pinned else versions.versions()[-1]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self.turn:
            return super().dispatch(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.speaks is not None:
            answer[versions.HEADER] = request.headers.get(versions.HEADER) or self.speaks.isoformat()
            if not answer.streaming and answer.content and answer["Content-Type"] == JSON and (unknown := versions.since(self.speaks)):
                answer.content = to_bytes(versions.as_before(unknown, json.loads(answer.content)))
        if self.left is not None:
            answer["RateLimit-Limit"] = str(self.left.limit)
            answer["RateLimit-Remaining"] = str(self.left.remaining)
            answer["RateLimit-Reset"] = str(self.left.reset_seconds)
        return answer

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return HttpResponse(status=204)

    def given(self, request: Request) -> dict[str, Any]:
        """The parameters of a body, in today's shape."""
        return self.understood(dict(request.data))

    def understood(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Parameters in today's shape, of whichever version they are."""
        unknown = versions.since(self.speaks) if self.speaks else ()
        match = self.request.resolver_match
        method = "POST" if self.request.method == "POST" else "GET"
        return versions.understood(unknown, f"{method} {match.url_name if match else ''}", parameters)

    def addressed(self, actor: Actor) -> tuple[str, QuerySet[Any]]:
        """What the id of the address names, and among which rows. Override where a view answers with something else."""
        return self.object_name, self.queryset_for(actor)

    def row(self) -> Any:
        """The object of this address. Raises NotFound, the same for absent and foreign."""
        name, rows = self.addressed(self.actor)
        found = rows.filter(public_id=self.kwargs["id"]).first()
        if found is None:
            raise NotFound(f"No such {name.replace('_', ' ')}: {self.kwargs['id']}", param=self.id_param)
        return found

    def shown(self, rows: Sequence[Any], context: Context, steps: Sequence[Step]) -> list[dict[str, Any]]:
        """Rendered rows with what `expand` asks for."""
        objects = self.render_many(rows, context)
        expand(objects, rows, context, steps)
        return objects

    def read_one(self, request: Request) -> HttpResponse:
        query = read_query(request._request, ("expand",))
        steps = asked_steps(query.get("expand"), self.expanders, in_list=False)
        context = Context(self.actor, self.at)
        return json_response(self.shown([self.row()], context, steps)[0])

    def post_once(
        self, request: Request, serializer: type[StrictSerializer], status: int, change: Callable[[dict[str, Any], datetime], Any]
    ) -> HttpResponse:
        """A POST by the rules of idempotency: `change(data, at)` returns the row to show, in the one transaction.

        It may return (not raise) a DirectPayError: then the change stands, and the error is the answer.
        """
        read_query(request._request, ())
        refuse_unmeasured(request._request)
        parameters = self.given(request)
        field = parameters.pop(FIELD, None) if self.key_in_body else None
        key = idempotency.key_of(request.headers.get(HEADER), field)
        moves_money = self.moves_money_with(parameters)
        if key is None and moves_money:
            raise KeyRequired(f"Send the header {HEADER}: a value of your own for this one payment, the same when you retry.", param=HEADER)
        at = self.at
        given = dict(parameters)
        wished = given.pop("expand", None)

        def execute() -> Answer:
            steps = asked_steps(wished, self.expanders, in_list=False)
            row = change(checked(serializer, given), at)
            if isinstance(row, DirectPayError):  # a refusal that must stand: what led to it is kept, and so is the answer
                refused = answer_for(row)
                return Answer(refused.status_code, refused.content)
            return Answer(status, to_bytes(self.shown([row], Context(self.actor, at), steps)[0]))

        if key is None:
            with door_transaction():
                answer = execute()
            return answer.response()
        keyed = idempotency.keyed(
            account=self.actor.account,
            method="POST",
            path=request.path,
            key=key,
            parameters=parameters,
            moves_money=moves_money,
        )
        return idempotency.answer_once(request=keyed, at=at, execute=execute).response()


class CollectionView(ApiView):
    """GET the list; POST to create, where `create` is defined."""

    kind = "collection"
    input_serializer: ClassVar[type[StrictSerializer]] = NoParameters
    filters: ClassVar[Mapping[str, Filter]] = {}
    created_status: ClassVar[int] = 201

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.http_method_names = ["get", "head", "options"] + (["post"] if cls.create is not CollectionView.create else [])

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Any:
        """Call the one action and return the row to show."""
        raise NotImplementedError

    def get(self, request: Request, **_: Any) -> HttpResponse:
        query = read_query(request._request, {*PAGE_PARAMETERS, *self.filters})
        steps = asked_steps(query.get("expand"), self.expanders, in_list=True)
        page = page_of(self.listed(), query, where_of(query, self.filters, self.at))
        data = self.shown(page.rows, Context(self.actor, self.at), steps)
        url = request.path.rstrip("/").removeprefix(CLIENT_PREFIX)
        return json_response({"object": "list", "url": url, "has_more": page.has_more, "data": data})

    def post(self, request: Request, **_: Any) -> HttpResponse:
        return self.post_once(request, self.input_serializer, self.created_status, lambda data, at: self.create(self.actor, data, at))


class ObjectView(ApiView):
    """GET one; POST to update and DELETE, where `update` and `delete_row` are defined."""

    kind = "object"
    update_serializer: ClassVar[type[StrictSerializer]] = NoParameters

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        writes = (["post"] if cls.update is not ObjectView.update else []) + (
            ["delete"] if cls.delete_row is not ObjectView.delete_row else []
        )
        cls.http_method_names = ["get", "head", "options", *writes]

    def update(self, actor: Actor, row: Any, data: dict[str, Any], at: datetime) -> Any:
        """Call the one action and return the row to show."""
        raise NotImplementedError

    def delete_row(self, actor: Actor, row: Any, at: datetime) -> None:
        raise NotImplementedError

    def get(self, request: Request, **_: Any) -> HttpResponse:
        return self.read_one(request)

    def post(self, request: Request, **_: Any) -> HttpResponse:
        return self.post_once(request, self.update_serializer, 200, lambda data, at: self.update(self.actor, self.row(), data, at))

    def delete(self, request: Request, **_: Any) -> HttpResponse:
        """Idempotent by nature: an Idempotency-Key is ignored."""
        read_query(request._request, ())
        row = self.row()
        self.delete_row(self.actor, row, self.at)
        return json_response({"id": row.public_id, "object": self.object_name, "deleted": True})


class ActionView(ApiView):
    """POST …/{id}/verb."""

    kind = "action"
    input_serializer: ClassVar[type[StrictSerializer]] = NoParameters
    http_method_names = ["post", "options"]

    def act(self, actor: Actor, row: Any, data: dict[str, Any], at: datetime) -> Any:
        """Call the one action and return the row to show."""
        raise NotImplementedError

    def post(self, request: Request, **_: Any) -> HttpResponse:
        return self.post_once(request, self.input_serializer, 200, lambda data, at: self.act(self.actor, self.row(), data, at))


class PartView(ApiView):
    """GET …/{id}/part: something computed about one object, or a list that is short by nature."""

    kind = "part"
    http_method_names = ["get", "head", "options"]

    def read(self, row: Any, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        """The JSON object to answer with."""
        raise NotImplementedError

    def get(self, request: Request, **_: Any) -> HttpResponse:
        query = read_query(request._request, self.query_serializer().fields)
        return json_response(self.read(self.row(), checked(self.query_serializer, query), Context(self.actor, self.at)))
