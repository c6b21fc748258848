"""What must never stand in a log, and what stands there instead. Ids, amounts and dates stay readable."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

HIDDEN = "•••"
DEPTH_LIMIT = 6
# Names whose values are never shown, wherever they stand: in a mapping, in JSON, in a form, in a query string.
SECRET_NAMES = (
    "account_number",
    "routing_number",
    "card_number",
    "number",
    "pan",
    "cvc",
    "cvv",
    "password",
    "passwd",
    "secret",
    "client_secret",
    "secret_key",
    "api_key",
    "token",
    "access_token",
    "refresh_token",
    "code_verifier",
    "authorization",
    "cookie",
    "set-cookie",
    "csrfmiddlewaretoken",
    "email",
    "phone",
    "tax_id",
    "ssn",
)
_NAMED = "|".join(sorted((re.escape(name) for name in SECRET_NAMES), key=len, reverse=True))
# name=value, "name": "value", name: value, name[...]=value; the value up to what ends it.
ASSIGNED = re.compile(
    rf"""(?<![A-Za-z0-9_])(?P<name>["']?(?:[A-Za-z]+[_\[])?(?:{_NAMED})\]?["']?\s*[=:]\s*)(?P<value>"[^"]*"|'[^']*'|[^\s,;&)}}\]]+)""",
    re.IGNORECASE,
)
CREDENTIALS = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE)
KEY = re.compile(r"\b((?:sk|pk|rk|oat|ort|cs)_(?:test|live)|whsec|seti|pi_[0-9A-Za-z]+_secret)_[0-9A-Za-z+/=]{6,}")
URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):[^\s@/]+@")
EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")
# A phone number says so: by a plus, or by the way it is broken up.
PHONE = re.compile(r"(?<![\w.+-])(?:\+\d[\d ().-]{7,17}\d|\(\d{3}\)\s?\d{3}[-. ]\d{4}|\d{3}[-. ]\d{3}[-. ]\d{4})(?![\w-])")
# Words of letters, digits and underscores that begin with a letter, divided by slashes, dashes, dots and braces: ids, names, kinds, routes.
# Nothing that is hidden looks so, but for keys. Most of what is logged does, and is spared the search.
PLAIN = re.compile(r"(?:[A-Za-z_]\w*+|[-/{}.])*+", re.ASCII)
DIGITS = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")


def mask(text: str) -> str:
    """The text without card and account numbers, e-mail addresses, telephone numbers, keys, tokens and passwords."""
    if PLAIN.fullmatch(text):
        return KEY.sub(rf"\1_{HIDDEN}", text)
    if "://" in text:
        text = URL_PASSWORD.sub(rf"\1:{HIDDEN}@", text)
    text = CREDENTIALS.sub(rf"\1 {HIDDEN}", text)
    text = ASSIGNED.sub(_assigned, text)
    text = KEY.sub(rf"\1_{HIDDEN}", text)
    if "@" in text:
        text = EMAIL.sub(HIDDEN, text)
    return PHONE.sub(HIDDEN, DIGITS.sub(_card, text))


def masked(value: Any, depth: int = 0) -> Any:
    """The same for what a log line carries beside its text. Mappings lose the values of secret names, whatever they are."""
    if isinstance(value, str):
        return mask(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth >= DEPTH_LIMIT:
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(name): HIDDEN if is_secret(str(name)) else masked(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [masked(inner, depth + 1) for inner in value]
    return mask(str(value))


def is_secret(name: str) -> bool:
    """Whether the value under this name is never shown."""
    return name.lower().removeprefix("http_") in SECRET_NAMES


def is_card_number(digits: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1), for 13 to 19 digits."""
    doubled = [int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _assigned(found: re.Match[str]) -> str:
    value = found["value"]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{found['name']}{quote}{HIDDEN}{quote}"


def _card(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    return f"{HIDDEN}{digits[-4:]}" if is_card_number(digits) else found[0]
