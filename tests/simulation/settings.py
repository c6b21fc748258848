"""As in every test, without mail: thousands of histories would write millions of letters that nobody reads."""

from tests.settings import *

MAIL_ON = False
