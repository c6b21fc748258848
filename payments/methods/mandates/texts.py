"""The words that a payer agrees to, by version and language. A version that somebody has agreed to never changes: write the next one.

Nacha (Operating Rules 2.3.2) wants an authorization readily identifiable as one, with clear terms, and told how it is taken back.
"""

from typing import Final

from payments.methods.models import BankAccount

NEWEST: Final = "2026-11"
LANGUAGES: Final = ("en", "es")
TEXTS: Final[dict[str, dict[str, str]]] = {
    NEWEST: {
        "en": (
            "I allow DirectPay to debit my account at {bank}, ending in {last4}, by electronic transfer (ACH), for the payments that I "
            "set up in DirectPay, on the days and in the amounts that I am told beforehand. A debit that comes back because the money "
            "was not there may be presented again, at most twice. This permission stands until I take it back. I can do so in "
            "DirectPay at any time, and it holds for everything that has not gone to the bank by then."
        ),
        "es": (
            "Autorizo a DirectPay a hacer cargos en mi cuenta de {bank} terminada en {last4}, por transferencia electrónica (ACH), para "
            "los pagos que yo programe en DirectPay, en las fechas y por los importes que se me avisen antes. Un cargo devuelto por "
            "falta de fondos puede presentarse de nuevo, dos veces como máximo. Esta autorización vale hasta que yo la retire. Puedo "
            "hacerlo en DirectPay en cualquier momento, y cuenta para todo lo que hasta entonces no haya salido hacia el banco."
        ),
    }
}


def mandate_text(account: BankAccount, language: str, *, version: str = NEWEST) -> str:
    """What the owner of this account is asked to agree to, in one of LANGUAGES."""
    return TEXTS[version][language].format(bank=account.bank_name, last4=account.last4)
