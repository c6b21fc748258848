"""OpenAPI 3.1 of every resource, from what its view declares: drf-spectacular asks, nothing is annotated by hand."""

from functools import cache
from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.serializers import CharField, Serializer

IDEMPOTENCY_HEADER = "Idempotency-Key"
LIST_ERRORS, POST_ERRORS = (400, 401, 403, 429), (400, 401, 403, 404, 409, 413, 415, 429, 500)

MEANING = {
    400: "The request is wrong: `param` says where.",
    401: "No valid API key.",
    402: "The card or bank refused.",
    403: "This key may not do that.",
    404: "No such object, or not yours.",
    409: "Does not fit the present state, or the idempotency key is in use.",
    413: "The body is too large.",
    415: "Neither JSON nor a form.",
    429: "Too many requests.",
    500: "A fault on our side.",
}
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
    """Reads kind, serializers, filters and expanders off the view."""

    view: Any

    def get_operation_id(self) -> str:
        tokens = [token.replace("-", "_") for token in self._tokenize_path()]
        if self.view.kind == "action":
            return "_".join([tokens[-1], *tokens[:-1]])
        return "_".join([WORDS.get((self.view.kind, self.method), self.method.lower()), *tokens])

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular's own
        return (type(self.view).__doc__ or "").strip()

    def get_override_parameters(self) -> list[Any]:
        found = [_parameter("Request-Id", _text(64), "Named on the answer, in logs and events.", OpenApiParameter.HEADER)]
        if self.method == "POST":
            words = "1 to 255 characters. The same request with the same key is answered again and not done again."
            required = self.view.moves_money and not self.view.key_in_body
            found.append(_parameter(IDEMPOTENCY_HEADER, _text(255), words, OpenApiParameter.HEADER, required))
        elif self.method == "GET":
            found += self._query_parameters()
        return found

    def get_request_serializer(self) -> Any:
        if self.method != "POST":
            return None
        serializer = getattr(self.view, "update_serializer" if self.view.kind == "object" else "input_serializer", None)
        return _with_key(serializer) if serializer and self.view.key_in_body else serializer

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """`Payment` rather than `PaymentOutput`."""
        return super().get_serializer_name(serializer, direction).removesuffix("Output")

    def get_response_serializers(self) -> Any:
        errors = {code: OpenApiResponse(self._error(), MEANING[code]) for code in self._error_codes()}
        if self.method == "DELETE":
            return {200: OpenApiResponse(DELETED, "Deleted."), **errors}
        if self.view.kind == "collection":
            if self.method == "GET":
                return {200: OpenApiResponse(self._list(), "A page of the list, newest first."), **errors}
            return {self.view.created_status: OpenApiResponse(self._object(), "Created."), **errors}
        return {200: OpenApiResponse(self._object(), "The object."), **errors}

    def _error_codes(self) -> list[int]:
        codes = set(POST_ERRORS if self.method == "POST" else LIST_ERRORS) | ({404} if self.view.kind != "collection" else set())
        if self.view.moves_money and self.method == "POST":
            codes.add(402)
        return sorted(codes)

    def _query_parameters(self) -> list[Any]:
        view = self.view
        if view.kind == "part":
            return [view.query_serializer] if view.query_serializer().fields else []
        found = []
        if view.expanders:
            words = "Objects to show whole: " + ", ".join(sorted(view.expanders))
            found.append(_parameter("expand[]", {"type": "array", "items": {"type": "string"}}, words))
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

    def _object(self) -> Any:
        serializer: type[Serializer[Any]] | None = self.view.output_serializer
        return ANY_OBJECT if serializer is None else self.resolve_serializer(serializer(), "response").ref

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

    def _error(self) -> dict[str, Any]:
        return self._component("Error", ERROR)

    def _component(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)
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


@cache
def _with_key(serializer: type[Serializer[Any]]) -> type[Serializer[Any]]:
    """The parameters of a view that also takes the idempotency key in the body."""
    words = f"Means the same as the header {IDEMPOTENCY_HEADER}; where both are sent they must agree."
    key = CharField(max_length=255, required=False, help_text=words)
    return type(f"Keyed{serializer.__name__}", (serializer,), {"idempotency_key": key})


def _text(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": limit}


def _parameter(name: str, schema: Any, words: str, where: Any = OpenApiParameter.QUERY, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, schema, where, required=required, description=words)
