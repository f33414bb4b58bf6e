#!/usr/bin/env python3
"""Starts real nodes on one host, cuts them apart, kills them, heals them.

As a module:
    with Cluster(folder, 3) as cluster:              # Started and ready; stopped in the end.
        cluster["edge-a"].redis("SET", "k", "v")
        cluster.cut(["edge-a"], ["edge-b", "edge-c"])
        cluster.heal()
        cluster["edge-b"].kill()
        cluster["edge-b"].start().wait_ready()

As a program, on a cluster that somebody left running:
    cluster.py --dir FOLDER up [--nodes N] | down | status | heal
    cluster.py --dir FOLDER cut edge-a,edge-b edge-c,edge-d
    cluster.py --dir FOLDER kill edge-a [--signal KILL] | start edge-a

Node i listens for peers on 127.0.0.(101+i):7381, for Redis clients on 127.0.0.1:(7379 + 100 i) and
on FOLDER/<name>/resp.sock, for HTTP on 127.0.0.1:(7380 + 100 i). Cutting needs NET_ADMIN in a
network of one's own: run below tools/harness/isolate.py where there is none (tools/dev does).
"""
import argparse
import base64
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from resp import Connection

TOP = pathlib.Path(__file__).resolve().parents[2]
PEER_PORT = 7381
REDIS_PORT = 7379
SOCKET_PATH_MAX = 107  # What sockaddr_un holds.
CHAIN = "STARLING"


class HarnessError(Exception):
    pass


def wait_until(condition, timeout, what, interval=0.02):
    """Returns the first true value of condition(). `what` names it in the error."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise HarnessError(f"not within {timeout} s: {what() if callable(what) else what}")
        time.sleep(interval)
    return value


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return str(value) if isinstance(value, int) else json.dumps(str(value))


class Node:
    def __init__(self, cluster, index):
        self.index = index
        self.name = f"edge-{chr(ord('a') + index)}"
        self.cluster = cluster
        self.folder = cluster.folder / self.name
        self.host = f"127.0.0.{101 + index}"
        self.peer_address = f"{self.host}:{PEER_PORT}"
        self.redis_port = REDIS_PORT + 100 * index
        self.http_port = self.redis_port + 1
        self.socket_path = self.folder / "resp.sock"
        if len(str(self.socket_path)) > SOCKET_PATH_MAX:
            self.socket_path = pathlib.Path(tempfile.gettempdir(), f"starling-{self.redis_port}.sock")
        self.config_path = self.folder / "starling.toml"
        self.log_path = self.folder / "log"
        self.pid_path = self.folder / "pid"
        self.process = None

    # ---- configuration ------------------------------------------------------------------------
    def settings(self):
        """Keys as in the configuration file, "section.key" for those in a section."""
        return {
            "name": self.name,
            "data_dir": str(self.folder / "data"),
            "resp.socket": str(self.socket_path),
            "resp.listen": [f"127.0.0.1:{self.redis_port}"],
            "admin.listen": f"127.0.0.1:{self.http_port}",
            "peers.listen": self.peer_address,
            "peers.cluster": "harness",
            "peers.insecure_peers": True,
            "peers.seeds": [node.peer_address for node in self.cluster.nodes if node is not self],
            **self.cluster.settings,
        }

    def write_config(self, **changes):
        """`changes` override settings; a double underscore stands for the dot."""
        settings = {**self.settings(), **{key.replace("__", "."): value for key, value in changes.items()}}
        sections = {}
        for key, value in settings.items():
            section, _, name = key.rpartition(".")
            sections.setdefault(section, []).append(f"{name} = {toml(value)}")
        text = "\n".join(sections.pop("", []))
        for section, lines in sections.items():
            text += f"\n\n[{section}]\n" + "\n".join(lines)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "data").mkdir(exist_ok=True)
        self.config_path.write_text(text + "\n")

    # ---- life ---------------------------------------------------------------------------------
    def start(self, **changes):
        if self.is_running():
            raise HarnessError(f"{self.name} is running already")
        if changes or not self.config_path.exists():
            self.write_config(**changes)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.cluster.wrapper, self.cluster.binary("starlingd"), "--config", self.config_path],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.pid_path.write_text(f"{self.process.pid}\n")
        return self

    def pid(self):
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int(self.pid_path.read_text())
        return None

    def exit_code(self):
        """None while running, and when the process was started by somebody else."""
        return self.process.poll() if self.process else None

    def is_running(self):
        if self.process:
            return self.process.poll() is None
        pid = self.pid()
        if pid is None:
            return False
        with contextlib.suppress(OSError):  # A process id may have been given to another since.
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            return state != "Z" and str(self.config_path) in pathlib.Path(f"/proc/{pid}/cmdline").read_text()
        return False

    def kill(self, how=signal.SIGKILL, wait=30):
        """Sends the signal; returns when the process has ended, at once for signals that do not end it."""
        if not self.is_running():
            return
        os.kill(self.pid(), how)
        if how not in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGABRT):
            return
        wait_until(lambda: not self.is_running(), wait, f"the end of {self.name} after signal {how}")
        self.pid_path.unlink(missing_ok=True)

    def stop(self):
        self.kill(signal.SIGTERM)

    def wait_ready(self, timeout=30):
        def ready():
            if not self.is_running():
                raise HarnessError(f"{self.name} has ended, exit code {self.exit_code()}:\n{self.log_tail()}")
            return self.is_ready()

        wait_until(ready, timeout, lambda: f"{self.name} ready; its log ends with\n{self.log_tail()}")
        return self

    def is_ready(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.http("/readyz")[0] == 200
        return False

    # ---- talking to it ------------------------------------------------------------------------
    def connect(self, timeout=10):
        return Connection(self.redis_port, timeout)

    def redis(self, *words, timeout=10):
        with self.connect(timeout) as connection:
            return connection.command(*words)

    def http(self, path, timeout=5):
        """(status, body as text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=timeout)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def json(self, path):
        return json.loads(self.http(path)[1])

    def status(self):
        """What STARLING STATUS says."""
        return json.loads(self.redis("STARLING", "STATUS"))

    def members(self):
        """The other members as this node sees them, by name; as STARLING MEMBERS says."""
        members = json.loads(self.redis("STARLING", "MEMBERS"))["members"]
        return {member["name"]: member for member in members if not member["self"]}

    def metrics(self):
        """{'name{labels}': number} of /metrics."""
        lines = (line for line in self.http("/metrics")[1].splitlines() if line and line[0] != "#")
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def cli(self, *words, check=False, timeout=120):
        """Runs `starling` against this node."""
        return subprocess.run([self.cluster.binary("starling"), "--addr", str(self.socket_path), *map(str, words)],
                              capture_output=True, text=True, timeout=timeout, check=check)

    def diff(self, peer, timeout=120):
        """(summary, entry by key) of `starling diff --json`; the exit code must go with them."""
        done = self.cli("diff", peer, "--json", timeout=timeout)
        if done.returncode not in (0, 1):
            raise HarnessError(f"diff {peer} on {self.name}: {done.stdout[-2000:]}{done.stderr}")
        *entries, summary = map(json.loads, done.stdout.splitlines())
        if summary["equal"] != (done.returncode == 0):
            raise HarnessError(f"diff {peer} on {self.name} exits with {done.returncode} and says {summary}")
        return summary, {base64.b64decode(entry["key_b64"]) if "key_b64" in entry else entry["key"].encode(): entry
                         for entry in entries}

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_tail(self, lines=15):
        return "\n".join(self.log().splitlines()[-lines:])

    def resident_bytes(self):
        pages = int(pathlib.Path(f"/proc/{self.pid()}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE")


class Cluster:
    def __init__(self, folder, count=5, settings=None, bin_folder=None, wrapper=()):
        """`settings` go into every node's configuration. `wrapper` words precede the daemon's."""
        self.folder = pathlib.Path(folder).resolve()
        self.settings = dict(settings or {})
        self.wrapper = list(wrapper)
        self.bin_folder = pathlib.Path(bin_folder or os.environ.get("STARLING_BIN") or TOP / "build/release/bin")
        self.nodes = [Node(self, index) for index in range(count)]

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.destroy()
            raise

    def __exit__(self, kind, *_):
        if kind and issubclass(kind, Exception):
            for node in self.nodes:
                print(f"--- end of the log of {node.name}\n{node.log_tail()}", file=sys.stderr)
        self.destroy()

    def __getitem__(self, name):
        for node in self.nodes:
            if name in (node.name, node.name.removeprefix("edge-")):
                return node
        raise HarnessError(f"no node {name}, there are {', '.join(node.name for node in self.nodes)}")

    def binary(self, name):
        path = self.bin_folder / name
        if not path.exists():
            raise HarnessError(f"{path} is not built: tools/dev build {name}")
        return str(path)

    # ---- life ---------------------------------------------------------------------------------
    def start(self, wait=True):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "cluster.json").write_text(json.dumps(
            {"count": len(self.nodes), "settings": self.settings, "bin_folder": str(self.bin_folder)}))
        for node in self.nodes:
            node.write_config()
            node.start()
        return self.wait_ready() if wait else self

    @staticmethod
    def attach(folder):
        """The cluster that another process has started in `folder`."""
        path = pathlib.Path(folder) / "cluster.json"
        if not path.exists():
            raise HarnessError(f"no cluster in {folder}")
        return Cluster(folder, **json.loads(path.read_text()))

    def wait_ready(self, timeout=30):
        for node in self.nodes:
            node.wait_ready(timeout)
        return self

    def wait_equal(self, names=None, timeout=60):
        """Waits until these nodes (None: all) have one root, at cuts that cover every write made so
        far; returns their states."""
        nodes = [self[name] for name in names] if names else self.nodes
        newest_write = int(time.time())
        states = []

        def equal():
            states[:] = [node.status() for node in nodes]
            covered = all(state["root"] and state["cut"] > newest_write for state in states)
            return covered and len({state["root"]["digest"] for state in states}) == 1

        wait_until(equal, timeout, lambda: "one root on " + ", ".join(
            f"{state['name']} ({state['root']} at {state['cut']})" for state in states), interval=0.1)
        return states

    def wait_linked(self, names=None, timeout=60):
        """Waits until each of these nodes (None: all) is alive for the others and has a link to them."""
        nodes = [self[name] for name in names] if names else self.nodes

        def linked():
            views = [(node, node.members()) for node in nodes]
            return all(other.name in members and members[other.name]["linked"]
                       and members[other.name]["state"] == "alive"
                       for node, members in views for other in nodes if other is not node)

        wait_until(linked, timeout, f"links between {', '.join(node.name for node in nodes)}", interval=0.1)
        return self

    def stop(self):
        for node in self.nodes:  # All at once first: each may take its time to say goodbye.
            if node.is_running():
                os.kill(node.pid(), signal.SIGTERM)
        for node in self.nodes:
            with contextlib.suppress(HarnessError):
                node.kill(signal.SIGTERM, wait=15)
            node.kill(signal.SIGKILL)

    def destroy(self):
        """Stops all, lifts every cut, removes all data."""
        for node in self.nodes:
            node.kill(signal.SIGKILL)
        remove_chain()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- network ------------------------------------------------------------------------------
    def cut(self, group, others, one_way=False):
        """No packet from `group` to `others` any more, nor back unless `one_way`. Adds to earlier cuts."""
        self._demand_own_addresses()
        make_chain()
        for a in group:
            for b in others:
                drop(self[a].host, self[b].host)
                if not one_way:
                    drop(self[b].host, self[a].host)

    def heal(self):
        remove_chain()

    def _demand_own_addresses(self):
        """A link that left from 127.0.0.1 would slip through a cut between two nodes' addresses."""
        hosts = {node.host for node in self.nodes}
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            local, remote, state = line.split()[1:4]
            (source, _), (destination, port), established = decode(local), decode(remote), "01"
            if state == established and port == PEER_PORT and destination in hosts and source not in hosts:
                raise HarnessError(f"a link to {destination} leaves from {source}, not from its node's address")


def decode(address):
    host, port = address.split(":")
    return socket.inet_ntoa(bytes.fromhex(host)[::-1]), int(port, 16)


def iptables(*words, check=True):
    return subprocess.run(["iptables", "-w", *words], check=check, capture_output=True, text=True).returncode == 0


def make_chain():
    try:
        if not iptables("-n", "-L", CHAIN, check=False):
            iptables("-N", CHAIN)
        if not iptables("-C", "INPUT", "-j", CHAIN, check=False):
            iptables("-I", "INPUT", "-j", CHAIN)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        detail = getattr(error, "stderr", "") or str(error)
        raise HarnessError("no firewall of our own here, run below tools/harness/isolate.py: "
                           + detail.strip()) from error


def drop(source, destination):
    iptables("-A", CHAIN, "-s", source, "-d", destination, "-j", "DROP")


def remove_chain():
    with contextlib.suppress(FileNotFoundError):
        if iptables("-n", "-L", CHAIN, check=False):
            iptables("-D", "INPUT", "-j", CHAIN, check=False)
            iptables("-F", CHAIN)
            iptables("-X", CHAIN)


def main():
    parser = argparse.ArgumentParser(description="Real nodes on one host.")
    parser.add_argument("--dir", type=pathlib.Path, default=TOP / "build/run/up/cluster")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("up").add_argument("--nodes", type=int, default=5)
    for name in ("down", "status", "heal"):
        acts.add_parser(name)
    cut = acts.add_parser("cut")
    cut.add_argument("group", type=lambda text: text.split(","))
    cut.add_argument("others", type=lambda text: text.split(","))
    cut.add_argument("--one-way", action="store_true")
    kill = acts.add_parser("kill")
    kill.add_argument("node")
    kill.add_argument("--signal", default="KILL")
    acts.add_parser("start").add_argument("node")
    options = parser.parse_args()

    if options.act == "up":
        Cluster(options.dir, options.nodes).start()
        return 0
    cluster = Cluster.attach(options.dir)
    if options.act == "down":
        cluster.stop()
        cluster.destroy()
    elif options.act == "status":
        for node in cluster.nodes:
            state = "ready" if node.is_ready() else "running" if node.is_running() else "stopped"
            print(f"{node.name}  {state:8} redis 127.0.0.1:{node.redis_port}  "
                  f"http 127.0.0.1:{node.http_port}  peers {node.peer_address}")
    elif options.act == "cut":
        cluster.cut(options.group, options.others, options.one_way)
    elif options.act == "heal":
        cluster.heal()
    elif options.act == "kill":
        cluster[options.node].kill(signal.Signals["SIG" + options.signal.removeprefix("SIG")])
    elif options.act == "start":
        cluster[options.node].start().wait_ready()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        sys.exit(f"cluster.py: {error}")
