"""Programs of others: registered by staff for an account, acting for it or for people who agreed. The toolkit keeps their tokens."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from oauth2_provider.models import AbstractApplication

from directpay.people.models import User
from directpay.people.oauth.redirects import is_registered, scheme_of


class Application(AbstractApplication):
    """A client of RFC 6749. Who owns it answers for it: when the owner may not act, nor may it."""

    CONFIDENTIAL = AbstractApplication.CLIENT_CONFIDENTIAL
    PUBLIC = AbstractApplication.CLIENT_PUBLIC
    FOR_ITS_OWNER = AbstractApplication.GRANT_CLIENT_CREDENTIALS
    FOR_PEOPLE = AbstractApplication.GRANT_AUTHORIZATION_CODE
    GRANTS: ClassVar[tuple[str, ...]] = (FOR_ITS_OWNER, FOR_PEOPLE)

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="owner")
    name = models.CharField(max_length=80)
    created = models.DateTimeField(editable=False)
    updated = None
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    api_version = models.CharField(max_length=10, blank=True, db_default="", editable=False)  # as of a key
    version = models.PositiveIntegerField(default=1, editable=False)  # counts its events

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(authorization_grant_type__in=(AbstractApplication.GRANT_CLIENT_CREDENTIALS, "authorization-code")),
                name="application_grant_known",
            ),
            models.CheckConstraint(
                condition=Q(client_type="confidential") | Q(authorization_grant_type="authorization-code"),
                name="application_acting_alone_keeps_a_secret",
            ),
            models.CheckConstraint(condition=Q(skip_authorization=False), name="application_asks_people"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_usable(self, request: object) -> bool:
        return self.disabled_at is None and self.user.is_active

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Exactly as registered (RFC 9700, 4.1.3); see `redirects` for what a loopback may leave open."""
        return is_registered(uri, self.redirect_uris.split())

    def get_allowed_schemes(self) -> list[str]:
        return sorted({scheme_of(uri) for uri in self.redirect_uris.split()})
