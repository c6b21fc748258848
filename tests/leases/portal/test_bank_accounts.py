"""Adding a bank account and naming its two deposits."""

import pytest

from payments.methods.models import BankAccount
from tests.leases.portal.reading import hidden, signed_in, words_of
from tests.world import PAYS, World

pytestmark = pytest.mark.django_db
ADDRESS = "/renter/bank-accounts/"
NEW = {"account_holder_name": "Bob", "routing_number": "110000000", "account_number": PAYS, "account_type": "checking"}


def test_it_is_added_verified_and_can_be_paid_from():
    w = World()
    client = signed_in(w.bob)
    page = client.get(ADDRESS)
    assert "No bank account yet" in words_of(page)
    added = client.post(ADDRESS, {**NEW, "attempt": hidden(page, "attempt")}, follow=True)
    assert "First Linden Bank ••6789 Needs you" in words_of(added)
    assert "In the sandbox they are always 32 and 45." in words_of(added)
    account = w.bob.bank_accounts.get()
    verified = client.post(f"{ADDRESS}{account.public_id}/verify/", {"first": "45", "second": "32"}, follow=True)
    assert "is verified. You can pay from it now." in words_of(verified)


def test_pressing_twice_adds_it_once():
    w = World()
    client = signed_in(w.bob)
    attempt = hidden(client.get(ADDRESS), "attempt")
    for _ in range(2):
        client.post(ADDRESS, {**NEW, "attempt": attempt})
    assert BankAccount.objects.filter(user=w.bob).count() == 1


def test_a_wrong_number_is_named_and_the_account_number_is_not_shown_again():
    w = World()
    page = signed_in(w.bob).post(ADDRESS, {**NEW, "routing_number": "123456789"})
    assert page.status_code == 422
    assert "its check digit does not fit" in words_of(page)
    assert 'aria-invalid="true"' in page.content.decode()
    assert 'value="123456789"' in page.content.decode()
    assert f'value="{PAYS}"' not in page.content.decode()


def test_wrong_deposits_are_counted_and_the_third_time_ends_it():
    w = World()
    client = signed_in(w.bob)
    client.post(ADDRESS, NEW)
    address = f"{ADDRESS}{w.bob.bank_accounts.get().public_id}/verify/"
    wrong = {"first": "1", "second": "2"}
    assert "Tries left for ••6789: 2." in words_of(client.post(address, wrong, follow=True))
    assert "Tries left for ••6789: 1." in words_of(client.post(address, wrong, follow=True))
    assert "for the third time" in words_of(client.post(address, wrong, follow=True))
    assert "does not wait for its deposits any more" in words_of(client.post(address, wrong, follow=True))


@pytest.mark.parametrize("first", ["", "x", "1.5", "²"])
def test_what_is_not_a_number_of_cents_counts_as_no_try(first):
    w = World()
    client = signed_in(w.bob)
    client.post(ADDRESS, NEW)
    account = w.bob.bank_accounts.get()
    page = client.post(f"{ADDRESS}{account.public_id}/verify/", {"first": first, "second": "45"}, follow=True)
    assert "Enter both deposits in cents" in words_of(page)
    assert w.bob.bank_accounts.get().verification_tries == 0


def test_an_account_that_the_bank_refused_says_what_to_do():
    w = World()
    page = signed_in(w.bob).post(ADDRESS, {**NEW, "account_number": "000666666661"}, follow=True)
    assert "The bank did not take the deposits. Look at the numbers and add it again." in words_of(page)


def test_nobody_verifies_the_account_of_another():
    w = World()
    mia = w.person("mia", "renter")
    signed_in(w.bob).post(ADDRESS, NEW)
    address = f"{ADDRESS}{w.bob.bank_accounts.get().public_id}/verify/"
    assert signed_in(mia).post(address, {"first": "32", "second": "45"}).status_code == 404
    assert "6789" not in words_of(signed_in(mia).get(ADDRESS)).replace("000123456789", "")
