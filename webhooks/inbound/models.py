from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models


class State(models.TextChoices):
    RECEIVED = "received"  # proven and kept; not worked on yet
    WAITING = "waiting"  # it failed and is tried again soon
    PARKED = "parked"  # a dead letter: it failed as often as it is tried quickly; a person should look, a slow sweep goes on
    PROCESSED = "processed"  # what it told of was asked about
    IGNORED = "ignored"  # nothing was to be done; the reason says why


S: Final = State
OPEN: Final = (S.RECEIVED, S.WAITING, S.PARKED)


class ProviderEvent(models.Model):
    """What a provider told us, byte for byte, once per event id. It is a hint: what is true the provider is asked."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=120, blank=True)
    objects_told = ArrayField(models.CharField(max_length=120), default=list, blank=True)  # ids of the provider's
    ours = ArrayField(models.CharField(max_length=120), default=list, blank=True)  # public ids of ours that it carries
    account = models.CharField(max_length=120, blank=True)
    livemode = models.BooleanField(null=True)
    occurred_at = models.DateTimeField(null=True)  # by the provider
    body = models.BinaryField()  # empty once it was forgotten
    content_hash = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)  # those that the signature needs
    state = models.CharField(max_length=10, choices=State.choices, default=S.RECEIVED)
    flag = models.CharField(max_length=20, blank=True)  # unreadable, other_mode, other_account
    reason = models.CharField(max_length=200, blank=True)
    effects = models.JSONField(default=list, blank=True)  # public ids of the payments that were asked about because of it
    attempts = models.SmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    replays = models.SmallIntegerField(default=0)
    request_id = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)  # while it is open
    finished_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)  # when its body was dropped: it may name people

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once"),
            models.CheckConstraint(condition=models.Q(state__in=OPEN) ^ models.Q(next_at=None), name="provider_event_next_while_open"),
            models.CheckConstraint(
                condition=models.Q(state__in=OPEN) ^ models.Q(finished_at__isnull=False), name="provider_event_finished"
            ),
            models.CheckConstraint(condition=~models.Q(state=S.IGNORED) | ~models.Q(reason=""), name="provider_event_ignored_says_why"),
        ]
        indexes = [
            models.Index(fields=["received_at", "id"], name="provider_event_at"),
            models.Index(fields=["state", "received_at", "id"], name="provider_event_state_at", condition=~models.Q(state=S.PROCESSED)),
            models.Index(fields=["flag", "received_at", "id"], name="provider_event_flag_at", condition=~models.Q(flag="")),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def raw(self) -> bytes:
        return bytes(self.body)


class Collision(models.Model):
    """The same event id with another body, rightly signed: kept, flagged, and not worked on."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(ProviderEvent, on_delete=models.PROTECT, related_name="collisions", db_index=False)
    body = models.BinaryField()
    content_hash = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "content_hash"], name="collision_once")]
        indexes = [models.Index(fields=["received_at", "id"], name="collision_at")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.content_hash[:12]}"
