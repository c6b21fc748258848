from django.db import models

from ledger.journal.models import Account


class Allocation(models.Model):
    """Which credit paid which debit, on one account. Append-only: undone by a row of the opposite sign.

    Entries are named by id (they live in partitions); triggers check that both stand on `account`, that the sides are
    right and that no entry is used beyond its amount.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="allocations")
    credit_entry_id = models.BigIntegerField()
    debit_entry_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    rule = models.CharField(max_length=30)  # claim | oldest_first | policy | return
    reason = models.CharField(max_length=120, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(amount_minor=0), name="allocation_not_zero")]
        indexes = [
            models.Index(fields=["credit_entry_id"], name="allocation_credit"),
            models.Index(fields=["debit_entry_id"], name="allocation_debit"),
        ]

    def __str__(self) -> str:
        return f"{self.credit_entry_id} → {self.debit_entry_id}: {self.amount_minor}"
