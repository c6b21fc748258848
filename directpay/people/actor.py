"""Who does it: the one value that every action takes, so that a change always names its author."""

from dataclasses import dataclass
from typing import Final, Literal

from directpay.kernel.errors import NotAllowed
from directpay.kernel.row_scope import EVERYBODY, NOBODY

STAFF: Final = "staff"
LANDLORD: Final = "landlord"
RENTER: Final = "renter"


@dataclass(frozen=True, slots=True)
class Actor:
    """An API key, an app of somebody else's, a person who is signed in, or the system itself.

    `label` is what events keep ("key:ak_…", "app:app_…", "app:app_…/usr_…", "user:usr_…", "system:due"). `user_id` is the row of
    the person on whose account this happens, None for the platform.
    """

    kind: Literal["key", "app", "user", "system"]
    label: str
    user_id: int | None
    user_public_id: str | None
    role: str
    may_see_all: bool

    is_authenticated = True  # Django's and DRF's question to `request.user`

    @property
    def account(self) -> str:
        """The API account: keys of one owner share it, and with it their idempotency keys."""
        return self.user_public_id or "platform"

    @property
    def rows(self) -> int:
        """Whose rows the database may show to this actor's doors."""
        return EVERYBODY if self.may_see_all else self.user_id or NOBODY


def system(part: str) -> Actor:
    """The system acting by itself: `part` says which part of it, e.g. "due" or "relay"."""
    return Actor("system", f"system:{part}", None, None, STAFF, True)


SYSTEM: Final = system("due")


def not_for_renters(actor: Actor, said: str) -> None:
    """Raises NotAllowed with these words where a renter asks."""
    if actor.role == RENTER:
        raise NotAllowed(said)
