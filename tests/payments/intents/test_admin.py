"""What staff see of an intent."""

import pytest
from django.urls import reverse

from tests.leases.portal.reading import signed_in
from tests.payments.intents.conftest import row_of

pytestmark = pytest.mark.django_db


def test_shows_what_was_wished_and_what_happened(w, api, rent):
    row = row_of(api.created(**rent, confirm=True))
    page = signed_in(w.person("dana", "staff")).get(reverse("admin:payments_paymentintent_change", args=[row.id])).content.decode()
    assert "payment_intent.confirmed" in page
    assert row.payment.public_id in page
    assert row.secret not in page


def test_lists_them_in_a_fixed_number_of_queries(w, api, rent, django_assert_max_num_queries):
    client = signed_in(w.person("dana", "staff"))
    for n in range(4):
        api.created(**rent, amount=1000 + n, confirm=True)
    client.get(reverse("admin:payments_paymentintent_changelist"))
    with django_assert_max_num_queries(12):
        assert "processing" in client.get(reverse("admin:payments_paymentintent_changelist")).content.decode()
