"""What has been reached, by name, in the log: for programs that follow one payment or one request through all processes.

`docs/operations.md` lists the names. A milestone carries ids, figures and words of ours; like every line it is masked.
"""

import logging
from collections.abc import Sequence

log = logging.getLogger("directpay.milestones")
EACH = "each"  # on a record: what differs from line to line


def milestone(name: str, **facts: str | int) -> None:
    """One line now: `event` is the name, the facts stand beside it."""
    if log.isEnabledFor(logging.INFO):  # the code that says it is known by its name: the stack is not searched for it
        log.handle(log.makeRecord(log.name, logging.INFO, __name__, 0, name, (), None, extra={"event": name, **facts}))


def milestones(name: str, payments: Sequence[tuple[str, str]], **facts: str | int) -> None:
    """A line for each (payment, request id) of a set, written at once: hundreds cost hardly more than one."""
    log.info(name, extra={"event": name, EACH: payments, **facts})
