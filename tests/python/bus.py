"""A NATS server under deploy/nats.conf and a Chaperone on it, for clients that nobody here wrote."""

import contextlib
import os
import pathlib
import re
import secrets
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
NATS_SERVER = ROOT / "tests/.tools/venv/bin/nats-server"
CHAPERONE = pathlib.Path(os.environ.get("CHAPERONE_BINARY", ROOT / "target/debug/chaperone"))
USERS = ["relay", "roles", "chaperone", "crm", "dashboard"]
STARTED_S_MAX = 30


class Bus:
    """Where the server is and who may connect to it."""

    def __init__(self, port, passwords):
        self.port = port
        self.passwords = passwords

    def url(self, user):
        return f"nats://{user}:{self.passwords[user]}@127.0.0.1:{self.port}"


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def until(condition, what):
    """Asks again until it is so: there is no time after which a slow machine is wrong, only one to give up at."""
    give_up = time.monotonic() + STARTED_S_MAX
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError(what)
        time.sleep(0.02)


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def nats():
    """A server under the published configuration, gone at the end."""
    passwords = {user: secrets.token_hex(16) for user in USERS}
    with tempfile.TemporaryDirectory() as store:
        environment = os.environ | {f"{user.upper()}_PASSWORD": word for user, word in passwords.items()}
        environment["NATS_STORE"] = store
        port = free_port()
        command = [NATS_SERVER, "-c", ROOT / "deploy/nats.conf", "-a", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            until(lambda: answers(port), "nats-server did not start")
            yield Bus(port, passwords)
        finally:
            server.kill()
            server.wait()


@contextlib.contextmanager
def chaperone(bus, *arguments, user="chaperone"):
    """A `serve` on the bus and its address, stopped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [CHAPERONE, "--data", folder, "serve", "--listen", "127.0.0.1:0", *arguments]
        environment = os.environ | {"CHAPERONE_NATS": bus.url(user)}
        serving = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            address = None
            while address is None:
                line = serving.stderr.readline()
                if not line:
                    raise RuntimeError("serve ended before it listened")
                found = re.search(r"listening on (http://\S+)", line)
                address = found and found.group(1)
            yield address
        finally:
            serving.terminate()
            serving.wait(timeout=STARTED_S_MAX)
            serving.stderr.close()


def submission(number, partner="northwind", account="globex"):
    """An event as a vendor's CRM would publish it."""
    return {
        "specversion": "1.0", "id": f"s{number}", "source": "crm", "type": "chaperone.deal.submitted.v1",
        "subject": f"account-meridian.{account}", "time": "2026-03-01T10:00:00Z", "actorrole": "system",
        "datacontenttype": "application/json",
        "data": {"deal": f"d{number}", "partner": partner, "scope": {"product_lines": ["servers"]},
                 "need": "servers", "complete": True, "missing": []},
    }
