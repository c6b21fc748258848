"""`make backup` and `make restore`: a whole installation on embedded services as one file, and back.

A base backup, not a dump: it keeps the transaction ids by which `known_at` is answered (docs/decisions/0007). The file also holds the
keys of the vault and the passwords of the services, without which the data cannot be read: keep it as you would keep those.
"""

import argparse
import io
import json
import os
import shutil
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from directpay.kernel.clock import system_now
from directpay.ops.embedded import EmbeddedPostgres, EmbeddedPostgresError
from directpay.ops.places import Place, place_for
from directpay.ops.secrets_file import PASSWORDS, service_passwords, write_private
from directpay.ops.stop import is_running
from directpay.ops.supervisor import say
from directpay.ops.up import home_directory

FORMAT = 1
ABOUT, DATA = "backup.json", "postgres"
PRIVATE = (PASSWORDS, "secrets.env", "demo.json")  # of DIRECTPAY_HOME, where they exist
NEEDED = PRIVATE[:2]


class BackupError(Exception):
    """Nothing was changed; the message says what to do."""


def back_up(home: Path, archive: Path) -> Path:
    """Write everything to `archive` (a gzipped tar, mode 600) while the installation runs. Raises BackupError."""
    if archive.exists():
        raise BackupError(f"{archive} exists already.")
    place = place_for(home)
    if not (place.root / DATA).exists():
        raise BackupError(f"{home} has no embedded PostgreSQL. One of your own is backed up by its own tools (pg_basebackup).")
    postgres = EmbeddedPostgres(place, service_passwords(home)["POSTGRES_PASSWORD"])
    if not is_running(home) or not postgres.is_ready():
        raise BackupError(f"Nothing runs in {home}: start it with `make up`, a backup is made while it works.")
    with _scratch(place, "backup.new") as copy:
        try:
            postgres.base_backup(copy)
        except EmbeddedPostgresError as error:
            raise BackupError(str(error)) from error
        about = {"format": FORMAT, "made_at": system_now().isoformat(), "postgres": (copy / "PG_VERSION").read_text().strip()}
        _pack(archive, home, copy, about)
    return archive


def restore(home: Path, archive: Path) -> dict[str, str]:
    """Set up an empty `home` from `archive`; `make up` then recovers and goes on. Returns what is known of it. Raises BackupError."""
    place = place_for(home)
    if is_running(home) or (home / PASSWORDS).exists() or (place.root / DATA).exists():
        raise BackupError(f"There is an installation in {home} already: restore into another DIRECTPAY_HOME, or `make reset` first.")
    with _scratch(place, "restore.new") as fresh:
        about, private = _unpack(archive, fresh)
        for path in (fresh, *fresh.rglob("*")):
            place.own(path)
        try:
            EmbeddedPostgres(place, "").verify_backup(fresh / DATA)
        except EmbeddedPostgresError as error:
            raise BackupError(f"{archive} is damaged: {error}") from error
        (fresh / DATA).chmod(0o700)
        (fresh / DATA).rename(place.root / DATA)
    for name, text in private.items():  # the passwords last: they are what says that data is here
        write_private(home / name, text)
    return about


@contextmanager
def _scratch(place: Place, name: str) -> Iterator[Path]:
    """An empty directory of the services' account, gone afterwards."""
    shutil.rmtree(place.root / name, ignore_errors=True)
    try:
        yield place.directory(name)
    finally:
        shutil.rmtree(place.root / name, ignore_errors=True)


def _pack(archive: Path, home: Path, copy: Path, about: dict[str, object]) -> None:
    """Beside its name, then renamed: what is there is whole."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    fresh = archive.with_name(f"{archive.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as tar:
                _add_text(tar, ABOUT, json.dumps(about))
                for name in PRIVATE:
                    if (home / name).exists():
                        _add_text(tar, name, (home / name).read_text())
                tar.add(copy, DATA)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(archive)
    finally:
        fresh.unlink(missing_ok=True)


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    member.mode, member.size = 0o600, len(text.encode())
    tar.addfile(member, io.BytesIO(text.encode()))


def extract(tar: tarfile.TarFile, into: Path) -> None:
    """Files and directories, none of them outside of `into`; nothing else is in a backup. Raises TarError before anything is written.

    Judged here too: the filter that Python has for it came with 3.11.4, and Debian 12 has 3.11.2.
    """
    members = tar.getmembers()
    for member in members:
        path = PurePosixPath(member.name)
        if not (member.isfile() or member.isdir()) or path.is_absolute() or ".." in path.parts:
            raise tarfile.TarError(f"{member.name} does not belong into a backup")
    tar.extraction_filter = getattr(tarfile, "data_filter", None)
    for member in members:
        tar.extract(member, into)


def _unpack(archive: Path, into: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What is known of it, and the private files by name, the passwords last; the cluster in `into`. Raises BackupError."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            extract(tar, into)
        about = json.loads((into / ABOUT).read_text())
        private = {name: (into / name).read_text() for name in reversed(PRIVATE) if (into / name).exists()}
    except (OSError, EOFError, ValueError, tarfile.TarError) as error:
        raise BackupError(f"{archive} cannot be read as a backup: {error}") from error
    if about.get("format") != FORMAT or not set(NEEDED) <= private.keys() or not (into / DATA / "PG_VERSION").exists():
        raise BackupError(f"{archive} is no backup that this version can restore.")
    return about, private


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m directpay.ops.backup", description=__doc__)
    parser.add_argument("verb", choices=["backup", "restore"])
    parser.add_argument("archive", type=Path)
    given = parser.parse_args()
    home = home_directory()
    try:
        if given.verb == "backup":
            made = back_up(home, given.archive)
            say(f"{made}: {made.stat().st_size / 1e6:.1f} MB. It holds the keys of the vault: keep it apart, and safe.")
        else:
            about = restore(home, given.archive)
            say(f"Restored what stood at {about['made_at']} into {home}. Start it with `make up`, then run `manage.py check_books`.")
    except BackupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
