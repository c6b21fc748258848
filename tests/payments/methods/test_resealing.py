"""A key is changed while everything works: nothing is lost, nothing stays under the old one."""

import base64

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.management import call_command

from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.people.sign_in import resealing as people
from payments.methods import resealing
from payments.methods.actions import add_bank_account, verify_bank_account
from payments.methods.models import BankAccount
from payments.vault.encryption import decrypt, fingerprint
from tests.world import World


def key(letter: str, version: str) -> str:
    return f"{version}:{base64.b64encode(letter.encode() * 32).decode()}"


V1, V2 = key("a", "v1"), key("b", "v2")


@pytest.fixture
def w(db, settings) -> World:
    settings.VAULT_KEYS = V1
    return World()


def versions() -> set[str]:
    rows = BankAccount.objects.values_list("number_encrypted", "micro_deposits_encrypted")
    return {sealed.partition(":")[0] for row in rows for sealed in row}


def test_seals_again_under_the_new_key(w, settings):
    account = w.account(w.bob)
    settings.VAULT_KEYS = f"{V2},{V1}"
    assert (versions(), resealing.reseal_some(), versions(), resealing.reseal_some()) == ({"v1"}, 1, {"v2"}, 0)
    settings.VAULT_KEYS = V2
    row = BankAccount.objects.get(id=account.id)
    assert decrypt(row.number_encrypted, context=row.public_id) == "000123456789"
    assert (row.status, row.version) == (account.status, account.version), "it is the same account, in the same state"


def test_a_key_is_known_before_it_seals(w, settings):
    """Step one of the change: a process that knows both writes what a process that knows only the first can open."""
    settings.VAULT_KEYS = f"{V1},{V2}"
    w.account(w.bob)
    assert versions() == {"v1"}
    assert resealing.reseal_some() == 0


def test_fingerprints_are_the_same_through_it_all(settings):
    found = set()
    for keys in (V1, f"{V1},{V2}", f"{V2},{V1}", f"{key('c', 'v10')},{V2},{V1}"):
        settings.VAULT_KEYS = keys
        found.add(fingerprint("110000000:000123456789"))
    assert len(found) == 1


def test_an_account_that_waits_for_its_deposits_is_verified_afterwards(w, settings):
    details = {"account_holder_name": "B", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
    account = add_bank_account(w.bob, details, actor=w.actor(w.bob), at=w.now)
    settings.VAULT_KEYS = f"{V2},{V1}"
    resealing.reseal_some()
    assert verify_bank_account(account, [32, 45], actor=w.actor(w.bob), at=w.now).status == "verified"


def test_secrets_of_second_steps_go_with_them(w, settings):
    totp = Authenticator.objects.create(user=w.bob, type="totp", data={"secret": get_adapter().encrypt("JBSWY3DPEHPK3PXP")})
    codes = Authenticator.objects.create(user=w.bob, type="recovery_codes", data={"seed": get_adapter().encrypt("seed"), "used_mask": 5})
    Authenticator.objects.create(user=w.alice, type="webauthn", data={"name": "Passkey"})
    settings.VAULT_KEYS = f"{V2},{V1}"
    assert (people.reseal_some(), people.reseal_some()) == (2, 0)
    settings.VAULT_KEYS = V2
    totp.refresh_from_db()
    codes.refresh_from_db()
    assert get_adapter().decrypt(totp.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert (get_adapter().decrypt(codes.data["seed"]), codes.data["used_mask"]) == ("seed", 5)


def test_the_worker_does_it_batch_after_batch(w, settings, monkeypatch):
    monkeypatch.setattr(resealing, "AT_ONCE", 2)
    for _ in range(3):
        w.account(w.bob)
    settings.VAULT_KEYS = f"{V2},{V1}"
    Due.objects.create(queue=resealing.RESEAL_QUEUE, key="all", due_at=w.now)
    run_all()
    assert versions() == {"v1", "v2"}
    w.later(seconds=1)
    run_all()
    assert versions() == {"v2"}


def test_the_command_says_how_much_it_was(w, settings, capsys):
    w.account(w.bob)
    settings.VAULT_KEYS = f"{V2},{V1}"
    call_command("reseal")
    assert capsys.readouterr().out == "bank accounts: 1 sealed again\nsecond steps: 0 sealed again\n"
