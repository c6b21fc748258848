"""What is made from a document: a story whose ids come from earlier answers, as a script that a shell takes word for word."""

import json
import subprocess
from typing import Any

import pytest

from directpay.api.reference.curl import script
from directpay.api.reference.document import document
from directpay.api.reference.postman import collection
from directpay.api.reference.story import story

MADE, NEVER_MADE = "cat_MadeA1B2C3D4E5F6G7H8I9J0", "cat_NeverA1B2C3D4E5F6G7H8I9J"


def cats(body: dict[str, Any], query: str = "plain") -> dict[str, Any]:
    """A document of two operations: a cat is made, and looked at."""
    answer = {"200": {"content": {"application/json": {"examples": {"tom": {"value": {"id": MADE, "object": "cat"}}}}}}}
    asked = {"content": {"application/json": {"examples": {"tom": {"value": body}}}}}
    where = {"name": "id", "in": "path", "example": MADE}
    looked_for = {"name": "colour", "in": "query", "schema": {"examples": [query]}}
    make = {"summary": "Make cats", "tags": ["cats"], "parameters": [], "requestBody": asked, "responses": answer}
    look = {"summary": "Look at cats", "tags": ["cats"], "parameters": [where, looked_for], "responses": answer}
    return {"paths": {"/cats/{id}": {"get": look}, "/cats": {"post": make}}}


def test_nothing_is_asked_for_before_it_is_there():
    known: set[str] = set()
    for call in story(document()):
        assert set(call.needs.values()) <= known, call.title
        known |= set(call.gives)
    assert len(known) > 10


def test_an_id_that_no_answer_has_is_named():
    with pytest.raises(ValueError, match=f"{NEVER_MADE}.*cats"):
        story(cats({"mother": NEVER_MADE}))


def test_what_is_made_comes_before_what_looks_at_it():
    made, looked = story(cats({"name": "Tom"}))
    assert (made.method, made.gives, looked.needs) == ("POST", {"tom": ("id",)}, {MADE: "tom"})
    assert 'pm.collectionVariables.set("tom", pm.response.json().id);' in collection([made, looked], "Cats", "").replace('\\"', '"')


@pytest.mark.parametrize("name", ["$HOME", "`id`", "back\\slash", 'a "quoted" one', "it's"])
def test_a_shell_sends_what_the_document_says(name, tmp_path):
    """curl is a program that prints what it was given."""
    (tmp_path / "curl").write_text(
        '#!/bin/bash\nfor one in "$@"; do case $one in colour=*) echo "$one" >&2;; esac; done\n'
        'case "$*" in *@-*) cat >&2;; esac\necho \'{"id": "cat_1"}\'\n'
    )
    (tmp_path / "curl").chmod(0o755)
    text = script(story(cats({"name": name}, name)))
    done = subprocess.run(
        ["bash"], input=text, env={"PATH": f"{tmp_path}:/usr/bin:/bin", "DP": "x", "KEY": "y"}, capture_output=True, text=True, check=True
    )
    body, query = done.stderr.splitlines()
    assert json.loads(body) == {"name": name}
    assert query == f"colour={name}"
