"""What cannot start says so in one line that names the culprit, with the exit code that supervisors
know; what is asked to stop finishes, keeps everything, and exits 0."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tools/harness"))

from checks import Checks, contains, equal  # noqa: E402
from cluster import Cluster, wait_until  # noqa: E402
from resp import ReplyError  # noqa: E402

BAD_CONFIGURATION, FAILED = 78, 1
checks = Checks()


def daemon(node, *words, environment=None):
    return subprocess.run([node.cluster.binary("starlingd"), *map(str, words)], capture_output=True, text=True,
                          timeout=60, env={**os.environ, **(environment or {})})


def complaint(done, code):
    """The one line that says why, wherever the log has put its warnings."""
    equal(done.returncode, code, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.startswith("starlingd: ")]
    equal(len(lines), 1, done.stderr)
    return lines[0]


def refuses(node, text, *parts, flags=()):
    """The configuration `text` is refused with one line, and nothing else on stderr."""
    node.folder.mkdir(parents=True, exist_ok=True)
    path = node.folder / "bad.toml"
    path.write_text(text)
    done = daemon(node, "--config", path, *flags)
    contains(complaint(done, BAD_CONFIGURATION), *parts)
    equal(len(done.stderr.splitlines()), 1, done.stderr)


def bad_configuration(node):
    head = f'name = "edge-a"\ndata_dir = "{node.folder}/data"\n'
    trusting = "\n[peers]\ninsecure_peers = true\n"
    with checks.case("an unknown key is named with its line and the key that was meant"):
        refuses(node, head + 'memroy = "96MiB"\n', "bad.toml:3", "memroy", "memory")
        refuses(node, head + "[resp]\nmax_client = 3\n", "bad.toml:4", "max_client", "max_clients")
        refuses(node, head + "[rest]\nack = \"fast\"\n", "bad.toml:", "rest")
    with checks.case("a bad value is named with its line, its setting and what is allowed"):
        refuses(node, head + 'memory = "1MiB"\n', "bad.toml:3", "memory", "32MiB")
        refuses(node, head + '[resp]\nack = "soon"\n', "bad.toml:4", "[resp] ack", "fast", "durable")
        refuses(node, head + '[resp]\nmax_clients = "many"\n', "bad.toml:4", "[resp] max_clients")
        refuses(node, head + '[admin]\nlisten = "7380"\n', "bad.toml:4", "[admin] listen")
    with checks.case("what is no TOML is named with its line"):
        refuses(node, head + "memory = \n", "bad.toml:3")
    with checks.case("a file that is not there, and a flag that does not exist"):
        contains(complaint(daemon(node, "--config", node.folder / "none.toml"), BAD_CONFIGURATION), "none.toml")
        contains(complaint(daemon(node, "--resp-akc", "fast"), BAD_CONFIGURATION), "resp-akc")
    with checks.case("what would open the node to strangers is refused and says what to write"):
        refuses(node, head + '[resp]\nlisten = ["0.0.0.0:7379"]\n' + trusting, "[resp] listen", "password_file")
        refuses(node, head + '[peers]\nseeds = ["127.0.0.102:7381"]\n', "[peers] seeds", "insecure_peers")
        secret = node.folder / "cluster.secret"
        secret.write_bytes(bytes(32))
        secret.chmod(0o644)
        refuses(node, head + f'[peers]\nsecret_file = "{secret}"\n', "secret_file", str(secret))
    with checks.case("the environment and flags are held to the same rules, by their own names"):
        node.write_config()
        done = daemon(node, "--config", node.config_path, environment={"STARLING_RESP_ACK": "soon"})
        contains(complaint(done, BAD_CONFIGURATION), "STARLING_RESP_ACK", "durable")
        done = daemon(node, "--config", node.config_path, "--resp-ack", "soon")
        contains(complaint(done, BAD_CONFIGURATION), "--resp-ack", "durable")
    with checks.case("--print-config shows every value with its origin and starts nothing"):
        done = daemon(node, "--config", node.config_path, "--resp-ack", "durable", "--print-config",
                      environment={"STARLING_MEMORY": "64MiB"})
        equal(done.returncode, 0, done.stderr)
        for setting, origin in (("ack", "--resp-ack"), ("memory", "STARLING_MEMORY"), ("name", "starling.toml:")):
            line = next(line for line in done.stdout.splitlines() if line.startswith(setting + " "))
            contains(line, origin)


def taken_places(cluster):
    a, b = cluster["edge-a"], cluster["edge-b"]
    with checks.case("a store that another process has open: exit 1, its path named, the other undisturbed"):
        b.write_config(data_dir=str(a.folder / "data"))
        contains(complaint(daemon(b, "--config", b.config_path), FAILED), str(a.folder / "data"))
        equal(a.redis("SET", "still", "here"), "OK")
    for setting, value, port in (("resp__listen", [f"127.0.0.1:{a.redis_port}"], a.redis_port),
                                 ("admin__listen", f"127.0.0.1:{a.http_port}", a.http_port),
                                 ("peers__listen", a.peer_address, a.peer_address)):
        with checks.case(f"a port that another process holds ({setting.replace('__', '.')}): exit 1, named"):
            b.write_config(**{setting: value})
            contains(complaint(daemon(b, "--config", b.config_path), FAILED), str(port), "in use")
    with checks.case("a data directory that cannot be made: exit 1, its path named"):
        (b.folder / "file").write_text("")
        b.write_config(data_dir=str(b.folder / "file/data"))
        contains(complaint(daemon(b, "--config", b.config_path), FAILED), str(b.folder / "file/data"))
    with checks.case("a socket's path that a living node uses is not taken away from it"):
        b.write_config(resp__socket=str(a.socket_path))
        complaint(daemon(b, "--config", b.config_path), FAILED)
        equal(a.cli("get", "still").stdout, "here")


def graceful_stop(cluster):
    node = cluster["edge-a"]
    with checks.case("SIGTERM: queued commands are answered, exit 0, nothing is lost"):
        with node.connect() as busy, node.connect():
            busy.send([("SET", f"stop:{i}", i) for i in range(5000)])
            equal(busy.receive(), "OK")
            os.kill(node.pid(), signal.SIGTERM)
            answered = 1
            try:
                while busy.receive() == "OK":
                    answered += 1
            except (ConnectionError, ReplyError, OSError):
                pass
        wait_until(lambda: not node.is_running(), 20, "the end after SIGTERM")
        equal(node.exit_code(), 0, node.log_tail())
        contains(node.log().splitlines()[-1], "stopped")
        node.start().wait_ready()
        equal(node.redis("GET", "still"), b"here")
        missing = [i for i in range(answered) if node.redis("GET", f"stop:{i}") != b"%d" % i]
        equal(missing, [], f"of {answered} answered writes")
    with checks.case("SIGTERM while idle: exit 0 within two seconds, ports free at once"):
        node.kill(signal.SIGTERM, wait=2)
        equal(node.exit_code(), 0, node.log_tail())
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", node.redis_port))


with tempfile.TemporaryDirectory(prefix="starling-") as folder:
    cluster = Cluster(pathlib.Path(folder, "c"), 2)
    try:
        bad_configuration(cluster["edge-a"])
        cluster["edge-a"].start(peers__seeds=[]).wait_ready()
        taken_places(cluster)
        graceful_stop(cluster)
    finally:
        cluster.destroy()
checks.end()
