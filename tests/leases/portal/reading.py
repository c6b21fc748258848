"""How a test reads a page: as its words, without markup."""

import html
import re

from django.http import HttpResponse
from django.test import Client

from directpay.people.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words_of(response: HttpResponse) -> str:
    """What a person reads in the content of the page, on one line."""
    page = response.content.decode()
    start = page.find("<main")
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page[max(start, 0) :], flags=re.S)
    read = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
    return re.sub(r" (?=[.,](\W|\d|$))", "", read)


def hidden(response: HttpResponse, name: str) -> str:
    """The value of a hidden input."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, f"no hidden {name}"
    return html.unescape(found[1])
