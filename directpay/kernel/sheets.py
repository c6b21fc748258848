"""Lines of a CSV file (RFC 4180) that a spreadsheet may open: a number stays a number, and no text becomes a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime

from directpay.kernel.money import plain

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet takes for the beginning of one (OWASP, CSV injection)


class Figure(str):
    """Digits that are a number, though they are written as text: ``-1500.00``."""

    __slots__ = ()


Cell = str | int | date | datetime | Figure | None


def figure(minor: int, currency: str) -> Figure:
    """Minor units as a decimal number, exactly."""
    return Figure(plain(minor, currency))


def csv_line(cells: Iterable[Cell]) -> str:
    """One line with its end. Moments are written in full, so that they can be asked for again."""
    written = io.StringIO()
    csv.writer(written).writerow([_written(cell) for cell in cells])
    return written.getvalue()


def _written(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    if isinstance(cell, (int, Figure)):
        return cell
    return f"'{cell}" if cell.startswith(FORMULA) else cell
