"""The life of an API key."""

import hashlib
import math
from datetime import timedelta

import pytest

from directpay.events.models import Event
from directpay.kernel.errors import Conflict, InvalidInput, NotAllowed
from directpay.people.actions import create_api_key, revoke_api_key, roll_api_key
from directpay.people.actor import SYSTEM
from directpay.people.models import ApiKey
from directpay.people.queries import usable_key
from tests.directpay.cast import AT, alice, as_user, bob

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_shows_the_secret_once_and_keeps_only_its_hash() -> None:
    made = create_api_key(actor=SYSTEM, at=AT, owner=alice(), mode="test")
    assert made.secret.startswith("sk_test_")
    assert len(made.secret.removeprefix("sk_test_")) * math.log2(62) >= 190
    assert made.secret not in repr(made)
    row = ApiKey.objects.values().get()
    assert bytes(row["secret_hash"]) == hashlib.sha256(made.secret.encode()).digest()
    assert made.secret not in str(row)
    assert row["shown"] == f"{made.secret[:12]}…{made.secret[-4:]}"
    assert made.secret not in str(Event.objects.values_list("data", flat=True))


@pytest.mark.parametrize(
    ("kind", "mode", "start"), [("secret", "live", "sk_live_"), ("publishable", "test", "pk_test_"), ("publishable", "live", "pk_live_")]
)
def test_names_kind_and_mode_in_the_key(kind: str, mode: str, start: str) -> None:
    assert create_api_key(actor=SYSTEM, at=AT, owner=None, mode=mode, kind=kind).secret.startswith(start)


def test_acts_for_its_owner_or_for_the_platform() -> None:
    landlord = alice()
    keys = [usable_key(create_api_key(actor=SYSTEM, at=AT, owner=owner, mode="test").secret, lambda: AT) for owner in (landlord, None)]
    hers, ours = [key.actor for key in keys if key]
    assert (hers.user_id, hers.role, hers.may_see_all, hers.account) == (landlord.id, "landlord", False, landlord.public_id)
    assert (ours.user_id, ours.role, ours.may_see_all, ours.account) == (None, "staff", True, "platform")
    assert hers.label.startswith("key:ak_")


def test_rolls_with_an_overlap() -> None:
    old = create_api_key(actor=SYSTEM, at=AT, owner=alice(), mode="test", scopes=["read"], name="till")
    new = roll_api_key(actor=SYSTEM, at=AT, key=old.key, overlap=HOUR)
    assert (new.key.scopes, new.key.name, new.key.expires_at) == (["read"], "till", None)
    assert usable_key(old.secret, lambda: AT + HOUR - timedelta(seconds=1))
    assert usable_key(old.secret, lambda: AT + HOUR) is None
    assert usable_key(new.secret, lambda: AT + HOUR)
    types = Event.objects.filter(object_id=old.key.public_id).values_list("type", "version").order_by("id")
    assert list(types) == [("api_key.created", 1), ("api_key.rolled", 2)]


def test_never_lengthens_a_key_by_rolling_it() -> None:
    old = create_api_key(actor=SYSTEM, at=AT, owner=None, mode="test", expires_at=AT + HOUR)
    roll_api_key(actor=SYSTEM, at=AT, key=old.key, overlap=5 * HOUR)
    assert usable_key(old.secret, lambda: AT + HOUR) is None


def test_refuses_to_roll_a_dead_key_or_for_too_long() -> None:
    key = create_api_key(actor=SYSTEM, at=AT, owner=None, mode="test").key
    for overlap in (timedelta(days=8), -HOUR):
        with pytest.raises(InvalidInput):
            roll_api_key(actor=SYSTEM, at=AT, key=key, overlap=overlap)
    revoke_api_key(actor=SYSTEM, at=AT, key=key)
    with pytest.raises(Conflict):
        roll_api_key(actor=SYSTEM, at=AT, key=key)


def test_revokes_at_once_and_once() -> None:
    made = create_api_key(actor=SYSTEM, at=AT, owner=None, mode="test")
    for later in (AT, AT + HOUR):
        assert revoke_api_key(actor=SYSTEM, at=later, key=made.key).revoked_at == AT
    assert usable_key(made.secret, lambda: AT) is None
    assert Event.objects.filter(type="api_key.revoked").count() == 1


def test_lets_people_manage_their_own_keys_alone() -> None:
    landlord, renter = alice(), bob()
    key = create_api_key(actor=as_user(landlord), at=AT, owner=landlord, mode="test").key
    for owner in (landlord, None):
        with pytest.raises(NotAllowed):
            create_api_key(actor=as_user(renter), at=AT, owner=owner, mode="test")
    for action in (roll_api_key, revoke_api_key):
        with pytest.raises(NotAllowed):
            action(actor=as_user(renter), at=AT, key=key)


def test_refuses_a_scope_that_does_not_exist() -> None:
    with pytest.raises(InvalidInput):
        create_api_key(actor=SYSTEM, at=AT, owner=None, mode="test", scopes=["everything"])
