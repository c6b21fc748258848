from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper


class Property(models.Model):
    """A building or house: where it stands, whose it is, in which time zone its rents fall due."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    landlord = models.ForeignKey("directpay.User", on_delete=models.PROTECT, related_name="properties")
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, related_name="properties")
    name = models.CharField(max_length=100)
    timezone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    line1 = models.CharField(max_length=100)
    line2 = models.CharField(max_length=100, blank=True, default="")
    city = models.CharField(max_length=60)
    state = models.CharField(max_length=30)
    postal_code = models.CharField(max_length=12)
    country = models.CharField(max_length=2, default="US")
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "properties"
        indexes = [
            models.Index(fields=["landlord", "id"], name="property_of_landlord"),
            models.Index(fields=["created_at", "id"], name="property_at"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="property_name"),
            GinIndex(fields=["metadata"], name="property_metadata", condition=~models.Q(metadata={})),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """What is let: an apartment, a house, a parking space."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(max_length=60)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["property", "name"], name="unit_once")]
        indexes = [
            models.Index(fields=["created_at", "id"], name="unit_at"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="unit_name"),
            GinIndex(fields=["metadata"], name="unit_metadata", condition=~models.Q(metadata={})),
        ]

    def __str__(self) -> str:
        return self.name
