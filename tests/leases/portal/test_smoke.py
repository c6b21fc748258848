import pytest
from django.test import Client
from tests.browser.scenes import House

pytestmark = pytest.mark.django_db

def test_all(settings):
    settings.RAIL_PROFILE = "calendar"
    h = House.built()
    for k, p in h.payments.items():
        print(k, h.world.fresh(p).status)
    print(h.world.now)
    h.world.check()
    for key, user in h.people.items():
        c = Client(); c.force_login(user)
        r = c.get("/", follow=True)
        assert r.status_code == 200, key
