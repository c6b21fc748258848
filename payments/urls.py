"""Addresses of the rooms of this app."""

from payments.challenges import pages as challenges
from payments.customers import api as customers
from payments.intents import api as intents
from payments.methods import api as methods
from payments.methods.cards import api as cards
from payments.methods.mandates import api as mandates
from payments.payins import api as payins
from payments.payouts import api as payouts
from payments.refunds import api as refunds
from payments.setup_intents import api as setup_intents

api_urlpatterns = [
    *methods.urlpatterns,
    *cards.urlpatterns,
    *mandates.urlpatterns,
    *payins.urlpatterns,
    *intents.urlpatterns,
    *customers.urlpatterns,
    *setup_intents.urlpatterns,
    *payouts.urlpatterns,
    *refunds.urlpatterns,
]
page_urlpatterns = [*challenges.urlpatterns]
