"""OpenAPI 3.1 of every resource, from what its view declares: drf-spectacular asks, nothing is annotated by hand."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.serializers import CharField, ListField, Serializer

from directpay.api.faults import MEANING, faults_of, named
from directpay.api.headers import ANSWERED, ASKED, headers_of
from directpay.api.serializers import NoParameters, StrictSerializer
from directpay.kernel.errors import DirectPayError

IDEMPOTENCY_HEADER = "Idempotency-Key"
JSON = "application/json"
OWN = (400, 404, 409)  # errors that are an operation's own; the others are nearly always the same
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["type", "code", "message", "param", "request_id"],
            "additionalProperties": True,
            "properties": {
                "type": {
                    "type": "string",
                    "enum": [
                        "api_error",
                        "authentication_error",
                        "card_error",
                        "idempotency_error",
                        "invalid_request_error",
                        "permission_error",
                        "rate_limit_error",
                    ],
                },
                "code": {"type": "string"},
                "message": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "request_id": {"type": "string"},
            },
        }
    },
}
FILE = {"type": "string", "format": "binary"}
ANY_OBJECT: dict[str, Any] = {"type": "object", "additionalProperties": True}
DELETED = {
    "type": "object",
    "required": ["id", "object", "deleted"],
    "properties": {"id": {"type": "string"}, "object": {"type": "string"}, "deleted": {"type": "boolean", "const": True}},
}
SCOPE_WORDS = {"read": "See what the account sees.", "write": "Do what the account may do, payments included."}
TIME = {"type": "integer", "description": "Unix seconds."}
WORDS = {
    ("collection", "GET"): "list",
    ("collection", "POST"): "create",
    ("object", "GET"): "retrieve",
    ("object", "POST"): "update",
    ("object", "DELETE"): "delete",
    ("part", "GET"): "read",
}


class ApiSchema(AutoSchema):
    """Reads kind, serializers, filters, expanders, examples and refusals off the view."""

    view: Any

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """As drf-spectacular's, with examples, headers and errors."""
        operation: Any = super().get_operation(*args, **kwargs)
        operation["parameters"] = [*self._header_parameters(), *operation.get("parameters", ())]
        if self.view.always_refused:
            operation["responses"] = {}
        for status, answer in operation["responses"].items():
            answer["headers"] = self._headers(int(status))
            if self.view.answers_with != JSON:
                answer["content"] = {self.view.answers_with: {"schema": FILE}}
                continue
            answer["content"][JSON]["examples"] = dict(self._answers())
            answer["content"] |= {media: {"schema": {"type": "string"}} for media in self.view.also_answers}
        if "requestBody" in operation:
            asks = {name: {"value": dict(ask.body)} for name, ask in self.view.asks.items()}
            operation["requestBody"]["content"][JSON]["examples"] = asks
        operation["responses"] |= self._errors()
        return operation

    def get_operation_id(self) -> str:
        tokens = [token.replace("-", "_") for token in self._tokenize_path()]
        if self.view.kind == "action":
            return "_".join([tokens[-1], *tokens[:-1]])
        return "_".join([WORDS.get((self.view.kind, self.method), self.method.lower()), *tokens])

    def get_summary(self) -> str:
        """The operation id as words."""
        return self.get_operation_id().replace("_", " ").capitalize()

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular's own
        return (type(self.view).__doc__ or "").strip()

    def get_override_parameters(self) -> list[Any]:
        if self.method == "POST":
            words = "1 to 255 characters. The same request with the same key is answered again and not done again."
            required = self.view.moves_money and not self.view.key_in_body
            return [_parameter(IDEMPOTENCY_HEADER, _text(255), words, OpenApiParameter.HEADER, required)]
        return self._query_parameters() if self.method == "GET" else []

    def get_request_serializer(self) -> Any:
        if self.method != "POST":
            return None
        serializer = getattr(self.view, "update_serializer" if self.view.kind == "object" else "input_serializer", None)
        if serializer is None:
            return None
        return _with_more(serializer, bool(self.view.key_in_body), tuple(sorted(self.view.expanders)))

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """`Payment` rather than `PaymentOutput`."""
        return super().get_serializer_name(serializer, direction).removesuffix("Output")

    def get_response_serializers(self) -> Any:
        if self.method == "DELETE":
            return {200: OpenApiResponse(DELETED, "Deleted.")}
        if self.view.kind == "collection":
            if self.method == "GET":
                return {200: OpenApiResponse(self._list(), "A page of the list, newest first.")}
            return {self.view.created_status: OpenApiResponse(self._object(), "Created.")}
        return {200: OpenApiResponse(self._object(), "The object.")}

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """What is sent is strict; and a description is the serializer's own, not that of a class that it comes from."""
        schema = super()._map_basic_serializer(serializer, direction)
        if not vars(type(serializer)).get("__doc__"):
            schema.pop("description", None)
        if isinstance(serializer, StrictSerializer) and direction == "request":
            schema["additionalProperties"] = False
        return schema

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        """With the ids of the examples, under the names of the requests that they belong to."""
        found = super()._resolve_path_parameters(variables)
        for parameter in found:
            if self.method == "POST":
                parameter["examples"] = {name: {"value": ask.id} for name, ask in self.view.asks.items()}
            elif self.method == "DELETE":
                parameter["example"] = self._deleted_id()
            else:
                parameter["example"] = self.view.example_id or self.view.example.get("id", "")
        return found

    def _deleted_id(self) -> str:
        return str(self.view.deleted_id or self.view.example.get("id", ""))

    def _header_parameters(self) -> Iterator[dict[str, Any]]:
        for name, words in ASKED.items():
            yield self._component(name, {"name": name, "in": "header", **words}, ResolvedComponent.PARAMETER)

    def _headers(self, status: int) -> dict[str, Any]:
        names = headers_of(status, self.method, self.view.keeps_refusals)
        return {name: self._component(name, ANSWERED[name], ResolvedComponent.HEADER) for name in names}

    def _answers(self) -> Iterator[tuple[str, Any]]:
        """Examples of a good answer: for a POST one for each request, under the same name."""
        if self.method == "POST":
            for name, ask in self.view.asks.items():
                yield name, {"value": {**self.view.example, **ask.answer}}
        elif self.method == "DELETE":
            yield "deleted", {"value": {"id": self._deleted_id(), "object": self.view.object_name, "deleted": True}}
        elif self.view.kind == "collection":
            url = self.path.removeprefix("/api")
            yield "page", {"value": {"object": "list", "url": url, "has_more": False, "data": [self.view.example]}}
        else:
            yield self.view.object_name, {"value": self.view.example}

    def _errors(self) -> dict[str, Any]:
        given = self.get_request_serializer() or getattr(self.view, "query_serializer", None)
        faults = faults_of(self.view, self.method, self.path, given)
        return {str(status): self._error(status, found) for status, found in faults.items()}

    def _error(self, status: int, faults: Sequence[DirectPayError]) -> dict[str, Any]:
        codes = {"type": "object", "properties": {"code": {"enum": sorted({fault.code for fault in faults})}}}
        schema = {"allOf": [self._component("Error", ERROR), {"properties": {"error": codes}}]}
        examples = {name: self._shared(name, example, ResolvedComponent.EXAMPLE) for name, example in named(faults).items()}
        content = {JSON: {"schema": schema, "examples": examples}}
        answer = {"description": MEANING[status], "headers": self._headers(status), "content": content}
        return answer if status in OWN else self._shared(f"{self.method}-{status}", answer, ResolvedComponent.RESPONSE)

    def _shared(self, name: str, schema: dict[str, Any], kind: str) -> dict[str, Any]:
        """What many operations have stands once; what differs stands where it is."""
        known = self.registry._components.get((name, kind))
        return self._component(name, schema, kind) if known is None or known.schema == schema else schema

    def _query_parameters(self) -> list[Any]:
        view = self.view
        found = []
        if view.expanders and view.kind != "part":
            found += self._expand("data." if view.kind == "collection" else "")
        for name, field in view.query_serializer().fields.items():
            schema = self._map_serializer_field(field, "request")
            self._insert_field_validators(field, schema)
            words, example = schema.pop("description", None), view.query_examples.get(name)
            found.append(_parameter(name, schema, words, required=field.required, example=example))
        if view.kind != "collection":
            return found
        found += [
            _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}, "Objects on a page."),
            _parameter("starting_after", {"type": "string"}, "The id after which the page begins."),
            _parameter("ending_before", {"type": "string"}, "The id before which the page ends."),
            _parameter("created", TIME, "Created in that second."),
            *[_parameter(f"created[{bound}]", TIME, "Created then.") for bound in ("gt", "gte", "lt", "lte")],
        ]
        for name, rule in view.filters.items():
            schema = self._map_serializer_field(rule.field, "request")
            bounds = [f"[{bound}]" for bound in ("gt", "gte", "lt", "lte")] if rule.ranges else []
            found += [_parameter(f"{name}{bound}", schema, f"Only objects with this {name.replace('_', ' ')}.") for bound in ["", *bounds]]
        return found

    def _expand(self, prefix: str) -> list[Any]:
        words = "Objects to show whole: " + ", ".join(f"{prefix}{name}" for name in sorted(self.view.expanders))
        return [_parameter("expand[]", {"type": "array", "items": {"type": "string"}}, words)]

    def _object(self) -> Any:
        serializer: type[Serializer[Any]] | None = self.view.output_serializer
        return ANY_OBJECT if serializer is None else self.resolve_serializer(force_instance(serializer), "response").ref

    def _list(self) -> dict[str, Any]:
        serializer: type[Serializer[Any]] | None = self.view.output_serializer
        name = "Object" if serializer is None else self._get_serializer_name(serializer(), "response")
        schema = {
            "type": "object",
            "required": ["object", "url", "has_more", "data"],
            "properties": {
                "object": {"type": "string", "const": "list"},
                "url": {"type": "string"},
                "has_more": {"type": "boolean"},
                "data": {"type": "array", "items": self._object()},
            },
        }
        return self._component(f"{name}List", schema)

    def _component(self, name: str, schema: dict[str, Any], kind: str = ResolvedComponent.SCHEMA) -> dict[str, Any]:
        component = ResolvedComponent(name=name, type=kind, schema=schema, object=name)
        self.registry.register_on_missing(component)
        return component.ref


class KeyScheme(OpenApiAuthenticationExtension):
    """How the key is sent."""

    target_class = "directpay.api.authentication.KeyAuthentication"
    name: ClassVar[list[str]] = ["bearer", "basic", "oauth2"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        scope = "read" if auto_schema.method in ("GET", "HEAD", "OPTIONS") else "write"
        return [{"bearer": []}, {"basic": []}, {"oauth2": [scope]}]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        words = "A secret key, sk_test_… or sk_live_…."
        ends = {"tokenUrl": "/oauth/token", "scopes": SCOPE_WORDS}
        flows = {
            "clientCredentials": ends,
            "authorizationCode": {"authorizationUrl": "/oauth/authorize", "refreshUrl": "/oauth/token", **ends},
        }
        return [
            {"type": "http", "scheme": "bearer", "description": words},
            {"type": "http", "scheme": "basic", "description": f"{words} As the user name, without a password."},
            {
                "type": "oauth2",
                "flows": flows,
                "description": "The access token of an app, oat_test_… or oat_live_…. PKCE (S256) is required.",
            },
        ]


def without_final_slash(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Addresses as they are documented: the slash at the end is optional."""
    return [(path.rstrip("/"), regex, method, callback) for path, regex, method, callback in endpoints]


def without_marks(result: Any, **_: Any) -> Any:
    """drf-spectacular's own notes to itself do not belong into the document."""
    if isinstance(result, dict):
        return {name: without_marks(inner) for name, inner in result.items() if name != "x-spec-enum-id"}
    return [without_marks(inner) for inner in result] if isinstance(result, list) else result


@cache
def _with_more(serializer: type[Serializer[Any]], key_in_body: bool, expandable: tuple[str, ...]) -> type[Serializer[Any]]:
    """The parameters of a view, with those that every view of its kind takes."""
    more: dict[str, Any] = {}
    name = serializer.__name__
    if key_in_body:
        words = f"Means the same as the header {IDEMPOTENCY_HEADER}; where both are sent they must agree."
        name = f"Keyed{name}"
        more["idempotency_key"] = CharField(max_length=255, required=False, help_text=words)
    if expandable:
        words = f"Objects to show whole: {', '.join(expandable)}"
        # Several verbs take nothing else: what each can show tells them apart.
        what = "".join(step.title().translate(str.maketrans("", "", "._")) for step in expandable) if serializer is NoParameters else ""
        name = f"Expanding{what}{name}"
        more["expand"] = ListField(child=CharField(), required=False, help_text=words)
    return type(name, (serializer,), more) if more else serializer


def _text(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": limit}


def _parameter(
    name: str, schema: Any, words: str | None, where: Any = OpenApiParameter.QUERY, required: bool = False, example: Any = None
) -> OpenApiParameter:
    shown = {**schema, "examples": [example]} if example is not None else schema
    return OpenApiParameter(name, shown, where, required=required, description=words or "")
