"""Steps that happen at the same moment, for tests of what two people do at once (on PostgreSQL)."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection

# A thread that fails before the others have begun, or hangs, fails the test instead of holding it up for ever.
PATIENCE = 120


def at_once(*steps: Callable[[], Any], refusals: type[Exception] | tuple[type[Exception], ...] = ()) -> list[Any]:
    """What each step gave, or the refusal it raised; any other error is the test's."""
    gate = threading.Barrier(len(steps))
    results: dict[int, Any] = {}
    errors: list[BaseException] = []

    def run(place: int, step: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=PATIENCE)
            results[place] = step()
        except refusals as refusal:
            results[place] = refusal
        except BaseException as error:  # noqa: BLE001 - raised where the test can see it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    if errors:
        raise errors[0]
    assert len(results) == len(steps), "a step hangs"
    return [results[place] for place in range(len(steps))]


def crossing(*steps: Callable[[], Any]) -> list[Callable[[], Any]]:
    """The steps, each pausing after the first row that it locks or changes, so that the others have their first row too."""
    gate = threading.Barrier(len(steps))

    def crossed(step: Callable[[], Any]) -> Callable[[], Any]:
        met: list[str] = []

        def wait(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            result = execute(sql, *rest)
            if not met and ("FOR UPDATE" in sql or "FOR NO KEY UPDATE" in sql or sql.startswith("UPDATE")):
                met.append(sql)
                with suppress(threading.BrokenBarrierError):
                    gate.wait(timeout=0.3)
            return result

        def run() -> Any:
            with connection.execute_wrapper(wait):
                return step()

        return run

    return [crossed(step) for step in steps]
