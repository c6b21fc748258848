"""Making people: who may, what comes with them, and that an address belongs to one of them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people import queries
from directpay.people.actions import EmailUnavailable, create_payee, create_user, set_password
from directpay.people.actor import SYSTEM, system
from directpay.people.models import Payee, User
from directpay.people.queries import actor_for_user, first_payee, visible_payees, visible_users
from directpay.people.ways import Way
from tests.directpay.cast import AT, alice, as_user, bob, sam

pytestmark = pytest.mark.django_db


def test_makes_a_landlord_with_exactly_one_payee() -> None:
    landlord = alice()
    assert Payee.objects.get() == first_payee(landlord)
    assert (landlord.public_id[:4], landlord.created_at, landlord.is_staff) == ("usr_", AT, False)


def test_makes_renters_and_staff_without_a_payee() -> None:
    assert (first_payee(bob()), first_payee(sam()), Payee.objects.count()) == (None, None, 0)


def test_announces_ids_and_roles_and_nothing_personal() -> None:
    landlord = alice()
    renter = bob(as_user(landlord))
    events = {event.type + event.object_id: event for event in Event.objects.all()}
    made = events["user.created" + renter.public_id]
    assert made.data == {"id": renter.public_id, "object": "user", "role": "renter"}
    assert (made.version, made.actor, made.at) == (1, f"user:{landlord.public_id}", AT)
    assert set(made.account_ids) == {renter.public_id, landlord.public_id}
    text = str([(event.data, event.actor) for event in events.values()])
    assert "Alice" not in text
    assert "example.com" not in text


def test_keeps_an_address_in_lower_case_and_for_one_person() -> None:
    alice(email=" Alice@Example.COM ")
    assert User.objects.get().email == "alice@example.com"
    with pytest.raises(EmailUnavailable) as refused:
        bob(email="ALICE@example.com")
    assert refused.value.param == "email"
    with pytest.raises(IntegrityError, match="user_email_once"), transaction.atomic():
        User.objects.create(public_id="usr_x", email="ALICE@EXAMPLE.COM", role="renter", created_at=AT)
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_gives_an_address_to_one_of_ten_who_want_it_at_once() -> None:
    def make(_: int) -> bool:
        try:
            alice()
        except EmailUnavailable:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(make, range(10))) == 1
    assert (User.objects.count(), Payee.objects.count()) == (1, 1)


@pytest.mark.parametrize(("by", "role"), [(alice, "landlord"), (alice, "staff"), (bob, "renter"), (bob, "staff")])
def test_refuses_roles_that_the_actor_may_not_create(by: object, role: str) -> None:
    actor = as_user(by())  # type: ignore[operator]
    with pytest.raises(NotAllowed):
        create_user(actor=actor, at=AT, email="new@example.com", name="New", role=role)
    assert User.objects.count() == 1


def test_refuses_a_superuser_who_is_not_staff() -> None:
    with pytest.raises(IntegrityError, match="user_superuser_is_staff"):
        alice(superuser=True)


def test_sets_a_password_and_counts_it_as_a_fact() -> None:
    renter = bob()
    assert not renter.has_usable_password()
    set_password(actor=as_user(renter), at=AT, user=renter, password="correct horse battery")
    renter.refresh_from_db()
    assert renter.check_password("correct horse battery")
    assert [event.version for event in Event.objects.filter(object_id=renter.public_id)] == [1, 2]


def test_refuses_a_weak_password_and_somebody_else_s() -> None:
    landlord, renter = alice(), bob()
    with pytest.raises(InvalidInput) as weak:
        set_password(actor=as_user(renter), at=AT, user=renter, password="password")
    assert (weak.value.param, weak.value.code) == ("password", "password_too_weak")
    with pytest.raises(NotAllowed):
        set_password(actor=as_user(landlord), at=AT, user=renter, password="correct horse battery")


def test_adds_a_payee_for_its_owner_and_staff_alone() -> None:
    landlord, stranger = alice(), alice(email="other@example.com")
    second = create_payee(actor=as_user(landlord), at=AT, owner=landlord, name="Alice LLC")
    assert first_payee(landlord) != second
    assert set(visible_payees(as_user(landlord))) == set(landlord.payees.all())
    assert visible_payees(SYSTEM).count() == 3
    for actor, owner in ((as_user(stranger), landlord), (SYSTEM, bob())):
        with pytest.raises(NotAllowed):
            create_payee(actor=actor, at=AT, owner=owner, name="Not mine")


def test_lets_rooms_above_add_whom_one_may_see(monkeypatch: pytest.MonkeyPatch) -> None:
    landlord, renter = alice(), bob()
    assert renter not in visible_users(as_user(landlord))
    rule = lambda actor: Way("id", renter.id if actor.user_id == landlord.id else 0)  # noqa: E731
    monkeypatch.setattr(queries, "VISIBLE_TO", [rule])
    assert set(visible_users(as_user(landlord))) == {landlord, renter}
    assert set(visible_users(as_user(renter))) == {renter}


def test_names_every_actor() -> None:
    staff = sam()
    actor = actor_for_user(staff)
    assert (actor.label, actor.account, actor.may_see_all) == (f"user:{staff.public_id}", staff.public_id, True)
    assert (SYSTEM.label, SYSTEM.account, system("relay").label) == ("system:due", "platform", "system:relay")
