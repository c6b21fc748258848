"""What is wrong with an answer, whatever it answers to."""

import re
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from tests.attackers.payloads import ATTRIBUTE, HEADER, PRODUCT, TAG
from tests.attackers.reading import read
from tests.attackers.visitor import HOST, Answer

Fault = tuple[str, str]  # kind, and what is seen
TRACE = re.compile(r"Traceback \(most recent call last\)|File \"[^\"]+\.py\", line \d|You're seeing this error because|Exception Type:")
DATABASE = re.compile(
    r"syntax error at or near|unterminated quoted string|psycopg\.|django\.db\.utils|invalid input syntax for|SQLSTATE|division by zero"
)
PASSWORDS = re.compile(r"^root:[^:\n]*:0:0:", re.M)
LISTING = re.compile(r"<title>\s*(?:Index of|Directory listing for) ", re.I)
CONTROLS = re.compile(r"[\x00-\x20]")


def faults(answer: Answer, *, secure: bool = False) -> list[Fault]:
    """`secure`: over TLS, where cookies must say so."""
    return [*_errors(answer), *_taken_for_code(answer), *_headers(answer), *_cookies(answer, secure)]


def _errors(answer: Answer) -> list[Fault]:
    found = [("server error", str(answer.status))] if answer.status >= 500 else []
    for kind, pattern in (("stack trace", TRACE), ("database error", DATABASE), ("file", PASSWORDS), ("listing", LISTING)):
        if seen := pattern.search(answer.text):
            found.append((kind, seen[0]))
    return found


def _taken_for_code(answer: Answer) -> list[Fault]:
    found = [("evaluated", PRODUCT)] if PRODUCT in answer.text else []
    if answer.is_html:
        page = read("/", answer.text)
        if TAG in page.tags or ATTRIBUTE in page.attributes:
            found.append(("markup", "an element or attribute of ours"))
        if any(CONTROLS.sub("", address).lower().startswith(f"javascript:{TAG}") for address in page.addresses):
            found.append(("markup", "a link that runs script"))
    return found


def _headers(answer: Answer) -> list[Fault]:
    found = [("header", f"{name}: {value!r}") for name, value in answer.headers if name == HEADER or re.search(r"[\r\n\x00]", name + value)]
    if leads_away(answer.header("Location")):
        found.append(("redirect", answer.header("Location")))
    for name, wanted in (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "")):
        if not answer.header(name) or (wanted and answer.header(name) != wanted):
            found.append(("policy", f"{name}: {answer.header(name)!r}"))
    if answer.is_html:
        policy = answer.header("Content-Security-Policy")
        if "default-src" not in policy or "frame-ancestors 'none'" not in policy:
            found.append(("policy", f"Content-Security-Policy: {policy!r}"))
        if answer.header("X-Frame-Options") != "DENY":
            found.append(("policy", "X-Frame-Options"))
    return found


def leads_away(location: str) -> bool:
    """As a browser reads it: backslashes are slashes, control characters are nothing, `https:x` has a host."""
    read_as = CONTROLS.sub("", location).replace("\\", "/")
    if re.match(r"(?i)https?:", read_as):
        read_as = re.sub(r"(?i)^(https?:)/*", r"\1//", read_as)
    elif read_as.startswith("//"):
        read_as = "//" + read_as.lstrip("/")
    try:
        found = urlsplit(read_as)
    except ValueError:
        return True
    return bool(found.netloc and found.netloc != HOST) or bool(found.scheme and found.scheme.lower() not in ("http", "https"))


def _cookies(answer: Answer, secure: bool) -> list[Fault]:
    found = []
    for line in answer.all("Set-Cookie"):
        for name, cookie in SimpleCookie(line).items():
            if cookie["max-age"] == "0" or not cookie.value:
                continue  # taken away
            missing = [flag for flag in ("httponly", "samesite", *(["secure"] if secure else [])) if not cookie[flag]]
            if missing:
                found.append(("cookie", f"{name} without {', '.join(missing)}"))
    return found
