from django.db import models

from payments.methods.models import BankAccount


class Mandate(models.Model):
    """A payer's permission to debit one bank account, again and again, until it is taken back. The words are kept as they were agreed to.

    `text`, `ip_address` and `user_agent` are personal: they may be emptied, and the permission stands all the same.
    """

    class Acceptance(models.TextChoices):
        ONLINE = "online"
        OFFLINE = "offline"  # on paper, or on the telephone

    class Status(models.TextChoices):
        """Not stored: it follows from `revoked_at`."""

        ACTIVE = "active"
        INACTIVE = "inactive"

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey("directpay.User", on_delete=models.PROTECT, related_name="mandates", db_index=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="mandates")
    text_version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    text = models.TextField()
    acceptance = models.CharField(max_length=10, choices=Acceptance.choices)
    accepted_at = models.DateTimeField()
    ip_address = models.CharField(max_length=45, default="", blank=True)
    user_agent = models.CharField(max_length=300, default="", blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=40, default="", blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoked_reason="") | models.Q(revoked_at__isnull=False) & ~models.Q(revoked_reason=""),
                name="mandate_revoked_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="mandate_at"),
            models.Index(fields=["user", "created_at", "id"], name="mandate_user_at"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def status(self) -> str:
        return self.Status.ACTIVE if self.revoked_at is None else self.Status.INACTIVE
