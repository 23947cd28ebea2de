"""The web server and the job worker as two child processes that live and end together."""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

STOP_WITHIN = 10.0
START_WITHIN = 60.0
LONGEST_PAUSE = 60.0
PR_SET_PDEATHSIG = 1


def port_problem(host: str, port: int) -> str:
    """Why we cannot listen there, in one sentence; empty when we can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return f"{host} is not an address of this machine."
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            return f"Port {port} of {host} cannot be used ({error.strerror}); choose another one."
    return ""


def answers(host: str, port: int, *, name: str, path: str = "/healthz") -> bool:
    """Whether the site says at this address that it is well; `name` is a host name it is allowed to be called."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": name})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _die_with_parent() -> None:
    """Where Linux runs: a parent that is killed outright takes its children along, so that no port stays taken."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """A program that is ours to end; in a session of its own, so that Ctrl-C reaches it once, through us."""

    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: PLW1509

    @property
    def code(self) -> int | None:
        return self.process.poll() if self.process else None

    def end(self, number: int) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def bury(self, *, within: float) -> None:
        """Wait for the end; whoever does not stop is stopped, with everything it started."""
        if self.process is None:
            return
        try:
            self.process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Site:
    """Run the server, and beside it the worker; say `ready` once, when pages can be had."""

    server: Child
    worker: Child | None
    host: str
    port: int
    name: str
    ready: Callable[[], None]
    complain: Callable[[str], None]
    stopping: bool = field(default=False, init=False)
    restart_at: float = field(default=0.0, init=False)

    def run(self) -> int:
        """Until the server ends or we are told to stop; the result is an exit code."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self.server.start()
            if self._wait_for_pages():
                if self.worker:
                    self.worker.start()
                self.ready()
                while not self.stopping and self.server.code is None:
                    self._mind_the_worker()
                    time.sleep(0.2)
        finally:
            code = self.server.code
            for child in self._children():
                child.end(signal.SIGTERM)
            for child in self._children():
                child.bury(within=STOP_WITHIN)
            for number, handler in before.items():
                signal.signal(number, handler)
        if self.stopping:
            return 0
        return code if code is not None and code > 0 else 1

    def _children(self) -> list[Child]:
        return [self.server, *([self.worker] if self.worker else [])]

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _wait_for_pages(self) -> bool:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and not self.stopping and self.server.code is None:
            if answers(self.host, self.port, name=self.name):
                return True
            time.sleep(0.1)
        if not self.stopping:
            self.complain("The server did not come up; what it said stands above.")
        return False

    def _mind_the_worker(self) -> None:
        """Start a worker that died again, more slowly each time it dies at once."""
        worker = self.worker
        if worker is None or worker.code is None:
            return
        now = time.monotonic()
        if not self.restart_at:
            lived_long = now - worker.started > LONGEST_PAUSE
            worker.failures = 0 if lived_long else worker.failures + 1
            pause = 0.0 if lived_long else min(2.0 ** (worker.failures - 1), LONGEST_PAUSE)
            self.restart_at = now + pause
            self.complain(f"The job worker ended with code {worker.code}; starting another one in {pause:.0f} s.")
        elif now >= self.restart_at:
            self.restart_at = 0.0
            worker.start()


def server_command(*, host: str, port: int, workers: int, threads: int) -> list[str]:
    options = {"--interface": "wsgi", "--host": host, "--port": port, "--workers": workers}
    options |= {"--blocking-threads": threads, "--workers-kill-timeout": int(STOP_WITHIN) - 2, "--log-level": "warning"}
    flat = [str(word) for pair in options.items() for word in pair]
    return [sys.executable, "-m", "granian", *flat, "--no-ws", "--respawn-failed-workers", "project.wsgi:application"]


def worker_command() -> list[str]:
    return [sys.executable, "manage.py", "worker", "--no-reload", "--verbosity", "1"]
