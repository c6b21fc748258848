"""The webhook desk: what providers told us, what came of it, dead letters by their error; replay of one, of a selection, of a range."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, LookOnlyInline, as_json, exactly, moment, state
from directpay.kernel import clock
from directpay.kernel.clock import EASTERN
from webhooks.inbound.actions.replay import DONE, MOST_AT_ONCE, foresee, in_range, replay
from webhooks.inbound.models import Collision, ProviderEvent
from webhooks.inbound.providers import PROVIDERS
from webhooks.inbound.queries import failures

TINTS = {"received": "sent", "waiting": "bank", "parked": "returned", "processed": "cleared", "ignored": ""}
SHOWN, SHOWN_BYTES = 50, 50_000  # events of a dry run; of a body


class CollisionInline(LookOnlyInline):
    model = Collision
    received = moment("received_at", "received")
    fields = ("received", "content_hash", "said")

    @display(description="the other body")
    def said(self, row: Collision) -> SafeString:
        return _body(bytes(row.body))


class RangeForm(forms.Form):
    """Which events are to be worked on again; at least a provider or a time narrows it."""

    provider = forms.ChoiceField(choices=[("", "any provider"), *((name, name) for name in PROVIDERS)], required=False)
    state = forms.ChoiceField(choices=[("parked", "parked"), ("ignored", "ignored"), ("processed", "processed")], initial="parked")
    kind = forms.CharField(required=False, max_length=120, help_text="Exactly, or its beginning and a star: charge.*")
    since = forms.DateTimeField(required=False, help_text="Received from this time on, in the time of the banks: 2026-11-02 09:30")
    until = forms.DateTimeField(required=False, help_text="Received before this time.")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("since") and given.get("until") and given["since"] >= given["until"]:
            self.add_error("until", "This is not after the time from which it begins.")
        return given

    @property
    def events(self) -> QuerySet[ProviderEvent]:
        given = self.cleaned_data
        times = {name: given[name].replace(tzinfo=EASTERN) if given.get(name) else None for name in ("since", "until")}
        return in_range(provider=given["provider"], kind=given["kind"], state=given["state"], **times)


@admin.register(ProviderEvent)
class ProviderEventAdmin(LookOnly):
    received, changed, following = moment("received_at", "received"), moment("changed_at", "changed"), moment("next_at", "next try")
    occurred, forgotten = moment("occurred_at", "occurred"), moment("forgotten_at", "body dropped")
    list_display = ("told", "standing", "received", "said", "provider", "attempts", "following", "public_id")
    list_filter = ("state", "provider", "flag")
    search_fields = ("=public_id", "=event_id", "=kind", "=request_id")
    ordering = ("-received_at", "-id")
    actions = ("again",)
    inlines = (CollisionInline,)
    change_list_template, change_form_template = "webhooks/events.html", "webhooks/event.html"
    fields = (
        "public_id",
        "provider",
        "event_id",
        "kind",
        "standing",
        "said",
        "flag",
        "account",
        "mode",
        "objects_told",
        "ours",
        "asked_about",
        "attempts",
        "last_error",
        "replays",
        "occurred",
        "received",
        "changed",
        "following",
        "request_id",
        "proof",
        "content",
        "forgotten",
    )

    def pages(self) -> Sequence[tuple[str, Callable[..., HttpResponseBase], str]]:
        return (
            ("replay/", self.replay_range, "provider_events_replay"),
            ("failures/", self.show_failures, "provider_events_failures"),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderEvent]:
        found = super().get_queryset(request)
        return found if request.resolver_match and request.resolver_match.kwargs.get("object_id") else found.defer("body", "headers")

    def get_inlines(self, request: HttpRequest, obj: ProviderEvent | None) -> Sequence[type[LookOnlyInline]]:
        """Only where it came again with other words."""
        return self.inlines if obj is not None and obj.collisions.exists() else ()

    @display(description="kind", ordering="kind")
    def told(self, event: ProviderEvent) -> str:
        return event.kind or "without a kind"

    @display(description="mode")
    def mode(self, event: ProviderEvent) -> str:
        return {True: "live", False: "test", None: "not said"}[event.livemode]

    @display(description="state", ordering="state")
    def standing(self, event: ProviderEvent) -> SafeString:
        return state(event.state, TINTS[event.state])

    @display(description="what came of it")
    def said(self, event: ProviderEvent) -> str:
        return event.reason or (f"asked about {', '.join(event.effects)}" if event.effects else event.last_error)

    @display(description="asked about")
    def asked_about(self, event: ProviderEvent) -> str:
        return ", ".join(event.effects)

    @display(description="signature")
    def proof(self, event: ProviderEvent) -> SafeString:
        return as_json(event.headers)

    @display(description="body")
    def content(self, event: ProviderEvent) -> SafeString:
        return _body(event.raw)

    @admin.action(description="Replay: work on these again")
    def again(self, request: HttpRequest, queryset: QuerySet[ProviderEvent]) -> HttpResponseBase | None:
        events = list(queryset.filter(state__in=DONE).defer("body").order_by("id")[: self.list_max_show_all + 1])
        if len(events) > self.list_max_show_all:
            said = f"At most {self.list_max_show_all} are replayed by choosing them: for more, replay a range."
            self.message_user(request, said, messages.ERROR)
            return None
        if not self.confirmed(request):
            return self.page(
                request, "webhooks/replay_chosen.html", "Replay", {"action": "again", "rows": events, "foreseen": foresee(events)}
            )
        self.message_user(request, f"Worked on again: {replay(events, at=clock.now())}.", messages.SUCCESS)
        return None

    def replay_range(self, request: HttpRequest) -> HttpResponseBase:
        """First what it would do, then, by a second POST, doing it."""
        form = RangeForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self.page(request, "webhooks/replay_range.html", "Replay a range", {"form": form})
        events = list(form.events[: MOST_AT_ONCE + 1])
        if self.confirmed(request) and len(events) <= MOST_AT_ONCE:
            self.message_user(request, f"Worked on again: {replay(events, at=clock.now())}.", messages.SUCCESS)
            return redirect("admin:webhooks_providerevent_changelist")
        preview = {"count": len(events), "foreseen": foresee(events[:SHOWN]), "too_many": len(events) > MOST_AT_ONCE, "most": MOST_AT_ONCE}
        return self.page(request, "webhooks/replay_range.html", "Replay a range", {"form": form, "preview": preview})

    def show_failures(self, request: HttpRequest) -> HttpResponseBase:
        rows = [{"failure": one, "first": exactly(one.first_at), "last": exactly(one.last_at)} for one in failures()]
        return self.page(request, "webhooks/failures.html", "Failed events of providers", {"rows": rows})


@admin.register(Collision)
class CollisionAdmin(LookOnly):
    received = moment("received_at", "received")
    list_display = ("event", "received", "request_id", "content_hash")
    list_select_related = ("event",)
    search_fields = ("=event__public_id", "=event__event_id")
    ordering = ("-received_at", "-id")
    fields = ("event", "content_hash", "received", "request_id", "said")
    said = CollisionInline.said

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collision]:
        found = super().get_queryset(request).defer("event__body", "event__headers")
        return found if request.resolver_match and request.resolver_match.kwargs.get("object_id") else found.defer("body", "headers")


def _body(raw: bytes) -> SafeString:
    """As JSON where it is some and not too long to be read, else the beginning of its text as it came."""
    if not raw:
        return SafeString("dropped")
    text = raw[:SHOWN_BYTES].decode("utf-8", "replace")
    if len(raw) <= SHOWN_BYTES:
        with suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(raw), indent=2, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace").decode()
    return format_html('<pre class="dp-json">{}</pre>', text)
