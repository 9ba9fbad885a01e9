"""The WSGI application: sync workers, one request at a time each."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.site.settings")
application = get_wsgi_application()
