"""Idempotency keys as Stripe keeps them (docs.stripe.com/api/idempotent_requests): for a day, by API key, with the first answer."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from tests.stripe_stand_in.errors import StripeError

KEPT_SECONDS = 86_400
LENGTH = 255


@dataclass
class Answer:
    status: int
    body: dict[str, Any]
    replayed: bool = False


@dataclass
class Kept:
    fingerprint: str
    made_at: int
    answer: Answer | None = None  # None: still in progress


class Keys:
    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Kept] = {}

    def begin(self, account: str, key: str, asked: tuple[str, str, dict[str, Any]], now: int) -> Answer | None:
        """The first answer, if there is one; else the key is in use from now on. Raises StripeError."""
        if len(key) > LENGTH:
            raise StripeError(400, "invalid_request_error", f"Idempotency keys have at most {LENGTH} characters.")
        self._kept = {name: kept for name, kept in self._kept.items() if now < kept.made_at + KEPT_SECONDS}
        fingerprint = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        kept = self._kept.get((account, key))
        if kept is None:
            self._kept[account, key] = Kept(fingerprint, now)
            return None
        if kept.fingerprint != fingerprint:
            message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
            raise StripeError(400, "idempotency_error", message)
        if kept.answer is None:
            message = "There is currently another in-progress request using this Idempotency-Key."
            raise StripeError(409, "invalid_request_error", message, code="idempotency_key_in_use")
        return Answer(kept.answer.status, kept.answer.body, replayed=True)

    def keep(self, account: str, key: str, answer: Answer) -> None:
        self._kept[account, key].answer = answer

    def forget(self, account: str, key: str) -> None:
        """Nothing was executed: the same key may be used for a request that is put right."""
        self._kept.pop((account, key), None)
