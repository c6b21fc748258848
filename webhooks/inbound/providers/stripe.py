"""Stripe's events. Source: Stripe API reference, "The Event object"; "Receive Stripe events in your webhook endpoint"."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from webhooks.inbound.providers.base import (
    KIND_LENGTH,
    OBJECT_LENGTH,
    NotConfigured,
    Told,
    content_hash,
    moment,
    names,
    opened,
    text,
    unreadable,
)
from webhooks.inbound.signatures import check_stripe

# Of one event they differ from delivery to delivery, and say nothing about what happened.
OF_THE_DELIVERY = ("pending_webhooks", "request")
OURS = ("payment", "refund", "setup")  # what we write on what we make there
RELATED = ("payment_intent", "charge", "setup_intent")  # objects that an object names


class Stripe:
    name = "stripe"
    kept_headers = ("stripe-signature",)
    content_types = ("application/json",)

    def check(self, headers: Mapping[str, str], body: bytes, at: Iterable[datetime]) -> None:
        if not settings.STRIPE_WEBHOOK_SECRETS:
            raise NotConfigured("STRIPE_WEBHOOK_SECRET is not set: nothing proves what Stripe sends.")
        check_stripe(headers.get("stripe-signature", ""), body, settings.STRIPE_WEBHOOK_SECRETS, at)

    def read(self, body: bytes, *, sandbox: bool) -> Told:
        said = opened(body)
        if said is None:
            return unreadable(body)
        data = said.get("data")
        about: Any = data.get("object") if isinstance(data, dict) else None
        about = about if isinstance(about, dict) else {}
        livemode = said.get("livemode") if isinstance(said.get("livemode"), bool) else None
        metadata = about.get("metadata")
        account = text(said.get("account"), OBJECT_LENGTH)
        return Told(
            said["id"],
            kind=text(said.get("type"), KIND_LENGTH),
            objects=names(*(_id(about.get(name)) for name in ("id", *RELATED))),
            ours=names(*(metadata.get(name) for name in OURS)) if isinstance(metadata, dict) else (),
            account=account,
            livemode=livemode,
            occurred_at=moment(said.get("created")),
            flag=_flag(livemode, account, sandbox=sandbox),
            content=content_hash(said, without=OF_THE_DELIVERY),
        )


def _flag(livemode: bool | None, account: str, *, sandbox: bool) -> str:
    if livemode is not None and livemode is sandbox:
        return "other_mode"
    return "other_account" if account and account != settings.STRIPE_ACCOUNT else ""


def _id(value: Any) -> Any:
    """Of an object, or of one that is expanded in place."""
    return value.get("id") if isinstance(value, dict) else value
