"""Functions of the database, out of the files that make them."""

from pathlib import Path

FOLDER = Path(__file__).parent / "sql"


def function(file: str, name: str) -> str:
    """The text that makes it, or puts it in the place of what stands."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    start = text.index(f"FUNCTION {name}(")
    return "CREATE OR REPLACE " + text[start : text.index("END $$;", start)] + "END $$;"
