"""Where deposits are kept: one account of the payee's owner in each state, until another takes its place."""

from typing import TYPE_CHECKING

from tests.simulation.auditor.deposits import NAMED, NOT_VERIFIED, WRONG, Bank

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor


def judge_naming(books: "Auditor", payee: str, owner: str, bank_account: str, state: str) -> str:
    account = books.bank_accounts[bank_account]
    if len(state) != 2 or not state.isalpha() or account.owner != owner:
        return WRONG
    if account.state != "verified":
        return NOT_VERIFIED
    taken = any((bank.payee, bank.state) == (payee, state.upper()) for bank in books.trust.banks.values())
    return NAMED if taken or bank_account in books.trust.bank_accounts() else ""


def judge_replacing(books: "Auditor", bank: Bank, owner: str, bank_account: str) -> str:
    """Another account for the same deposits; the same again is nothing."""
    account = books.bank_accounts[bank_account]
    if bank.bank_account == bank_account:
        return ""
    if account.owner != owner:
        return WRONG
    if account.state != "verified":
        return NOT_VERIFIED
    return NAMED if bank_account in books.trust.bank_accounts() else ""


def named(books: "Auditor", name: str, payee: str, bank_account: str, state: str) -> None:
    books.trust.banks[name] = Bank(name, payee, bank_account, state.upper())


def replaced(books: "Auditor", bank: Bank, bank_account: str) -> None:
    if bank.bank_account != bank_account:
        books.trust.left.add(bank.bank_account)
        bank.bank_account = bank_account
        books.edges["trust bank: account replaced"] += 1
