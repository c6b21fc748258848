import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from tests.browser.scenes import House

pytestmark = pytest.mark.django_db


def test_all(settings):
    settings.RAIL_PROFILE = "calendar"
    h = House.built()
    c = Client(raise_request_exception=True)
    c.force_login(h.people["dana"])
    assert c.get("/admin/").status_code == 200
    for model, page in admin.site._registry.items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert c.get(reverse(base + "_changelist")).status_code == 200, base
        assert c.get(reverse(base + "_changelist") + "?q=a").status_code == 200, base
        row = model._default_manager.first()
        if row is not None:
            r = c.get(reverse(base + "_change", args=[row.pk]))
            assert r.status_code == 200, base
        else:
            print("none", base)
