"""The same request sent again is answered again, and never done again.

Key, effect and answer commit in one transaction. "In use" is a transaction-scoped advisory lock: it cannot be orphaned,
and after a crash a retry simply executes. Rules: API.md; Stripe, https://docs.stripe.com/api/idempotent_requests;
draft-ietf-httpapi-idempotency-key-header (the quoted form).
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpResponse

from directpay.api.errors import SHOULD_RETRY, is_refusal, unexpected
from directpay.database.statements import later
from directpay.events.unit import door_transaction, unit_of_work
from directpay.kernel.errors import Conflict, DirectPayError, InvalidInput
from directpay.kernel.instruments import Counter
from directpay.kernel.milestones import milestone
from directpay.kernel.row_scope import every_row

HEADER = "Idempotency-Key"
FIELD = "idempotency_key"
REPLAYED = "Idempotent-Replayed"
KEY_SHAPE = re.compile(r"[\x20-\x7e]{1,255}")
QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')  # RFC 8941 sf-string
REPLAYED_FOR = timedelta(hours=24)
HITS = Counter("idempotency_cache_hits_total", "Requests answered with the saved answer of their idempotency key; nothing was done again.")


class KeyRequired(InvalidInput):
    """A request that moves money came without a key (400)."""

    code = "idempotency_key_required"


class KeyInvalid(InvalidInput):
    """Keys are 1 to 255 printable ASCII characters (400)."""

    code = "idempotency_key_invalid"


class KeyMismatch(InvalidInput):
    """Header and body name different keys (400)."""

    code = "idempotency_key_mismatch"


class KeyReused(DirectPayError):
    """The key has answered other parameters before (400)."""

    type = "idempotency_error"
    code = "idempotency_key_reused"


class KeyInUse(Conflict):
    """The first request with this key is still running (409)."""

    code = "idempotency_key_in_use"
    retry_after_seconds = 1


class KeyExpired(Conflict):
    """A key that moved money more than 24 hours ago: it is never paid again (409)."""

    code = "idempotency_key_expired"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back: a status and the very bytes."""

    status: int
    body: bytes
    replayed: bool = False

    def response(self) -> HttpResponse:
        response = HttpResponse(self.body, status=self.status, content_type="application/json")
        if self.status == 409:
            response[SHOULD_RETRY] = "false"  # it is saved: the same key is answered the same
        if self.replayed:
            response[REPLAYED] = "true"
            HITS.add()
        return response


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request as its idempotency key sees it."""

    digest: UUID
    parameters_hash: str
    moves_money: bool


def keyed(*, account: str, method: str, path: str, key: str, parameters: Mapping[str, Any], moves_money: bool) -> Keyed:
    """Scope and fingerprint of a request. Neither the key nor the parameters are kept, only their digests."""
    scope = json.dumps([account, method, path.rstrip("/"), key])
    digest = UUID(bytes=hashlib.sha256(scope.encode()).digest()[:16])
    return Keyed(digest, fingerprint(parameters), moves_money)


def fingerprint(parameters: Mapping[str, Any]) -> str:
    """SHA-256 of the parameters in canonical form: the same request as JSON or as a form has the same one."""
    canonical = json.dumps(_as_text(parameters), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def key_of(header: str | None, field: Any = None) -> str | None:
    """The key from the header (bare or quoted) or the body's field, which must agree. Raises KeyInvalid, KeyMismatch."""
    from_header = None if header is None else _checked(_unquoted(header.strip()), HEADER)
    from_field = None if field is None else _checked(field, FIELD)
    if from_header is not None and from_field is not None and from_header != from_field:
        raise KeyMismatch(f"The header {HEADER} and the parameter {FIELD} name different keys.", param=FIELD)
    return from_header if from_header is not None else from_field


def answer_once(*, request: Keyed, at: datetime, execute: Callable[[], Answer]) -> Answer:
    """Run `execute` once for this key, together with saving its answer; later calls get the saved one.

    Refusals (4xx) undo everything and are not kept. A bug is answered 500, and that answer is kept as far as possible.
    Raises KeyReused, KeyInUse, KeyExpired, and whatever `execute` refuses with.
    """
    try:
        with door_transaction():
            saved = _claim(request, at)
            if saved is not None:
                return saved
            answer = execute()
            _save(request, answer, at)
    except Exception as error:
        if is_refusal(error):
            raise
        response = unexpected(error)
        answer = Answer(response.status_code, response.content)
        keep(request, answer, at)
        return answer
    if request.moves_money:
        milestone("idempotency_key_recorded", digest=f"idem_{request.digest.hex[:16]}")
    return answer


# Two statements in one round trip, each with its own snapshot: what the lock's last holder committed is seen.
CLAIM = """
SELECT pg_try_advisory_xact_lock(%s);
SELECT parameters_hash, moves_money, status, body, created_at FROM directpay_idempotencykey WHERE digest = %s
"""

KEEP = "SELECT directpay_keep_answer(%s, %s, %s, %s, %s, %s, %s)"  # with the commit: its last word costs no round trip


def _claim(request: Keyed, at: datetime) -> Answer | None:
    """Take the lock until the transaction ends, and find what is saved; None means: execute."""
    lock = int.from_bytes(request.digest.bytes[:8], "big", signed=True)
    with every_row(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [lock, request.digest])
        if not cursor.fetchone()[0]:
            raise KeyInUse("A request with this idempotency key is still running. Send it again in a moment.")
        cursor.nextset()
        row = cursor.fetchone()
    if row is None:
        return None
    parameters_hash, moved_money, status, body, created_at = row
    forgotten = body == ""  # by upkeep, between this request's first look at the clock and now
    if created_at <= at - REPLAYED_FOR or forgotten:
        if moved_money:
            raise KeyExpired("This idempotency key moved money more than 24 hours ago. For a new payment use a new key.")
        return None
    if parameters_hash != request.parameters_hash:
        raise KeyReused("This idempotency key was used before with other parameters. Use a new key for a new request.")
    return Answer(status, body.encode(), replayed=True)


def _save(request: Keyed, answer: Answer, at: datetime) -> None:
    with every_row():
        kept = [request.digest, request.parameters_hash, request.moves_money, answer.status, answer.body.decode(), at, at - REPLAYED_FOR]
        later(KEEP, kept)


def saved_answer(request: Keyed, at: datetime) -> Answer | None:
    """For a door whose effect cannot be one transaction (the sandbox's clock): look first, `keep` afterwards."""
    with unit_of_work():
        return _claim(request, at)


def keep(request: Keyed, answer: Answer, at: datetime) -> None:
    """Best effort: if it fails, or somebody is already trying again, a retry executes."""
    try:
        with unit_of_work():
            if _claim(request, at) is None:
                _save(request, answer, at)
    except KeyInUse:
        return
    except Exception as error:
        unexpected(error)


# A list made once: as a subquery of IN it might be looked up again and again, each time for other rows than the limit allows.
FORGET = """
DELETE FROM directpay_idempotencykey WHERE digest = ANY(ARRAY(
    SELECT digest FROM directpay_idempotencykey WHERE created_at <= %s AND NOT moves_money LIMIT %s FOR UPDATE SKIP LOCKED
))
"""
EMPTY = """
UPDATE directpay_idempotencykey SET body = '' WHERE digest = ANY(ARRAY(
    SELECT digest FROM directpay_idempotencykey WHERE created_at <= %s AND moves_money AND body <> '' LIMIT %s FOR UPDATE SKIP LOCKED
))
"""


def forget_old_answers(*, at: datetime, limit: int = 10_000) -> int:
    """Delete keys that may execute anew, and empty the answers of those that moved money. Returns how many rows changed."""
    changed = 0
    with unit_of_work(), connection.cursor() as cursor:
        for statement in (FORGET, EMPTY):
            cursor.execute(statement, [at - REPLAYED_FOR, limit])
            changed += cursor.rowcount
    return changed


def _unquoted(value: str) -> str:
    quoted = QUOTED.fullmatch(value)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted[1])
    if value.startswith('"'):
        raise KeyInvalid("This quoted idempotency key is not closed properly.", param=HEADER)
    return value


def _checked(value: Any, where: str) -> str:
    if not isinstance(value, str) or not KEY_SHAPE.fullmatch(value):
        raise KeyInvalid("An idempotency key has 1 to 255 printable ASCII characters.", param=where)
    return str(value)


def _as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
