"""`Stripe-Version`: Stripe's clients send one with every request. There is one version of this API, so any is taken, and said again.

Format: https://docs.stripe.com/api/versioning, a date and since 2024 the name of a release.
"""

import re
from collections.abc import Mapping
from datetime import date

from django.http.response import HttpResponseBase

from directpay.kernel.errors import InvalidInput

HEADER = "Stripe-Version"
SHAPE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(\.[A-Za-z][A-Za-z0-9_-]{0,39})?")


def check_version(headers: Mapping[str, str]) -> None:
    """Raises InvalidInput for what is not `YYYY-MM-DD` or `YYYY-MM-DD.name`."""
    given = headers.get(HEADER)
    if given is not None and not _is_version(given):
        raise InvalidInput(f"Invalid {HEADER}: versions are written YYYY-MM-DD or YYYY-MM-DD.name.", param=HEADER)


def echo_version(headers: Mapping[str, str], response: HttpResponseBase) -> None:
    given = headers.get(HEADER)
    if given is not None and _is_version(given):
        response[HEADER] = given


def _is_version(text: str) -> bool:
    shape = SHAPE.fullmatch(text)
    if shape is None:
        return False
    try:
        date.fromisoformat(shape[1])
    except ValueError:
        return False
    return True
