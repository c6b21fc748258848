from django.db import models


class Clock(models.Model):
    """One row: how the sandbox's time differs from the system's, or the moment at which it stands still."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset_microseconds = models.BigIntegerField(default=0)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "directpay_clock"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="clock_is_one")]

    def __str__(self) -> str:
        return f"{self.frozen_at or self.offset_microseconds}"


class Cached(models.Model):
    """What Django's cache keeps here, laid out as its database backend wants it. All of it may be lost."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "directpay_cache"
