"""As in every test, without mail: histories and benchmarks by the thousand would write millions of letters that nobody reads."""

from tests.settings import *

MAIL_ON = False
