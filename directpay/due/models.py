from django.db import models


class Due(models.Model):
    """Work that a registered queue must do at `due_at`. The row is the promise: Celery only carries hints to look at it."""

    id = models.BigAutoField(primary_key=True)
    queue = models.CharField(max_length=60)
    key = models.CharField(max_length=60)  # what the work is about, e.g. a payment's public id
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, default="")
    request_id = models.CharField(max_length=64, db_default="")  # of the request that caused it
    parked_at = models.DateTimeField(null=True)  # failed too often: a person should look; it is still tried

    class Meta:
        db_table = "directpay_due"
        verbose_name_plural = "due work"
        constraints = [models.UniqueConstraint(fields=["queue", "key"], name="due_once")]
        indexes = [models.Index(fields=["queue", "due_at", "id"], name="due_next")]

    def __str__(self) -> str:
        return f"{self.queue} {self.key}"
