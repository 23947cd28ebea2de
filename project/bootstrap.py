"""Make `.venv` and install a hash-locked set into it: `python3 project/bootstrap.py runtime|dev|bench [--port N]`.

Runs before anything is installed, with whatever Python was found, so: standard library only, and no syntax that an old
Python could not read, because telling it that it is too old is part of the job.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOG = os.path.join(VENV, "install.log")
KINDS = {
    "runtime": "20 s to a minute, as fast as the line",
    "dev": "40 s to two minutes, as fast as the line",
    "bench": "40 s to three minutes, as fast as the line",
}
# What is there once a set is installed; each lock holds what runtime needs, so the last ones are enough to install.
HOLDS = {"runtime": ("runtime",), "dev": ("runtime", "dev"), "bench": ("runtime", "dev", "bench")}
LOCKS = {"runtime": ("runtime",), "dev": ("dev",), "bench": ("dev", "bench")}


def fail(sentence):
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def check_python():
    if sys.version_info < OLDEST:
        fail(
            "Klankbord needs Python %d.%d or newer, and %s is %d.%d; choose another with PYTHON=python3.12 make demo."
            % (OLDEST + (sys.executable,) + tuple(sys.version_info[:2]))
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        fail(
            "This Python cannot make virtual environments: install its venv module (Debian and Ubuntu: apt install python3-venv)."
        )


def check_port(port):
    if not port.isdigit() or not 1 <= int(port) <= 65535:
        fail("PORT=%s is not a port number from 1 to 65535." % port)
    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(port)))
    except OSError as error:
        fail("Port %s cannot be used (%s); choose another with PORT=8123 make demo." % (port, error.strerror))
    finally:
        probe.close()


def fingerprint(kind):
    """What an installed set consists of: its lock and those that it is built on."""
    digest = hashlib.sha256()
    for name in HOLDS[kind]:
        with open(os.path.join(ROOT, "requirements", name + ".txt"), "rb") as lock:
            digest.update(lock.read())
    return digest.hexdigest()


def stamp(kind):
    return os.path.join(VENV, "installed-" + kind)


def is_current(kind):
    try:
        with open(stamp(kind)) as file:
            return file.read() == fingerprint(kind)
    except OSError:
        return False


def version_of(python):
    try:
        output = subprocess.check_output([python, "-c", "import sys, pip; print('%d.%d' % sys.version_info[:2])"])
    except (OSError, subprocess.CalledProcessError):
        return None
    return output.decode().strip()


def make_environment(interpreter_was_chosen):
    """Keep a working `.venv`; make it anew when it is broken, too old, or of another Python than the one asked for."""
    mine = "%d.%d" % tuple(sys.version_info[:2])
    found = version_of(PYTHON) if os.path.exists(PYTHON) else None
    usable = found is not None and tuple(int(part) for part in found.split(".")) >= OLDEST
    if usable and (found == mine or not interpreter_was_chosen):
        return
    say("Making .venv with Python %s (a few seconds) ..." % mine)
    if os.path.isdir(VENV):
        shutil.rmtree(VENV)
    if subprocess.call([sys.executable, "-m", "venv", VENV]):
        fail("The virtual environment could not be made in .venv; what Python said stands above.")


def commands(lock):
    """Ways to install, the quickest first; pip always works."""
    if shutil.which("uv"):
        yield "uv", ["uv", "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock]
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--progress-bar", "off"]
    yield "pip", pip + ["--require-hashes", "--only-binary", ":all:", "-r", lock]


def run_with_progress(command):
    """Keep the words in a log and count packages aloud, so that a slow line does not look like a standstill."""
    packages, began = 0, time.time()
    said = began
    with open(LOG, "a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        for line in process.stdout:
            log.write(line)
            packages += line.startswith("Collecting ")
            if line.startswith("Installing collected packages"):
                say("  unpacking %d packages, after %d s ..." % (packages, time.time() - began))
                said = float("inf")
            elif time.time() - said > 5:
                said = time.time()
                say("  %d packages found, after %d s ..." % (packages, said - began))
        return process.wait() == 0


def install(kind):
    began = time.time()
    if os.path.exists(LOG):
        os.remove(LOG)
    for name in LOCKS[kind]:
        say("Installing requirements/%s.txt into .venv (%s) ..." % (name, KINDS[name]))
        lock = os.path.join(ROOT, "requirements", name + ".txt")
        if not any(run_with_progress(command) for _, command in commands(lock)):
            with open(LOG) as log:
                sys.stderr.write("".join(log.readlines()[-15:]))
            fail("The requirements could not be installed; the last lines are above, all of them in .venv/install.log.")
    for name in KINDS:
        if os.path.exists(stamp(name)):
            os.remove(stamp(name))
    for name in HOLDS[kind]:
        with open(stamp(name), "w") as file:
            file.write(fingerprint(name))
    say("Installed in %d s." % (time.time() - began))


def main(arguments):
    kind = arguments[0]
    check_python()
    if "--port" in arguments:
        check_port(arguments[arguments.index("--port") + 1])
    make_environment(interpreter_was_chosen=bool(os.environ.get("PYTHON")))
    if not is_current(kind):
        install(kind)


if __name__ == "__main__":
    main(sys.argv[1:])
