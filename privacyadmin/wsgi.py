"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacyadmin.settings")
application = get_wsgi_application()

from privacyadmin.key_check import refuse_unfitting_keys  # noqa: E402 - needs the models, which are loaded above.

refuse_unfitting_keys()
# The connection belongs to the thread that starts; those that serve open their own.
connections.close_all()
