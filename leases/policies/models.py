from django.db import models

from leases.contracts.models import Lease


class PaymentPolicy(models.Model):
    """What a landlord takes on a lease, and what it pays first. A change is a new row; the newest holds."""

    class Partial(models.TextChoices):
        ANY = "any"
        NONE = "none"  # all that is owed, or nothing
        MINIMUM = "minimum"

    class Certified(models.TextChoices):
        """When only money that cannot come back is taken."""

        NEVER = "never"
        AFTER_RETURN = "after_return"
        ALWAYS = "always"

    class Prepayment(models.TextChoices):
        NEXT = "next"  # up to the next charge
        NONE = "none"

    class Order(models.TextChoices):
        OLDEST_FIRST = "oldest_first"
        CATEGORIES = "categories"

    id = models.BigAutoField(primary_key=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="payment_policies")
    version = models.IntegerField()
    partial = models.CharField(max_length=10, choices=Partial.choices, default=Partial.ANY)
    minimum_minor = models.BigIntegerField(null=True)
    blocked = models.BooleanField(default=False)
    certified_funds = models.CharField(max_length=12, choices=Certified.choices, default=Certified.NEVER)
    prepayment = models.CharField(max_length=6, choices=Prepayment.choices, default=Prepayment.NEXT)
    order = models.CharField(max_length=12, choices=Order.choices, default=Order.OLDEST_FIRST)
    categories = models.JSONField(default=list, blank=True)  # in the order in which they are paid; what is not named comes last
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "payment policies"
        constraints = [
            models.UniqueConstraint(fields=["lease", "version"], name="payment_policy_version"),
            models.CheckConstraint(
                condition=models.Q(minimum_minor__gt=0, partial="minimum") | (models.Q(minimum_minor=None) & ~models.Q(partial="minimum")),
                name="payment_policy_minimum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lease_id} version {self.version}"
