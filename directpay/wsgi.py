import os

import django
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directpay.settings")
django.setup(set_prefix=False)
application = import_string("directpay.ops.lanes.Application")()  # what it is made of needs Django to stand
