import pytest

from tests.ledger.books import Books, open_books


@pytest.fixture
def b(db: None) -> Books:
    return open_books()
