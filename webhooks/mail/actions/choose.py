"""What a person wants to read, and when: by themselves, by staff, or by the link in a mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import User
from webhooks.mail.kinds import kinds_for
from webhooks.mail.models import Preference


@dataclass(frozen=True, slots=True)
class Wish:
    """What is not given stays as it was. `timezone` "" is that of the home."""

    choices: Mapping[str, str] = field(default_factory=dict)
    quiet_from: time | None = None
    quiet_until: time | None = None
    timezone: str | None = None


def choose_mail(user: User, wish: Wish, *, actor: Actor, at: datetime) -> Preference:
    """Raises InvalidInput for a kind that this person never gets, a choice that it does not have, a zone that is none."""
    with unit_of_work():
        check(user, wish)
        User.objects.select_for_update(of=("self",)).get(id=user.id)  # two at once: the second sees what the first has chosen
        row = Preference.objects.filter(user=user).first() or Preference(user=user, version=0)
        row.choices = {**row.choices, **wish.choices}
        row.quiet_from, row.quiet_until = wish.quiet_from or row.quiet_from, wish.quiet_until or row.quiet_until
        row.timezone = row.timezone if wish.timezone is None else wish.timezone
        row.version, row.changed_at = row.version + 1, at
        row.save()
        quiet = {"from": f"{row.quiet_from:%H:%M}", "until": f"{row.quiet_until:%H:%M}", "timezone": row.timezone or None}
        data = {"user": user.public_id, "kinds": row.choices, "quiet_hours": quiet}
        record([NewEvent("notification_preferences.set", f"mail:{user.public_id}", row.version, actor.label, at, data, [user.public_id])])
        return row


def check(user: User, wish: Wish) -> None:
    known = {kind.name: kind for kind in kinds_for(user.role)}
    for name, choice in wish.choices.items():
        if name not in known:
            raise InvalidInput(f"This person gets no mail of the kind {name}.", param=f"kinds[{name}]")
        if choice not in known[name].choices:
            allowed = ", ".join(known[name].choices)
            raise InvalidInput(f"Of {name} one chooses: {allowed}.", param=f"kinds[{name}]")
    if wish.timezone:
        try:
            ZoneInfo(wish.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidInput("No such time zone.", param="quiet_hours[timezone]") from error
