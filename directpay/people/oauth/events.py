"""What is announced of apps: ids, never a name."""

from datetime import datetime

from directpay.events.actions import NewEvent
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.oauth.models import Application

REGISTERED = "application.registered"
SECRET_ROLLED = "application.secret_rolled"  # noqa: S105 (an event type)
DISABLED = "application.disabled"
AUTHORIZED = "application.authorized"
WITHDRAWN = "application.withdrawn"


def application_event(kind: str, app: Application, *, actor: Actor, at: datetime, person: User | None = None) -> NewEvent:
    """Facts about an app are its owner's; that a person let it in, or out, is that person's alone."""
    data = {
        "id": app.client_id,
        "object": "application",
        "owner": app.user.public_id,
        "grant": app.authorization_grant_type,
        "disabled_at": app.disabled_at.isoformat() if app.disabled_at else None,
    }
    if person is not None:
        data["user"] = person.public_id
    seen_by = [(person or app.user).public_id]
    return NewEvent(kind, app.client_id, app.version, actor.label, at, data, account_ids=seen_by)
