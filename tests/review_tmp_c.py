from datetime import timedelta
import threading, time
import pytest
from django.test import Client
from django.db import connection
from directpay.due.models import Due
from directpay.ops.clock import set_clock
from directpay.people.actions import set_password
from directpay.people.actor import SYSTEM
from payments.methods.actions import add_bank_account
from payments.methods.models import BankAccount
from leases.rent.actions.open_lease import extend_schedules
from leases.rent.actions import open_lease as ol
from leases.rent.actions.post_charges import post_charges
from leases.rent.models import Charge
from tests.payments.conftest import w  # noqa
from tests.payments.payins.test_at_once import at_once
pytestmark = pytest.mark.django_db(transaction=True)

D = {"account_holder_name": "Bob", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}

def test_double_click_on_verify_burns_two_tries(w):
    made = add_bank_account(w.bob, D, actor=SYSTEM, at=w.now)
    c = Client(); c.force_login(w.bob, backend="django.contrib.auth.backends.ModelBackend")
    for _ in range(2):
        c.post(f"/renter/bank-accounts/{made.public_id}/verify", {"first": "1", "second": "2"})
    made.refresh_from_db(); assert made.verification_tries == 1

def test_same_attempt_other_number_is_told_added(w):
    c = Client(); c.force_login(w.bob, backend="django.contrib.auth.backends.ModelBackend")
    c.post("/renter/bank-accounts", {**D, "attempt": "at_x"})
    r = c.post("/renter/bank-accounts", {**D, "account_number": "000999999999", "attempt": "at_x"}, follow=True)
    print("SAYS ADDED", b"Added." in r.content, BankAccount.objects.filter(user=w.bob).count(), r.status_code)
    assert b"Added." not in r.content

def test_extend_deadlocks_with_post(w, monkeypatch):
    a, b = w.lease(end_on=None), w.lease(end_on=None)
    set_clock(w.now + timedelta(days=500), frozen=True); at = w.now
    late = Charge.objects.filter(lease=b, posted_at=None).order_by("due_on").first()
    real = ol.lock_lease; first_posted = threading.Event(); b_locked = threading.Event()
    def slow(lease):
        if lease.id == b.id:
            first_posted.set(); b_locked.wait(5); time.sleep(0.5)
        return real(lease)
    monkeypatch.setattr(ol, "lock_lease", slow)
    import leases.rent.actions.post_charges as pc
    realpost = pc.charges_due
    def due(charges, *args):
        if [c.id for c in charges] == [late.id]: b_locked.set()
        return realpost(charges, *args)
    monkeypatch.setattr(pc, "charges_due", due)
    def two():
        first_posted.wait(5); return post_charges([late.public_id], at)
    out = at_once(lambda: extend_schedules([a.public_id, b.public_id], at), two)
    print(out)
    assert not any(isinstance(o, Exception) for o in out)
