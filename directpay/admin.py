"""Django looks for admin pages here; they live in their rooms."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from oauth2_provider.models import AccessToken, Grant, IDToken, RefreshToken

from directpay.api.admin import IdempotencyKeyAdmin
from directpay.due.admin import DueAdmin
from directpay.events.admin import DeliveryAdmin, EventAdmin
from directpay.ops.admin import ClockAdmin
from directpay.people.admin import AccessAttemptAdmin, ApiKeyAdmin, PayeeAdmin, UserAdmin
from directpay.sagas.admin import SagaAdmin, StepAdmin

__all__ = [
    "AccessAttemptAdmin",
    "ApiKeyAdmin",
    "ClockAdmin",
    "DeliveryAdmin",
    "DueAdmin",
    "EventAdmin",
    "IdempotencyKeyAdmin",
    "PayeeAdmin",
    "SagaAdmin",
    "StepAdmin",
    "UserAdmin",
]

# what the libraries offer beside them would let staff change people behind the actions' back
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession, AccessToken, Grant, IDToken, RefreshToken])
