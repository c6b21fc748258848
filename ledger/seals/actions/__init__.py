"""Sealing the log, writing it down elsewhere, reading it back, and building anew what it implies."""

from ledger.seals.actions.anchor import AnchorContradicts, append_anchor
from ledger.seals.actions.export_log import Exported, export_log
from ledger.seals.actions.import_log import LogRefused, import_log
from ledger.seals.actions.owner import OwnerRequired
from ledger.seals.actions.replay import Replayed, replay_log
from ledger.seals.actions.seal import EVERY, QUEUE, SET_LIMIT, seal_all, seal_due, seal_once

__all__ = [
    "EVERY",
    "QUEUE",
    "SET_LIMIT",
    "AnchorContradicts",
    "Exported",
    "LogRefused",
    "OwnerRequired",
    "Replayed",
    "append_anchor",
    "export_log",
    "import_log",
    "replay_log",
    "seal_all",
    "seal_due",
    "seal_once",
]
