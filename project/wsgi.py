import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_wsgi_application()

# Commands load these when they need them; a server loads them before its first reader has to wait for it.
for name in ("project.urls", "pandas", "plotly.graph_objects", "scipy.stats"):
    import_module(name)
