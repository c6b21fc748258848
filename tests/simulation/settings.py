"""Of lives by the thousand: no mail that nobody reads, no statement planned twice."""

from tests.without_mail import *
from tests.without_mail import DATABASES

DATABASES["default"]["ENGINE"] = "tests.simulation.prepared"
