"""What `make docs` writes, by name; one function decides, so that a test can ask the same."""

from pathlib import Path

from django.conf import settings

from directpay.api.reference.document import as_text, document

DOCS = Path(settings.BASE_DIR) / "docs"
AGAIN = "write it anew: make docs"


def contents() -> dict[str, str]:
    """File in docs/ → what stands in it."""
    described = document()
    return {"openapi.yaml": as_text(described)}


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
