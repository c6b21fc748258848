"""The signed address that ends one kind of mail for one person, without signing in (RFC 8058)."""

from typing import Final
from urllib.parse import urlencode

from django.core import signing

from directpay.kernel.row_scope import every_row
from directpay.people.models import User
from webhooks.mail.kinds import KINDS, Kind
from webhooks.mail.letters.letter import link

SALT: Final = "directpay.mail.unsubscribe"


def unsubscribe_address(user: User, kind: Kind) -> str:
    key = signing.dumps([user.public_id, kind.name], salt=SALT)
    return f"{link('mail_unsubscribe')}?{urlencode({'key': key})}"


def read_key(key: str) -> tuple[User, Kind] | None:
    """Whose mails of which kind; None for a key that is not one of ours, or of nobody any more. It never gets old: nor do mails.

    Who comes with it is not signed in, and sees nobody's rows: the key says whom to look for.
    """
    try:
        public_id, name = signing.loads(key, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    with every_row():
        kind, user = KINDS.get(name), User.objects.filter(public_id=public_id, is_active=True).first()
    return (user, kind) if user is not None and kind is not None and kind.may_end else None
