"""The doors: every view and API view takes its objects from here, so no query can forget whose data it is.

A stranger gets 404 (the thing does not exist for them), a reader who may not do this gets 403.
Functions named `visible_*` return QuerySets; `*_or_404` return one object or raise. One subject a file.
"""

from .assignments import *
from .base import *
from .callbacks import *
from .calls import *
from .checking import *
from .checklists import *
from .listening import *
from .people import *
from .planning import *
