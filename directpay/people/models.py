"""People, the legal payees they own, and the keys that programs use."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper


class Role(models.TextChoices):
    LANDLORD = "landlord"
    RENTER = "renter"
    STAFF = "staff"


class Locale(models.TextChoices):
    EN = "en"
    ES = "es"


class UserManager(BaseUserManager["User"]):
    """Finds people for sign-in; people are made by `people.actions` alone."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A landlord, a renter or a member of staff. Personal data lives here and nowhere else, so that it can be erased."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    email = models.EmailField()
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=Role.choices)
    phone = models.CharField(max_length=32, blank=True, default="")
    locale = models.CharField(max_length=2, choices=Locale.choices, default=Locale.EN)
    metadata = models.JSONField(default=dict, blank=True)
    description = models.CharField(max_length=350, blank=True, default="", db_default="")  # what whoever deals with them notes
    is_active = models.BooleanField(default=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)  # what they did stands; they do nothing more
    created_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, editable=False, related_name="+", db_index=False)
    created_at = models.DateTimeField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # counts its events

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        constraints = [
            # Upper, because Django asks `email__iexact` as UPPER(email): sign-in uses this very index.
            models.UniqueConstraint(Upper("email"), name="user_email_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(condition=Q(is_superuser=False) | Q(role=Role.STAFF), name="user_superuser_is_staff"),
            models.CheckConstraint(condition=Q(deleted_at=None) | Q(is_active=False), name="user_deleted_is_closed"),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="user_at"),
            models.Index(fields=["role", "created_at", "id"], name="user_role_at"),
            models.Index(fields=["created_by", "created_at", "id"], name="user_creator_at"),
            models.Index(Upper("phone"), name="user_phone"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="user_name"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="user_email"),
            GinIndex(fields=["metadata"], name="user_metadata", condition=~Q(metadata={})),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """May open the admin: derived from the role, so that the two cannot drift apart."""
        return self.role == Role.STAFF

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Payee(models.Model):
    """A legal person that rent is paid to: one book each. A landlord begins with one and may have more."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="payees")
    name = models.CharField(max_length=200)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [models.Index(fields=["created_at", "id"], name="payee_at")]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A key of a program: the secret is shown once, and only its hash is kept."""

    class Kind(models.TextChoices):
        SECRET = "secret"  # noqa: S105 (a kind of key)
        PUBLISHABLE = "publishable"

    class Mode(models.TextChoices):
        TEST = "test"
        LIVE = "live"

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True, editable=False)
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="api_keys", help_text="None is the platform itself."
    )
    name = models.CharField(max_length=80, blank=True, default="")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SECRET)
    mode = models.CharField(max_length=4, choices=Mode.choices)
    secret_hash = models.BinaryField(max_length=32, unique=True, editable=False)  # SHA-256
    shown = models.CharField(max_length=40, editable=False)  # e.g. "sk_test_AbCd…wxyz"
    scopes = ArrayField(models.CharField(max_length=20), size=20)
    created_at = models.DateTimeField(editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    api_version = models.CharField(max_length=10, blank=True, db_default="", editable=False)  # the newest when it was first used
    version = models.PositiveIntegerField(default=1, editable=False)  # counts its events

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at=None) | Q(expires_at__gte=F("created_at")), name="api_key_expires_later"),
        ]

    def __str__(self) -> str:
        return self.shown
