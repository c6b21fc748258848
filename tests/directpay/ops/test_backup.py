"""A backup made while the installation works, restored into another directory: the books are the same, and it goes on."""

import json
import shutil
import tarfile
from pathlib import Path

import psycopg
import pytest

from directpay.ops import backup
from directpay.ops.backup import BackupError, back_up, extract, restore
from directpay.ops.http_story import Client
from directpay.ops.places import place_for
from directpay.ops.processes import wait_until
from directpay.ops.temporary import Stack, temporary_stack

pytestmark = pytest.mark.xdist_group("stack")  # whole installations, one after the other on one worker
# Every table's rows as one hash, and the snapshots that decide what was known.
STANDS = """
SELECT (SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM ledger_transaction t),
       (SELECT md5(string_agg(e::text, '|' ORDER BY id)) FROM ledger_entry e),
       (SELECT md5(string_agg(v::text, '|' ORDER BY id)) FROM directpay_event v),
       (SELECT md5(string_agg(w::text, '|' ORDER BY id)) FROM ledger_watermark w)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An installation that has worked, its backup, and what stood when it was made."""
    folder = tmp_path_factory.mktemp("backup")
    with temporary_stack(folder / "home") as stack:
        assert "holds" in stack.manage("check_books").stdout
        stack.manage("seal_books", owner=True)
        archive = back_up(stack.home, folder / "kept" / "directpay.backup")
        with pytest.raises(BackupError, match="exists already"):
            back_up(stack.home, archive)
        with pytest.raises(BackupError, match=r"installation in .* already"):
            restore(stack.home, archive)
        yield archive, stack.demo


@pytest.fixture
def elsewhere(tmp_path):
    home = tmp_path / "restored"
    yield home
    shutil.rmtree(place_for(home).root, ignore_errors=True)


def stands(stack: Stack) -> tuple[str, ...]:
    with psycopg.connect(stack.owner_url) as connection:
        return connection.execute(STANDS).fetchone() or ()


def test_a_restored_installation_is_whole_and_goes_on(made, elsewhere):
    archive, demo = made
    assert archive.stat().st_mode & 0o777 == 0o600
    about = restore(elsewhere, archive)
    assert set(about) == {"format", "made_at", "postgres"}
    assert (elsewhere / "secrets.env").stat().st_mode & 0o777 == 0o600
    with temporary_stack(elsewhere) as stack:
        checked = stack.manage("check_books", "--json")
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert stack.manage("verify_books", owner=True).returncode == 0
        before = stands(stack)
        assert all(before)
        api = Client(stack.base_url, demo["secret_key"])
        leases = api.get("/api/v1/leases")["data"]
        his = [one for one in leases if demo["renter"]["id"] in [renter["user"] for renter in one["renters"]]]
        lease = next(one for one in his if api.get(f"/api/v1/leases/{one['id']}/balance")["payable"] > 0)
        source = demo["renter"]["bank_account"]
        paid = api.post("/api/v1/payments", {"lease": lease["id"], "amount": 5_000, "rail": "instant", "bank_account": source}, "one")
        # Its number is opened with the restored key of the vault.
        assert wait_until(lambda: api.get(f"/api/v1/payments/{paid['id']}")["status"] == "settled", 60)


@pytest.mark.parametrize("damage", ["cut", "no tar", "one byte", "another format", "no keys"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(made, elsewhere, tmp_path, damage):
    archive, _ = made
    bad = tmp_path / "bad.backup"
    {"cut": cut, "no tar": no_tar, "one byte": one_byte, "another format": another_format, "no keys": no_keys}[damage](archive, bad)
    with pytest.raises(BackupError, match=r"cannot be read|damaged|no backup"):
        restore(elsewhere, bad)
    assert not (elsewhere / "passwords.env").exists()
    assert not (place_for(elsewhere).root / "postgres").exists()
    assert not (place_for(elsewhere).root / "restore.new").exists()


def cut(archive: Path, bad: Path) -> None:
    bad.write_bytes(archive.read_bytes()[:-100_000])


def no_tar(archive: Path, bad: Path) -> None:
    bad.write_bytes(b"not a backup at all")


def repacked(archive: Path, bad: Path, change) -> None:
    folder = bad.parent / "unpacked"
    with tarfile.open(archive) as tar:
        extract(tar, folder)
    change(folder)
    with tarfile.open(bad, "w:gz", compresslevel=1) as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name)


def one_byte(archive: Path, bad: Path) -> None:
    def change(folder: Path) -> None:
        file = max((folder / "postgres" / "base").rglob("[0-9]*"), key=lambda path: path.stat().st_size)
        text = bytearray(file.read_bytes())
        text[len(text) // 2] ^= 1
        file.write_bytes(text)

    repacked(archive, bad, change)


def another_format(archive: Path, bad: Path) -> None:
    repacked(archive, bad, lambda folder: (folder / backup.ABOUT).write_text(json.dumps({"format": 99})))


def no_keys(archive: Path, bad: Path) -> None:
    repacked(archive, bad, lambda folder: (folder / "secrets.env").unlink())


def test_a_database_of_ones_own_is_backed_up_by_its_own_tools(tmp_path):
    with pytest.raises(BackupError, match="of your own"):
        back_up(tmp_path, tmp_path / "x.backup")
    assert not (tmp_path / "passwords.env").exists(), "looking made nothing"


@pytest.mark.parametrize(
    ("name", "kind", "link"),
    [
        ("../outside", tarfile.REGTYPE, ""),
        ("/outside", tarfile.REGTYPE, ""),
        ("a/../../outside", tarfile.REGTYPE, ""),
        ("link", tarfile.SYMTYPE, "/etc"),
        ("link", tarfile.LNKTYPE, "../outside"),
        ("pipe", tarfile.FIFOTYPE, ""),
        ("device", tarfile.CHRTYPE, ""),
    ],
)
def test_an_archive_that_somebody_else_has_made_writes_nothing(tmp_path, name, kind, link):
    archive, into = tmp_path / "bad.tar", tmp_path / "into"
    with tarfile.open(archive, "w") as tar:
        tar.addfile(tarfile.TarInfo("good"))
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        tar.addfile(member)
    with tarfile.open(archive) as tar, pytest.raises(tarfile.TarError, match="does not belong"):
        extract(tar, into)
    assert not list(into.glob("*"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar"]


def test_what_does_not_run_is_not_backed_up(made, elsewhere, tmp_path):
    restore(elsewhere, made[0])
    with pytest.raises(BackupError, match="Nothing runs"):
        back_up(elsewhere, tmp_path / "x.backup")
