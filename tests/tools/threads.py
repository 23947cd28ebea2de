"""Steps that happen at the same moment, for tests of what two people do at once (on PostgreSQL)."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

# A thread that fails before the others have begun, or hangs, fails the test instead of holding it up for ever.
PATIENCE = 120


def at_once(*steps: Callable[[], Any], refusals: type[Exception] | tuple[()] = ()) -> list[Any]:
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
