"""Every provider of events, by the end of its address. To add one: a file beside this one, and a line here."""

from webhooks.inbound.providers.base import Provider
from webhooks.inbound.providers.paypal import PayPal
from webhooks.inbound.providers.stripe import Stripe

PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in (Stripe(), PayPal())}
