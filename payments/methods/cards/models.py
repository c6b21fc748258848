from django.contrib.postgres.indexes import GinIndex
from django.db import models


class CardFacts(models.Model):
    """What may be known of a card: the processor that has it, and what is printed on it but the number."""

    processor = models.CharField(max_length=20)
    processor_card = models.CharField(max_length=80)  # the processor's name of it
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    exp_month = models.SmallIntegerField()
    exp_year = models.SmallIntegerField()
    funding = models.CharField(max_length=10)
    cvc_check = models.CharField(max_length=9, choices=[("pass",) * 2, ("fail",) * 2, ("unchecked",) * 2])
    fingerprint = models.CharField(max_length=64)  # keyed hash: the same number again is found, and not shown
    name = models.CharField(max_length=100, default="", blank=True)

    class Meta:
        abstract = True


class CardToken(CardFacts):
    """A card that somebody has typed in, for one use within minutes."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    created_by = models.ForeignKey(  # None: the platform
        "directpay.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(exp_month__range=(1, 12)), name="card_token_month")]

    def __str__(self) -> str:
        return self.public_id


class Card(CardFacts):
    """A card that may be paid with: by the person that it is attached to, until it is detached."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey("directpay.User", on_delete=models.PROTECT, null=True, related_name="cards", db_index=False)
    created_by = models.ForeignKey(  # None: the platform
        "directpay.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    processor_customer = models.CharField(max_length=80, default="", db_default="", blank=True)  # who keeps it there, once it is set up
    version = models.IntegerField(default=1)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    detached_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(exp_month__range=(1, 12)), name="card_month")]
        indexes = [
            models.Index(fields=["created_at", "id"], name="card_at"),
            models.Index(fields=["user", "created_at", "id"], name="card_user_at"),
            models.Index(fields=["created_by", "created_at", "id"], name="card_creator_at"),
            GinIndex(fields=["metadata"], name="card_metadata", condition=~models.Q(metadata={})),
        ]

    def __str__(self) -> str:
        return f"{self.brand_name} ••{self.last4}"

    @property
    def brand_name(self) -> str:
        """As people write it."""
        return {"amex": "American Express"}.get(self.brand, self.brand.title())
