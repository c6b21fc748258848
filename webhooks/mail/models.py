from datetime import time

from django.db import models


class Message(models.Model):
    """One mail to one person about one thing: what became of it. Its words and its address are not kept, they are found when it is sent."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"  # the server took it
        SUPPRESSED = "suppressed"  # nobody wanted it any more, or there was nobody to send it to
        FAILED = "failed"  # the server said that it never will
        DEAD = "dead"  # tried as often as it is tried; staff should look

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    cause = models.CharField(max_length=80)  # public id of the event, or what made it due, e.g. "charge:chg_…"
    kind = models.CharField(max_length=40)
    user = models.ForeignKey("directpay.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    about = models.CharField(max_length=80)  # public id of a payment, a run, a lease …
    facts = models.JSONField(default=dict, blank=True)  # ids and figures of the event
    language = models.CharField(max_length=2, default="", blank=True)  # in which it was sent
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=120, default="", blank=True)
    attempts = models.SmallIntegerField(default=0)
    message_id = models.CharField(max_length=120)  # of every copy: by it a reader's program knows a second one
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)  # while it is queued
    sent_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cause", "user", "kind"], name="message_once"),
            models.CheckConstraint(condition=models.Q(state="queued") ^ models.Q(next_at=None), name="message_next_while_queued"),
            models.CheckConstraint(condition=models.Q(state="sent") ^ models.Q(sent_at=None), name="message_sent_at"),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="message_at"),
            models.Index(fields=["user", "created_at", "id"], name="message_user_at"),
            models.Index(fields=["state", "created_at", "id"], name="message_state_at", condition=~models.Q(state="sent")),
        ]

    def __str__(self) -> str:
        return self.public_id


class Preference(models.Model):
    """What a person chose: of each kind, and when nothing may come. Without a row everything is as it is at first."""

    id = models.BigAutoField(primary_key=True)
    user = models.OneToOneField("directpay.User", on_delete=models.PROTECT, related_name="+")
    choices = models.JSONField(default=dict, blank=True)  # kind → what was chosen, where it is not the first
    quiet_from = models.TimeField(default=time(21))
    quiet_until = models.TimeField(default=time(8))  # the same as `quiet_from`: mail comes at any hour
    timezone = models.CharField(max_length=64, default="", blank=True)  # of the quiet hours; empty: where the home stands
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id}"
