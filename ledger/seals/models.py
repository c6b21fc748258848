from django.db import models

from ledger.journal.models import Watermark


class Leaf(models.Model):
    """The hash of one row of the log, kept when it was sealed: SHA-256 of the hash before it and of the row's canonical bytes.

    Append-only. With it a row that is changed later is found and named, not only noticed.
    """

    id = models.BigIntegerField(primary_key=True)  # place in the log, from 1 without a gap
    kind = models.SmallIntegerField()  # Kind.code
    row_id = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        verbose_name_plural = "leaves"
        constraints = [models.UniqueConstraint(fields=["kind", "row_id"], name="leaf_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"


class Seal(models.Model):
    """One link of the chain over the whole log: the leaves after the last seal's, up to `through`. Append-only."""

    id = models.BigIntegerField(primary_key=True)  # its number, from 1 without a gap
    through = models.BigIntegerField()  # the last leaf
    rows = models.IntegerField()
    first_kind = models.SmallIntegerField()
    first_id = models.BigIntegerField()
    last_kind = models.SmallIntegerField()
    last_id = models.BigIntegerField()
    head = models.BinaryField()  # the last leaf's hash
    at = models.DateTimeField()
    snapshot = models.TextField()  # of the watermark where it was made
    complete = models.BooleanField()  # nothing that its watermark knew is left to seal
    previous = models.BinaryField()  # hash of the seal before, zeros for the first
    hash = models.BinaryField()
    watermark = models.ForeignKey(Watermark, on_delete=models.PROTECT, related_name="+", db_index=False)  # of this database

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(rows__gt=0), name="seal_not_empty")]

    def __str__(self) -> str:
        return f"seal {self.id}"
