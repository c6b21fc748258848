from django.db import models

from leases.properties.models import Property


class BankCharge(models.Model):
    """What the owner's own bank took from the owner, as its statement says: an expense, of one property or of all."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, related_name="bank_charges")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, null=True, related_name="bank_charges")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    description = models.CharField(max_length=200, blank=True)
    charged_on = models.DateField()
    created_at = models.DateTimeField()
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="bank_charge_positive")]
        indexes = [
            models.Index(fields=["created_at", "id"], name="bank_charge_at"),
            models.Index(fields=["payee", "created_at", "id"], name="bank_charge_payee_at"),
        ]

    def __str__(self) -> str:
        return self.public_id
