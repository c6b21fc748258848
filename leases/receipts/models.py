from django.db import models

from leases.contracts.models import Lease, Party


class Receipt(models.Model):
    """Money that the landlord was given by hand. What became of it is told by its days: banked, bounced."""

    class Method(models.TextChoices):
        CASH = "cash"
        CHECK = "check"
        MONEY_ORDER = "money_order"
        OTHER = "other"

    class Status(models.TextChoices):
        RECORDED = "recorded"
        BANKED = "banked"
        BOUNCED = "bounced"

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="receipts")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="receipts")
    method = models.CharField(max_length=20, choices=Method.choices)
    amount_minor = models.BigIntegerField()
    received_on = models.DateField()
    number = models.CharField(max_length=40, default="", blank=True)  # printed on the cheque or money order
    note = models.CharField(max_length=200, default="", blank=True)
    banked_on = models.DateField(null=True)
    slip = models.CharField(max_length=40, default="")  # with which others it was banked
    bounced_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="receipt_positive"),
            models.CheckConstraint(
                condition=models.Q(banked_on=None) | models.Q(banked_on__gte=models.F("received_on")), name="receipt_banked_later"
            ),
            models.CheckConstraint(
                condition=models.Q(bounced_on=None) | models.Q(bounced_on__gte=models.F("received_on")), name="receipt_bounced_later"
            ),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="receipt_at")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def status(self) -> str:
        if self.bounced_on:
            return self.Status.BOUNCED
        return self.Status.BANKED if self.banked_on else self.Status.RECORDED
