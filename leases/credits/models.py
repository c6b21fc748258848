from django.db import models

from leases.contracts.models import Lease, Party
from leases.rent.models import Charge


class Credit(models.Model):
    """What a party owes less (a credit, a write-off) or again (a reinstatement) by the landlord's decision, with its reason."""

    class Kind(models.TextChoices):
        CREDIT = "credit"
        WRITE_OFF = "write_off"
        REINSTATEMENT = "reinstatement"

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="credits")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="credits")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, null=True, related_name="credits")  # that it is for
    kind = models.CharField(max_length=20, choices=Kind.choices)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    granted_on = models.DateField()
    created_at = models.DateTimeField()
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="credit_positive")]
        indexes = [models.Index(fields=["created_at", "id"], name="credit_at")]

    def __str__(self) -> str:
        return self.public_id
