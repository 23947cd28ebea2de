import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_wsgi_application()

# Commands load these when they need them; a server loads them before its first reader has to wait for it.
for name in ("project.urls", "pandas", "scipy.stats"):
    import_module(name)

# A page of figures makes a hundred thousand small objects, and all of them are gone with it. The collector looks for cycles
# less often than every 700 of them, and never again among what was loaded above: up to a third of a page's time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
