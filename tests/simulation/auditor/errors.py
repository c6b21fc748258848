class AuditError(AssertionError):
    """The books of the product and those of the auditor differ; the message says where."""


def demand(truth: object, said: str) -> None:
    if not truth:
        raise AuditError(said)


def same(what: str, predicted: object, found: object) -> None:
    if predicted != found:
        raise AuditError(f"{what}: predicted {predicted!r}, found {found!r}")
