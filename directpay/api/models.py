"""Answers that are kept, so that the same request sent again gets the same answer."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class IdempotencyKey(models.Model):
    """One saved answer. The row commits together with the effect that it answers for; it is never a claim or a lock."""

    # the first 128 bits of SHA-256 over account, method, path and key: one account cannot reach another's answer
    digest = models.UUIDField(primary_key=True, editable=False)
    parameters_hash = models.CharField(max_length=64, editable=False)
    moves_money = models.BooleanField()
    status = models.PositiveSmallIntegerField()
    body = models.TextField(editable=False)  # JSON as it was sent; emptied when the key is too old to be replayed
    created_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [BrinIndex(fields=["created_at"], name="idempotency_created")]

    def __str__(self) -> str:
        return str(self.digest)
