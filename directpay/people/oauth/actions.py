"""The life of an app: registered, let in by people, withdrawn by them, given a new secret, disabled. And the end of its tokens."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput, NotAllowed
from directpay.people.actor import Actor
from directpay.people.models import Role, User
from directpay.people.oauth import events, tokens
from directpay.people.oauth.models import Application
from directpay.people.oauth.redirects import check_redirect_uris
from directpay.people.queries import UsableKey, hash_of

REFRESH_LIFE = timedelta(days=30)  # from the end of the access token that came with it
SECRET_MARK = "sha256$"  # noqa: S105 (a mark)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """The only time that a client's secret is seen; empty for an app that cannot keep one."""

    app: Application
    secret: str = field(repr=False)


def pin_app(*, key: UsableKey, version: str) -> None:
    """The app of this token speaks `version` of the API from now on, unless it is pinned already. A note, not a fact, as for keys."""
    Application.objects.filter(accesstoken=key.id, api_version="").update(api_version=version)


def register_application(
    *, actor: Actor, at: datetime, owner: User, name: str, grant: str, public: bool = False, redirect_uris: Sequence[str] = ()
) -> NewSecret:
    """An app for `owner`, a landlord or staff: acting for that account (`client-credentials`), or for people who agree.

    Errors: NotAllowed for anybody but staff, InvalidInput for the owner's role, the grant, or a redirect URI.
    """
    _check_staff(actor)
    if owner.role not in (Role.LANDLORD, Role.STAFF) or not owner.is_active:
        raise InvalidInput("An app belongs to a landlord or to staff who may act.", param="owner")
    if grant not in Application.GRANTS or (public and grant == Application.FOR_ITS_OWNER):
        raise InvalidInput("An app acts for its owner, with a secret, or for people who agree.", param="grant")
    if bool(redirect_uris) != (grant == Application.FOR_PEOPLE):
        raise InvalidInput("Apps that people let in need a redirect URI, and only they.", param="redirect_uris")
    check_redirect_uris(redirect_uris)
    secret = "" if public else tokens.client_secret()
    with unit_of_work():
        app = Application.objects.create(
            user=owner,
            name=name,
            authorization_grant_type=grant,
            client_type=Application.PUBLIC if public else Application.CONFIDENTIAL,
            client_secret=kept(secret),
            hash_client_secret=False,
            redirect_uris=" ".join(redirect_uris),
            created=at,
        )
        record([events.application_event(events.REGISTERED, app, actor=actor, at=at)])
        return NewSecret(app, secret)


def roll_application_secret(*, actor: Actor, at: datetime, app: Application) -> NewSecret:
    """A new secret; the old one stops at once, tokens go on. Errors: NotAllowed, Conflict for an app without one, or disabled."""
    _check_staff(actor)
    with unit_of_work():
        locked = _locked(app)
        if locked.client_type == Application.PUBLIC or locked.disabled_at:
            raise Conflict("This app has no secret to roll.", code="application_without_secret")
        secret = tokens.client_secret()
        locked.client_secret = kept(secret)
        _count(locked, "client_secret")
        record([events.application_event(events.SECRET_ROLLED, locked, actor=actor, at=at)])
        return NewSecret(locked, secret)


def disable_application(*, actor: Actor, at: datetime, app: Application) -> Application:
    """From this moment nothing that the app holds opens anything; disabling it again changes nothing. Errors: NotAllowed."""
    _check_staff(actor)
    with unit_of_work():
        locked = _locked(app)
        if locked.disabled_at is None:
            locked.disabled_at = at
            _count(locked, "disabled_at")
            record([events.application_event(events.DISABLED, locked, actor=actor, at=at)])
        return locked


def note_authorization(*, actor: Actor, at: datetime, app: Application, user: User) -> None:
    """Step: record that a person let an app in; the door makes the code within the same transaction."""
    locked = _locked(app)
    _count(locked)
    record([events.application_event(events.AUTHORIZED, locked, actor=actor, at=at, person=user)])


def withdraw_application(*, actor: Actor, at: datetime, app: Application, user: User) -> None:
    """Take back what an app holds of a person: codes, access and refresh tokens. Errors: NotAllowed for anybody else's."""
    if not (actor.may_see_all or actor.user_id == user.id):
        raise NotAllowed("You may withdraw only what you let in yourself.")
    with unit_of_work():
        locked = _locked(app)
        held = {"application": locked, "user": user}
        gone = RefreshToken.objects.filter(**held, revoked=None).update(revoked=at)
        gone += AccessToken.objects.filter(**held).delete()[0] + Grant.objects.filter(**held).delete()[0]
        if gone:
            _count(locked)
            record([events.application_event(events.WITHDRAWN, locked, actor=actor, at=at, person=user)])


def forget_ended_tokens(*, at: datetime) -> None:
    """Drop what opens nothing any more. A used refresh token is kept as long as it would have been good, so that a thief who uses it
    once more is noticed."""
    with unit_of_work():
        Grant.objects.filter(expires__lte=at).delete()
        over = at - REFRESH_LIFE
        ended = Q(revoked__lte=over) | Q(revoked=None, access_token__expires__lte=over) | Q(revoked=None, access_token=None)
        RefreshToken.objects.filter(ended).delete()
        AccessToken.objects.filter(expires__lte=at, refresh_token=None).delete()


def kept(secret: str) -> str:
    """What is kept of a client's secret: 214 random bits need no slow hash, and every token request asks it."""
    return SECRET_MARK + hash_of(secret).hex() if secret else ""


def is_secret(given: str, stored: str) -> bool:
    return bool(given and stored) and hmac.compare_digest(kept(given).encode(), stored.encode())


def _check_staff(actor: Actor) -> None:
    if not actor.may_see_all:
        raise NotAllowed("Apps are registered and changed by staff.")


def _locked(app: Application) -> Application:
    return Application.objects.select_for_update(of=("self",)).select_related("user").get(id=app.id)


def _count(app: Application, *columns: str) -> None:
    app.version += 1
    app.save(update_fields=[*columns, "version"])
