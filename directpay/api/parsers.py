"""Bodies: strict JSON, or a form. Each refuses what a careless reader would misread, and names the parameter."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser

from directpay.api.brackets import parse_form
from directpay.api.errors import bracketed
from directpay.kernel.errors import DirectPayError, InvalidInput, TooLarge

DEPTH_LIMIT = 20
INTEGER_DIGITS = 18  # what fits a bigint with room to add
FRACTION_CHARACTERS = 40


class NotUtf8(InvalidInput):
    """Bodies are UTF-8 and nothing else (400)."""

    code = "body_not_utf8"


class NotJson(InvalidInput):
    """The body cannot be read as one JSON object (400)."""

    code = "body_invalid_json"


class LengthRequired(DirectPayError):
    """A chunked body: WSGI could not tell where it ends, and would read it as empty (411)."""

    status = 411
    code = "length_required"


class Refused:
    """Stands where JSON has a number that we do not take, until the walk can name it."""

    def __init__(self, why: str) -> None:
        self.why = why


class StrictJSONParser(BaseParser):
    """RFC 8259 in UTF-8, one object: no duplicate names, no NaN or Infinity, no huge numbers, at most 20 deep."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        text = read_text(stream, media_type, parser_context)
        if not text.strip():
            return {}
        try:
            tree = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_fraction)
        except RecursionError as error:
            raise NotJson(f"This body is nested more than {DEPTH_LIMIT} deep.") from error
        except json.JSONDecodeError as error:
            raise NotJson(f"This body is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from error
        if not isinstance(tree, dict):
            raise NotJson("The body must be a JSON object: {…}.")
        check_tree(tree)
        return tree


class BracketFormParser(BaseParser):
    """`application/x-www-form-urlencoded` with bracketed nesting, as Stripe's clients send it."""

    media_type = "application/x-www-form-urlencoded"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        tree = parse_form(read_text(stream, media_type, parser_context))
        check_tree(tree)
        return tree


def read_text(stream: IO[bytes], media_type: str | None, parser_context: Mapping[str, Any] | None) -> str:
    """The body as text, never reading more than settings.MAX_BODY_BYTES. Raises TooLarge, NotUtf8."""
    limit = settings.MAX_BODY_BYTES
    too_large = TooLarge(f"A body has at most {limit} bytes.")
    request = (parser_context or {}).get("request")
    if request is not None and int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise too_large
    _, parameters = parse_header_parameters(media_type or "")
    if parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise NotUtf8("Bodies are UTF-8.")
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise too_large
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotUtf8("This body is not valid UTF-8.") from error


def refuse_unmeasured(request: HttpRequest) -> None:
    """Raises LengthRequired rather than take a chunked body for an empty one."""
    if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
        raise LengthRequired("Send the body with a Content-Length.")


def check_tree(value: Any, path: tuple[str | int, ...] = ()) -> None:
    """Refuse, by its name, what Postgres or arithmetic could not take. Raises InvalidInput."""
    if len(path) > DEPTH_LIMIT:
        raise InvalidInput(f"Parameters are nested at most {DEPTH_LIMIT} deep.", param=bracketed(path[:1]))
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, Refused):
        raise InvalidInput(f"Invalid {bracketed(path)}: {value.why}", param=bracketed(path))
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name, path)
            check_tree(inner, (*path, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            check_tree(inner, (*path, position))


def _check_text(text: str, path: tuple[str | int, ...]) -> None:
    if "\x00" in text:
        raise InvalidInput("Text may not contain NUL characters.", param=bracketed(path) or None)
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidInput("Text may not contain lone surrogates.", param=bracketed(path) or None)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise InvalidInput(f"The name {twice[:80]!r} is given twice.", param=twice[:80], code="parameter_invalid")
    return found


def _constant(name: str) -> Refused:
    return Refused(f"{name} is not a number.")


def _integer(digits: str) -> int | Refused:
    return int(digits) if len(digits.lstrip("-")) <= INTEGER_DIGITS else Refused("this number is too large.")


def _fraction(digits: str) -> Decimal | Refused:
    number = Decimal(digits)  # never a float: a share of 33.3 percent stays what was written
    if len(digits) > FRACTION_CHARACTERS or abs(number.adjusted()) > INTEGER_DIGITS:
        return Refused("this number is too long.")
    return number
