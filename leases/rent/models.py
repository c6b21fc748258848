from django.db import models

from leases.contracts.models import Lease, Party


class Charge(models.Model):
    """Something owed on a lease on a day. Its id is known from the moment it stands in the schedule; it is posted on its due date."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="charges")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="charges")  # who alone owes it; None: all, by share
    category = models.CharField(max_length=10, default="rent")
    # Under which kind it stands in the books: a rent charge as it falls due, a fee as it is charged.
    posted_as = models.CharField(max_length=30, default="charge.due", db_default="charge.due")
    # What that transaction is named for, where it is not the charge: a deposit's payment that the bank took back.
    posted_for = models.CharField(max_length=40, default="", db_default="", blank=True)
    scheduled = models.BooleanField(default=True, db_default=True)  # by the terms of the lease; else added by hand
    description = models.CharField(max_length=200, default="", db_default="", blank=True)
    due_on = models.DateField()
    period_start = models.DateField()
    period_end = models.DateField()
    amount_minor = models.BigIntegerField()
    posted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(null=True)  # what stood before this was kept has its lease's
    metadata = models.JSONField(default=dict, db_default={}, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="charge_positive"),
            models.CheckConstraint(condition=models.Q(period_end__gte=models.F("period_start")), name="charge_period"),
            models.UniqueConstraint(
                fields=["lease", "category", "period_start"], condition=models.Q(scheduled=True), name="charge_once_a_period"
            ),
        ]
        indexes = [models.Index(fields=["lease", "due_on", "id"], name="charge_of_lease")]

    def __str__(self) -> str:
        return self.public_id
