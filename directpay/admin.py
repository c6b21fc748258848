"""Django looks for admin pages here; they live in their rooms."""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group

from directpay.people.admin import ApiKeyAdmin, PayeeAdmin, UserAdmin

__all__ = ["ApiKeyAdmin", "PayeeAdmin", "UserAdmin"]

# what the libraries offer beside them would let staff change people behind the actions' back
admin.site.unregister([Group, EmailAddress])
