"""English and Spanish: who reads what, and that nothing is left untranslated."""

import ast
import re
from gettext import GNUTranslations
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from directpay.people.models import User
from tests.leases.portal.reading import signed_in, words_of
from tests.world import World

ROOT = Path(__file__).resolve().parents[3]
SPEAKING = ("leases/portal", "leases/papers", "webhooks/mail")
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}


@pytest.mark.django_db
def test_the_account_chooses_the_language_unless_the_person_does():
    w = World()
    w.lease()
    User.objects.filter(id=w.bob.id).update(locale="es")
    client = signed_in(w.bob)
    page = client.get("/renter/")
    assert "Debes 114 Linden St, Unit 1" in words_of(page)
    assert "Vence dom 1 nov, ayer" in words_of(page)
    assert '<html lang="es">' in page.content.decode()
    assert page["Content-Language"] == "es"
    client.post("/language/", {"language": "en", "next": "/renter/"})
    assert "You owe" in words_of(client.get("/renter/"))


@pytest.mark.django_db
def test_before_signing_in_the_browser_is_asked_and_staff_and_programs_stay_english():
    World()
    page = Client().get("/", headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert "La renta va del inquilino al propietario" in words_of(page)
    assert "Accept-Language" in page["Vary"]
    api = Client().get("/api/v1/payments", headers={"Accept-Language": "es"})
    assert "Content-Language" not in api


@pytest.mark.django_db
@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "", "no such page'>", "account_login"])
def test_the_choice_leads_back_to_us_alone(back):
    World()
    answer = Client().post("/language/", {"language": "es", "next": back})
    assert answer.headers["Location"] == "/"
    assert answer.cookies["language"].value == "es"
    assert "language" not in Client().post("/language/", {"language": "xx"}).cookies


def test_every_sentence_of_the_pages_is_in_the_spanish_catalogue():
    with (ROOT / "locale/es/LC_MESSAGES/django.mo").open("rb") as compiled:
        catalogue = GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    known = {key if isinstance(key, str) else key[0] for key in catalogue}
    assert sorted(text for text in [*of_templates(), *of_python()] if text not in known) == []


def of_templates() -> list[str]:
    found: list[str] = []
    for path in (ROOT / "templates").rglob("*.*"):
        if path.parts[-2] in ("api", "people"):
            continue
        text = path.read_text()
        found += [unescape(match[2]) for match in re.finditer(r"{% trans ([\"'])(.*?)\1", text)]
        for match in re.finditer(r"{% blocktrans([^%]*)%}(.*?)(?:{% plural %}.*?)?{% endblocktrans %}", text, re.S):
            found.append(re.sub(r"{{ (\w+) }}", r"%(\1)s", match[2]))
    assert len(found) > 200
    return found


def of_python() -> list[str]:
    found = []
    for path in (path for room in SPEAKING for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKERS and isinstance(node.args[0], ast.Constant):
                found.append(str(node.args[0].value))
    assert len(found) > 100
    return found
