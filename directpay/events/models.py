from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Event(models.Model):
    """A fact that has happened. Append-only, partitioned by month of `at`; made by migration, guarded by triggers.

    `data` holds ids and figures, never personal data: what cannot change must not need erasing.
    """

    id = models.BigIntegerField(primary_key=True)  # identity, in order of recording
    public_id = models.CharField(max_length=40)
    type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    version = models.IntegerField()  # of the object, 1 at its creation
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    request_id = models.CharField(max_length=64)
    account_ids = models.JSONField(default=list)  # public ids of the users and payees that may see it
    data = models.JSONField()  # the object as it stood after this event

    class Meta:
        managed = False
        db_table = "directpay_event"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.type} {self.object_id}"


class Delivery(models.Model):
    """One event on its way to one listener: at least once, and a sick listener holds up nobody else."""

    id = models.BigAutoField(primary_key=True)
    event_id = models.BigIntegerField()
    event_at = models.DateTimeField()  # finds the partition
    listener = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, default="")

    class Meta:
        db_table = "directpay_delivery"
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["event_id", "listener"], name="delivery_once")]
        indexes = [
            models.Index(fields=["listener", "due_at", "id"], name="delivery_due", condition=models.Q(done_at=None)),
            BrinIndex(fields=["event_at"], name="delivery_event_at"),  # finds the old ones, and costs an insert next to nothing
        ]

    def __str__(self) -> str:
        return f"{self.listener} #{self.event_id}"
