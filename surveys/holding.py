"""A job's hold on its row: of several jobs one goes on, one that died shows, and one whose row was taken away stops.

The row has a state and the moment of the last sign of life (`heartbeat_at`). Every sign of life is a compare-and-set on the one
before; whoever takes the row over, or takes it back from a job, changes one of the two, and the job is `Lost` at its next sign.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final, Self

from django.db import close_old_connections
from django.db.models import Manager, Q

STALE_AFTER: Final = dt.timedelta(seconds=60)
# Often enough that a busy machine misses one without being taken for dead.
BEAT: Final = 10.0

log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]


class Lost(Exception):
    """The row is no longer this job's: it was given up for dead, or what it did was cancelled. It stops."""


class Hold:
    """Taken when work is asked for or begun; it can be handed to a job as text, and one that comes with an old one is `Lost`."""

    rows: ClassVar[Manager[Any]]

    def __init__(self, key: int, work: str, beat: dt.datetime) -> None:
        self.key, self.work, self.beat = key, work, beat
        self._turn = threading.Lock()

    @property
    def token(self) -> str:
        return self.beat.isoformat()

    @classmethod
    def from_token(cls, key: int, work: str, token: str) -> Self:
        return cls(key, work, dt.datetime.fromisoformat(token))

    @classmethod
    def take(cls, key: int, free: Q, work: str, *, at: dt.datetime, **columns: Any) -> Self | None:
        """The hold of a row that is `free`; None when another was faster."""
        taken = cls.rows.filter(free, pk=key).update(state=work, heartbeat_at=at, done=0, **columns)
        return cls(key, work, at) if taken else None

    def keep(self, *, at: dt.datetime, **columns: Any) -> None:
        with self._turn:
            # Two beats at one moment would let two jobs pass.
            at = at if at > self.beat else self.beat + dt.timedelta(microseconds=1)
            mine = type(self).rows.filter(pk=self.key, state=self.work, heartbeat_at=self.beat)
            if not mine.update(heartbeat_at=at, **columns):
                raise Lost
            self.beat = at


def stuck(works: Iterable[str], at: dt.datetime) -> Q:
    """At work by their state, yet without a sign of life."""
    return Q(state__in=list(works), heartbeat_at__lt=at - STALE_AFTER)


@contextmanager
def beating(hold: Hold, *, now: Clock, every: float = BEAT) -> Iterator[None]:
    """Signs of life from a thread beside the work, for steps that may take longer than a dead job is waited for."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(every):
            close_old_connections()
            try:
                hold.keep(at=now())
            except Lost:
                return  # the work finds out by itself at its next step
            except Exception:
                log.exception("A sign of life of %s %s was not stored", type(hold).__name__, hold.key)
            finally:
                close_old_connections()

    thread = threading.Thread(target=beat, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
