"""What `make docs` writes, by name; one function decides, so that a test can ask the same."""

from pathlib import Path

from django.conf import settings

from directpay.api.reference.curl import script
from directpay.api.reference.document import as_text, document
from directpay.api.reference.postman import collection
from directpay.api.reference.story import story

DOCS = Path(settings.BASE_DIR) / "docs"
AGAIN = "write it anew: make docs"


def contents() -> dict[str, str]:
    """File in docs/ → what stands in it."""
    described = document()
    calls = story(described)
    return {
        "openapi.yaml": as_text(described),
        "curl/every_operation.sh": script(calls),
        "postman.json": collection(calls, described["info"]["title"], described["info"]["description"]),
    }


def outdated(docs: Path = DOCS) -> dict[str, str]:
    """Files that are not what the code says, with what it says."""
    return {name: text for name, text in contents().items() if not (docs / name).exists() or (docs / name).read_text() != text}


def write(docs: Path = DOCS) -> list[str]:
    """Bring them all up to date; returns those that were not."""
    changed = outdated(docs)
    for name, text in changed.items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(text)
    return list(changed)
