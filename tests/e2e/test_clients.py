"""Clients that users have, from Debian and unchanged, do their everyday work on one node."""
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tools/harness"))

import redis  # noqa: E402
from checks import Checks, contains, equal  # noqa: E402
from cluster import Cluster  # noqa: E402

BINARY = bytes(range(256))
checks = Checks()


def run(*words, stdin=None, timeout=120):
    done = subprocess.run([str(word) for word in words], input=stdin, capture_output=True, timeout=timeout)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stdout.decode()}{done.stderr.decode()}"
    return done.stdout


def command_line(program, node):
    with checks.case(f"{program}: one command after the other, by port and by socket, RESP2 and RESP3"):
        for door in (["-p", node.redis_port], ["-s", node.socket_path]):
            for version in ([], ["-3"]):
                ask = [program, *door, *version]
                equal(run(*ask, "SET", "cli:k", "v"), b"OK\n")
                equal(run(*ask, "-n", "0", "GET", "cli:k"), b"v\n")
                equal(run(*ask, "GET", "cli:none"), b"\n")
                equal(run(*ask, "-x", "SET", "cli:bin", stdin=BINARY), b"OK\n")
                equal(run(*ask, "GET", "cli:bin"), BINARY + b"\n")
                contains(run(*ask, "HSET", "h", "f", "v").decode(), "'hset' is not supported: strings only")
                contains(run(*ask, "NOSUCH", "a").decode(), "unknown command 'NOSUCH', with args beginning with: 'a' ")

    with checks.case(f"{program} --pipe loads 20,000 records and counts every reply"):
        lines = b"".join(b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$5\r\nvalue\r\n" % (len(key), key)
                         for key in (b"pipe:%05d" % i for i in range(20_000)))
        contains(run(program, "-p", node.redis_port, "--pipe", stdin=lines).decode(), "errors: 0, replies: 20000")
        found = run(program, "-p", node.redis_port, "--scan", "--pattern", "pipe:*").split()
        equal(len(set(found)), 20_000)

    with checks.case(f"{program}: --bigkeys and --memkeys walk all keys"):
        contains(run(program, "-p", node.redis_port, "--bigkeys").decode(), "strings with")
        contains(run(program, "-p", node.redis_port, "--memkeys").decode(), "Sampled")

    with checks.case(f"{program} interactive: asks COMMAND DOCS and goes on"):
        talk = run(program, "-p", node.redis_port, stdin=b"SET cli:i 1\nGET cli:i\nQUIT\n").decode()
        equal(talk.split(), ["OK", "1"])


def benchmark(program, node):
    for door in (["-p", node.redis_port], ["-s", node.socket_path]):
        with checks.case(f"{program} -t set,get,mset by {door[0]} ends without an error"):
            text = run(program, *door, "-t", "set,get,mset", "-n", 20_000, "-P", 16, "-d", 100, "-r", 10_000,
                       "--csv").decode()
            rates = dict(re.findall(r'^"(SET|GET|MSET[^"]*)","([\d.]+)"', text, re.M))
            equal(len(rates), 3, text)
            assert all(float(rate) > 1000 for rate in rates.values()), text


def python(node, protocol):
    with checks.case(f"python3-redis, RESP{protocol}: values, expiry, scan, errors"):
        client = redis.Redis(port=node.redis_port, protocol=protocol, client_name="python")
        assert client.set("py:a", "one") and client.get("py:a") == b"one"
        assert client.get("py:none") is None
        client.set(b"py:" + BINARY, BINARY * 800)
        equal(client.get(b"py:" + BINARY), BINARY * 800)
        client.set("py:empty", b"")
        equal(client.get("py:empty"), b"")
        equal(client.set("py:a", "two", nx=True), None)
        equal(client.set("py:a", "two", xx=True, get=True), b"one")
        client.set("py:ttl", "x", ex=100)
        assert 95 < client.ttl("py:ttl") <= 100
        assert client.persist("py:ttl") and client.ttl("py:ttl") == -1
        client.mset({f"py:m:{i}": i for i in range(500)})
        equal(client.mget([f"py:m:{i}" for i in range(500)]), [b"%d" % i for i in range(500)])
        equal(len(set(client.scan_iter("py:m:*", count=50))), 500)
        equal(client.delete("py:a", "py:none"), 1)
        equal(client.append("py:app", "ab") + client.append("py:app", "c"), 5)
        assert client.info()["redis_version"] and client.info("starling")
        assert client.config_get("save") == {"save": ""}
        for refused, words in ((client.incr, ("n",)), (client.lpush, ("l", "x"))):
            try:
                refused(*words)
                raise AssertionError(f"{refused.__name__} was taken")
            except redis.ResponseError as error:
                contains(str(error), "STARLING HELP")
        client.delete("py:app")

    with checks.case(f"python3-redis, RESP{protocol}: a pipeline with and without MULTI"):
        client = redis.Redis(unix_socket_path=str(node.socket_path), protocol=protocol)
        for transaction in (True, False):
            pipe = client.pipeline(transaction=transaction)
            for i in range(2000):
                pipe.set(f"py:p:{i}", i)
            pipe.get("py:p:1999").get("py:none")
            equal(pipe.execute(), [True] * 2000 + [b"1999", None])
        equal(client.delete(*[f"py:p:{i}" for i in range(2000)]), 2000)


def script(library, program, name, node):
    with checks.case(f"{library}: values, binary keys, pipeline, transaction, refusals"):
        run(program, TOP / "tests/e2e/clients" / name, node.redis_port, node.socket_path)


with tempfile.TemporaryDirectory(prefix="starling-") as folder:
    with Cluster(pathlib.Path(folder, "c"), 1) as cluster:
        node = cluster["edge-a"]
        for program in ("redis-cli", "valkey-cli"):
            command_line(program, node)
        for program in ("redis-benchmark", "valkey-benchmark"):
            benchmark(program, node)
        for protocol in (2, 3):
            python(node, protocol)
        script("libredis-perl", "perl", "redis.pl", node)
        script("ruby-redis", "ruby", "redis.rb", node)
        with checks.case("the node lives, and said nothing worse than a warning"):
            assert node.is_ready()
            assert "level=alarm" not in node.log(), node.log_tail()
checks.end()
