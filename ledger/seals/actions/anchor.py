"""The anchor: one line for each seal, in a file that is kept where whoever can change the database cannot write."""

import os
from pathlib import Path

from directpay.kernel.errors import Conflict
from ledger.seals.models import Seal
from ledger.seals.queries import instant
from ledger.seals.verify import Broken, read_anchor


class AnchorContradicts(Conflict):
    """The file names a seal that this database does not have, or has with another hash; nothing is appended."""

    code = "anchor_contradicts"


def append_anchor(path: Path) -> int:
    """Append a line ``number hash rows time`` for each seal that the file does not have yet. Returns how many.

    All of them if it is new or empty. That lines are gone from its end cannot be told from seals that are new: a copy kept elsewhere can.
    """
    standing = path.read_bytes() if path.exists() else b""
    try:
        known = read_anchor(path) if standing else {}
    except Broken as error:
        raise AnchorContradicts(str(error)) from error
    last = max(known, default=0)
    if last:
        seal = Seal.objects.filter(id=last).first()
        if seal is None or bytes(seal.hash).hex() != known[last]:
            raise AnchorContradicts(f"the anchor names seal {last} as {known[last]}, and the database does not", seal=last)
    lines, between = 0, "\n" if standing and not standing.endswith(b"\n") else ""
    with path.open("a", encoding="ascii") as file:
        for seal in Seal.objects.filter(id__gt=last).order_by("id").iterator():
            file.write(f"{between}{seal.id} {bytes(seal.hash).hex()} {seal.rows} {instant(seal.at)}\n")
            lines, between = lines + 1, ""
        file.flush()
        os.fsync(file.fileno())
    return lines
