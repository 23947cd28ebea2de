"""Starting: one clear sentence when something is in the way, a server that answers when not."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from project import bootstrap
from project.processes import Child, Site, answers, port_problem
from tests.tools.site import clean_environment, free_port, running
from tests.tools.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def run(*command, **environment):
    """What a user would see: exit code, standard output, standard error."""
    done = subprocess.run(
        [*command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def manage(*arguments, **environment):
    return run(sys.executable, "manage.py", *arguments, **environment)


class TestManage:
    def test_the_database_file_is_ours_alone(self, tmp_path):
        """Also where the user's own files can be read by all."""
        made = (
            "import stat; from django.conf import settings; from django.db import connection, transaction\n"
            "with transaction.atomic():\n"
            "    connection.cursor().execute('create table t (x)')\n"
            "    for file in sorted(settings.VAR_DIR.glob('klankbord.sqlite3*')): print(oct(stat.S_IMODE(file.stat().st_mode)))\n"
            "print(oct(stat.S_IMODE(settings.VAR_DIR.stat().st_mode)))"
        )
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", made],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=clean_environment(VAR_DIR=str(tmp_path / "var"), DEMO="yes"),
            umask=0o022,
            timeout=240,
            check=True,
        )
        *files, folder = done.stdout.split()
        assert (len(files) > 1, set(files), folder) == (True, {"0o600"}, "0o700")

    def test_a_wrong_setting_is_one_sentence(self, tmp_path):
        code, _, told = manage(
            "check", **clean_environment(VAR_DIR=str(tmp_path), SECRET_KEY="x" * 40, UPLOAD_LIMIT_MB="lots")
        )
        assert (code, told) == (
            1,
            "Klankbord cannot start: UPLOAD_LIMIT_MB='lots' is not a whole number from 1 to 500.\n",
        )

    def test_no_secret_key(self, tmp_path):
        code, _, told = manage("check", **clean_environment(VAR_DIR=str(tmp_path), SECRET_KEY="", DEMO="no"))
        assert code == 1
        assert told.startswith("Klankbord cannot start: SECRET_KEY is not set.")
        assert told.count("\n") == 1

    def test_a_taken_port(self, tmp_path, taken_port):
        environment = clean_environment(VAR_DIR=str(tmp_path), DEMO="yes")
        for command in ("serve", "demo"):
            code, _, told = manage(command, "--port", str(taken_port), **environment)
            assert (code, told) == (
                1,
                f"CommandError: Port {taken_port} of 127.0.0.1 cannot be used (Address already in use); choose another one.\n",
            )

    def test_the_demo_is_asked_for(self, tmp_path):
        code, _, told = manage("demo", **clean_environment(VAR_DIR=str(tmp_path), SECRET_KEY="x1y2z3" * 8, DEMO="no"))
        assert (code, told.count("\n"), "make demo" in told) == (1, 1, True)

    def test_a_folder_of_the_demo_remembers(self, tmp_path):
        (tmp_path / "this-is-the-demo").touch()
        code, told, _ = manage(
            "shell",
            "-v0",
            "-c",
            "from django.conf import settings; print(settings.DEMO)",
            **clean_environment(VAR_DIR=str(tmp_path)),
        )
        assert (code, told) == (0, "True\n")


class TestBootstrap:
    """`project/bootstrap.py`, with its folder elsewhere so that nothing is installed."""

    @pytest.fixture(autouse=True)
    def elsewhere(self, tmp_path, monkeypatch):
        shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
        monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
        monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / ".venv"))
        (tmp_path / ".venv").mkdir()

    def test_too_old(self, monkeypatch, capsys):
        monkeypatch.setattr(sys, "version_info", (3, 9, 2))
        with pytest.raises(SystemExit) as end:
            bootstrap.check_python()
        told = capsys.readouterr().err
        assert (end.value.code, told.count("\n")) == (1, 1)
        assert "needs Python 3.11 or newer" in told
        assert "is 3.9;" in told

    def test_without_venv(self, monkeypatch, capsys):
        monkeypatch.setitem(sys.modules, "ensurepip", None)
        with pytest.raises(SystemExit):
            bootstrap.check_python()
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert "apt install python3-venv" in told

    def test_taken_port(self, taken_port, capsys):
        with pytest.raises(SystemExit):
            bootstrap.check_port(str(taken_port))
        assert capsys.readouterr().err == (
            f"Port {taken_port} cannot be used (Address already in use); choose another with PORT=8123 make demo.\n"
        )

    @pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "80 80"])
    def test_no_port(self, port, capsys):
        with pytest.raises(SystemExit):
            bootstrap.check_port(port)
        assert "is not a port number" in capsys.readouterr().err

    def test_an_installed_set_is_not_installed_again(self, tmp_path):
        assert not bootstrap.is_current("dev")
        for kind in ("runtime", "dev"):
            Path(bootstrap.stamp(kind)).write_text(bootstrap.fingerprint(kind))
        assert bootstrap.is_current("dev")
        assert bootstrap.is_current("runtime")
        with (tmp_path / "requirements" / "dev.txt").open("a") as lock:
            lock.write("# changed\n")
        assert bootstrap.is_current("runtime")
        assert not bootstrap.is_current("dev")

    def test_old_pythons_can_read_it(self):
        """Python 2 and 3.6 must get as far as the sentence: no f-string, no annotation, no walrus."""
        text = (ROOT / "project" / "bootstrap.py").read_text()
        compile(text, "bootstrap.py", "exec", dont_inherit=True)
        assert not [
            line for line in text.splitlines() if " -> " in line or ":=" in line or ' f"' in line or "(f'" in line
        ]


class TestMake:
    def test_a_python_that_is_not_there(self):
        code, _, told = run("make", "dev", PYTHON="python-of-the-future")
        assert code
        assert told.startswith("python-of-the-future does not run here: install Python 3.11 or newer")

    def test_a_taken_port(self, taken_port):
        code, _, told = run("make", "demo", PORT=str(taken_port))
        assert code
        assert told.startswith(f"Port {taken_port} cannot be used")
        assert "Traceback" not in told


class TestPorts:
    def test_free_and_taken(self, taken_port):
        assert port_problem("127.0.0.1", free_port()) == ""
        assert "Address already in use" in port_problem("127.0.0.1", taken_port)

    def test_an_address_of_somebody_else(self):
        assert "not an address" in port_problem("no.such.host.invalid", 8000)
        assert "cannot be used" in port_problem("192.0.2.1", 8000)

    def test_nobody_answers(self):
        assert not answers("127.0.0.1", free_port(), name="localhost")


PYTHON = [sys.executable, "-c"]
ANSWERER = (
    "import http.server as h\n"
    "class A(h.BaseHTTPRequestHandler):\n"
    "    def do_GET(self): self.send_response(200); self.end_headers()\n"
    "    def log_message(self, *a): pass\n"
    "h.HTTPServer(('127.0.0.1', {port}), A).serve_forever()"
)


def is_alive(pid):
    """Neither gone nor, where nobody reaps orphans, a zombie."""
    try:
        return (Path("/proc") / pid / "stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class TestSite:
    """The minder of the two processes, with small stand-ins for them."""

    def site(self, server, worker=None, **changed):
        port = free_port()
        told: list[str] = []
        site = Site(
            server=Child([*PYTHON, server.format(port=port)]),
            worker=Child([*PYTHON, worker]) if worker else None,
            host="127.0.0.1",
            port=port,
            name="localhost",
            ready=changed.get("ready", lambda: None),
            complain=told.append,
        )
        return site, told

    def test_a_server_that_does_not_come_up(self):
        site, told = self.site("raise SystemExit(3)", "import time; time.sleep(60)")
        assert site.run() == 3
        assert told == ["The server did not come up; what it said stands above."]
        assert site.worker.process is None

    def test_told_to_stop(self):
        site, told = self.site(
            ANSWERER, "import time; time.sleep(60)", ready=lambda: os.kill(os.getpid(), signal.SIGTERM)
        )
        assert site.run() == 0
        assert told == []
        assert site.server.code is not None
        assert site.worker.code is not None

    def test_signal_handlers_are_given_back(self):
        before = signal.getsignal(signal.SIGTERM)
        self.site("raise SystemExit(0)")[0].run()
        assert signal.getsignal(signal.SIGTERM) is before

    def test_a_server_that_ends_by_itself_is_a_failure(self):
        site, _ = self.site(ANSWERER)
        site.ready = lambda: site.server.process.kill()  # noqa: PLW0108  (there is no process yet)
        assert site.run() == 1

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's end")
    def test_nothing_is_left_when_the_minder_is_killed(self, tmp_path):
        note = tmp_path / "pid"
        code = (
            "import sys, time; from project.processes import Child; "
            f"child = Child([sys.executable, '-c', 'import time; time.sleep(60)']); child.start(); "
            f"open({str(note)!r}, 'w').write(str(child.process.pid)); print('ready', flush=True); time.sleep(60)"
        )
        minder = subprocess.Popen([*PYTHON, code], cwd=ROOT, stdout=subprocess.PIPE)
        assert minder.stdout.readline() == b"ready\n"
        minder.kill()
        minder.communicate()
        deadline = time.monotonic() + 60
        while is_alive(note.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def test_a_worker_that_dies_is_replaced(self):
        site, told = self.site(ANSWERER, "import time; time.sleep(60)")
        starts = []
        site.worker.start = lambda: starts.append(1)
        site.worker.process = SimpleNamespace(poll=lambda: -9)
        site.worker.started = time.monotonic()
        for _ in range(3):
            site._mind_the_worker()
        assert starts == []
        site.restart_at = time.monotonic() - 1
        site._mind_the_worker()
        assert starts == [1]
        site._mind_the_worker()
        assert told == [
            "The job worker ended with code -9; starting another one in 1 s.",
            "The job worker ended with code -9; starting another one in 2 s.",
        ]


@pytest.mark.slow
def test_starting_for_real(tmp_path):
    """What the README tells an operator to do, up to the first sign-in; and it ends when told to."""
    secret = {"SECRET_KEY": "x1y2z3w4v5" * 5}
    environment = clean_environment(VAR_DIR=str(tmp_path), **secret)
    (tmp_path / "password").write_text("een lange zin met woorden")
    begin = ["start_organisation", "--no-input", "--name", "Gemeente Voorbeeld", "--email", "baas@voorbeeld.nl"]
    commands = [
        ["migrate", "--verbosity", "0"],
        ["collectstatic", "--no-input", "--verbosity", "0"],
        [*begin, "--password-file", str(tmp_path / "password")],
    ]
    for command in commands:
        code, _, told = manage(*command, **environment)
        assert (code, told) == (0, ""), command
    with running(tmp_path, SECRET_KEY=secret["SECRET_KEY"]) as site:
        stranger = Visitor(site.url)
        page = stranger.get("/")
        assert "/accounts/login/" in page.url
        assert "/static/css/base." in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        boss = Visitor(site.url)
        home = boss.sign_in("baas@voorbeeld.nl", "een lange zin met woorden")
        assert (home.status, "Gemeente Voorbeeld" in home.text) == (200, True)
        assert home.headers["cache-control"] == "private, no-store"
        deadline = time.monotonic() + 120
        while "Starting worker" not in site.log and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "Starting worker" in site.log
    assert "Traceback" not in site.log
