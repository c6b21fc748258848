"""`/api/v1/users`: landlords and renters. The room of people lies below the conventions, so its door stands here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.examples import ALICE, BOB, CAROL, COMMON, PAYEE, Ask
from directpay.api.expanding import by_id
from directpay.api.fields import MetadataField, PhoneField
from directpay.api.lists import Filter
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.search_views import SearchView
from directpay.api.searching import Choice, Text, Times
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import NotAllowed
from directpay.people.actions import EmailUnavailable, create_user
from directpay.people.actor import Actor
from directpay.people.models import Locale, Role, User
from directpay.people.queries import first_payee, visible_users, ways_to_users
from directpay.people.ways import Way

ROLES = (Role.LANDLORD, Role.RENTER)


class UserInput(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=200)
    role = serializers.ChoiceField(choices=[role.value for role in ROLES])
    phone = PhoneField(required=False)
    locale = serializers.ChoiceField(choices=Locale.values, default=Locale.EN.value)
    metadata = MetadataField()


class UserOutput(ObjectOutput):
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.values)
    phone = serializers.CharField(allow_null=True)
    locale = serializers.ChoiceField(choices=Locale.values)
    payee = serializers.CharField(required=False, help_text="The payee that a landlord began with.")


RENTER = {"email": "bob.brown@example.com", "name": "Bob Brown", "role": "renter"}
MATE = {"email": "carol.clark@example.com", "name": "Carol Clark", "role": "renter"}
LANDLORD = {"email": "alice.adams@example.com", "name": "Alice Adams", "role": "landlord"}


@by_id
class Users(ApiView):
    object_name = "user"
    output_serializer = UserOutput
    expanders = {"payee": "payee"}
    example = {"id": BOB, "object": "user", **RENTER, "phone": None, "locale": "en", **COMMON}

    def queryset_for(self, actor: Actor) -> QuerySet[User]:
        return visible_users(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_users(actor)

    def render(self, row: User, context: Context) -> Mapping[str, Any]:
        return render_user(row)


class UsersView(Users, CollectionView):
    """Landlords and renters. Staff keys see and create both; a landlord's key creates renters and sees its own."""

    input_serializer = UserInput
    asks = {
        "landlord": Ask(LANDLORD, answer={"id": ALICE, **LANDLORD, "payee": PAYEE}),
        "renter": Ask(RENTER),
        "mate": Ask(MATE, answer={"id": CAROL, **MATE}),
    }
    refusals = (
        EmailUnavailable("This address cannot be used.", param="email"),
        NotAllowed("This key may not create a landlord."),
    )
    filters = {
        "role": Filter("role", serializers.ChoiceField(choices=Role.values)),
        "email": Filter("email__iexact", serializers.CharField(max_length=254)),
    }

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> User:
        return create_user(actor=actor, at=at, **data)


class SearchUsersView(Users, SearchView):
    """People, in Stripe's search language."""

    search_fields = {
        "created": Times(),
        "email": Text("email", substring=True),
        "name": Text("name", substring=True),
        "phone": Text("phone"),
        "role": Choice("role", Role.values),
    }


class UserView(Users, ObjectView):
    """One person."""


def render_user(user: User) -> dict[str, Any]:
    """A person as the API shows it; landlords with the payee they began with."""
    payee = first_payee(user)
    own = {"payee": payee.public_id} if payee else {}
    return rendered("user", user, email=user.email, name=user.name, role=user.role, phone=user.phone or None, locale=user.locale, **own)


urlpatterns = [route("users/search", SearchUsersView), *resource("users", UsersView, UserView)]
