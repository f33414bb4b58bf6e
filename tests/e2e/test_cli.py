"""Every command of `starling` on three real nodes: what it prints, and its exit code."""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tools/harness"))

from checks import Checks, contains, equal  # noqa: E402
from cluster import Cluster, wait_until  # noqa: E402

YES, NO, TROUBLE = 0, 1, 2
checks = Checks()


def cli(node, *words, code=YES, stdin=None, environment=None):
    """Standard output, as bytes; the exit code must be `code`, and a trouble must say what to try."""
    words = [word if isinstance(word, bytes) else str(word) for word in words]
    done = subprocess.run([node.cluster.binary("starling"), *words],
                          input=stdin, capture_output=True, timeout=120,
                          env={**os.environ, "STARLING_ADDR": str(node.socket_path), **(environment or {})})
    equal(done.returncode, code, f"{words}: {done.stdout}{done.stderr}")
    if code == TROUBLE:
        contains(done.stderr.decode(), "starling: ", "\ntry: ")
    return done.stdout


def lines(output):
    return [json.loads(line) for line in output.splitlines()]


def keys_of(output):
    """(what diff --json found, by key; its summary)"""
    *found, summary = lines(output)
    assert all(item["type"] == "key" and "age_ms" in item for item in found), found
    return {item.get("key", item.get("key_b64")): item for item in found}, summary


def program_itself(node):
    with checks.case("help teaches by examples, and mistakes say what to type"):
        for command in ([], ["init"], ["diff"], ["check"], ["get"]):
            text = cli(node, *command, "--help").decode()
            assert text.index("Examples:") < text.index("Options:"), text
        for mistake in (["frobnicate"], [], ["get"], ["diff"], ["diff", "a", "b", "c"], ["check", "--within", "30"],
                        ["--addr", "nowhere", "status"], ["--color", "mauve", "status"], ["set", "k"]):
            equal(cli(node, *mistake, code=TROUBLE), b"")
    with checks.case("version"):
        contains(cli(node, "version").decode(), "starling 0.")
        equal(lines(cli(node, "version", "--json"))[0]["type"], "version")
    with checks.case("nobody there: exit 2 and the address, by socket and by port"):
        for address in ("/nowhere/resp.sock", "127.0.0.1:1"):
            cli(node, "--addr", address, "status", code=TROUBLE)
            cli(node, "--addr", address, "health", code=TROUBLE)


def init(node, folder):
    with checks.case("init makes a folder from which a node starts, and never overwrites"):
        first = folder / "n1"
        contains(cli(node, "init", first, "--name", "edge-x").decode(), f"next: starlingd --config {first}/starling.toml")
        secret = first / "cluster.secret"
        equal(len(secret.read_bytes()), 32)
        equal(stat.S_IMODE(secret.stat().st_mode), 0o600)
        equal(stat.S_IMODE((first / "data").stat().st_mode), 0o700)
        before = secret.read_bytes()
        cli(node, "init", first, "--name", "edge-x", code=TROUBLE)
        equal(secret.read_bytes(), before)
        made = lines(cli(node, "init", folder / "n2", "--name", "edge-y", "--secret", secret, "--json"))[0]
        equal(pathlib.Path(made["secret"]).read_bytes(), before)
        checked = subprocess.run([node.cluster.binary("starlingd"), "check-config", "--config", made["config"]],
                                 capture_output=True, text=True)
        equal(checked.returncode, 0, checked.stderr)
        for wrong in (("n3", "--name", "edge x"), ("n3", "--name", ""), ("n3", "--name", "x", "--secret", "/dev/null")):
            cli(node, "init", folder / wrong[0], *wrong[1:], code=TROUBLE)
            assert not (folder / "n3").exists()


def state(cluster):
    a = cluster["edge-a"]
    with checks.case("status, members and health, for people, for scripts, as JSON"):
        contains(cli(a, "status").decode(), "edge-a", "ready", "3 of 3 alive")
        equal(lines(cli(a, "status", "--json"))[0]["name"], "edge-a")
        contains(cli(a, "members").decode(), "edge-a (this node)", "edge-b", "edge-c", "127.0.0.102:7381")
        equal(len(lines(cli(a, "members", "--json"))[0]["members"]), 3)
        rows = [row.split("\t") for row in cli(a, "members", "--plain").decode().splitlines()]
        equal(sorted((row[0], row[2], row[4]) for row in rows),
              [("edge-a", "alive", "self"), ("edge-b", "alive", "up"), ("edge-c", "alive", "up")])
        equal(cli(a, "health"), b"")
    with checks.case("--addr takes a port as well as a socket, and is stronger than STARLING_ADDR"):
        status = lines(cli(a, "--addr", f"127.0.0.1:{cluster['edge-b'].redis_port}", "status", "--json"))[0]
        equal(status["name"], "edge-b")


def data(node):
    with checks.case("get, set, del and scan: values byte for byte, keys escaped, absent is 1"):
        binary = bytes(range(256)) * 4
        cli(node, "set", "cli:a", "one")
        equal(cli(node, "get", "cli:a"), b"one")
        cli(node, "set", "cli:bin", "--stdin", stdin=binary)
        equal(cli(node, "get", "cli:bin"), binary)
        cli(node, "set", "cli:empty", "")
        equal(cli(node, "get", "cli:empty"), b"")
        equal(cli(node, "get", "cli:none", code=NO), b"")
        cli(node, "set", b"cli:\xff\n", "x", "--ttl", "1h")
        assert 3590 < node.redis("TTL", b"cli:\xff\n") <= 3600
        equal(cli(node, "scan", "--prefix", "cli:").splitlines(),
              [b"cli:a", b"cli:bin", b"cli:empty", b"cli:\\xff\\n"])
        equal([line.get("key_b64") for line in lines(cli(node, "scan", "--prefix", "cli:", "--json"))],
              [None, None, None, "Y2xpOv8K"])
        equal(len(cli(node, "scan", "--limit", "2").splitlines()), 2)
        equal(lines(cli(node, "get", "cli:a", "--json"))[0]["value"], "one")
        equal(lines(cli(node, "get", "cli:none", "--json", code=NO))[0]["found"], False)
        equal(lines(cli(node, "del", "cli:a", "cli:none", "--json"))[0]["deleted"], 1)
        cli(node, "del", "cli:a", code=NO)
        node.redis("MSET", *(word for i in range(2500) for word in (f"many[*]:{i:04}", i)))
        equal(len(cli(node, "scan", "--prefix", "many[*]:").splitlines()), 2500)
        node.redis("DEL", *(f"many[*]:{i:04}" for i in range(2500)))
    with checks.case("what the node refuses is told in its words: exit 2"):
        done = subprocess.run([node.cluster.binary("starling"), "--addr", str(node.socket_path), "set", "big",
                               "--stdin"], input=bytes((1 << 20) + 1), capture_output=True)
        equal(done.returncode, TROUBLE)
        contains(done.stderr.decode(), "maximum allowed size")


def divergence(cluster):
    a, b, c = (cluster[name] for name in ("edge-a", "edge-b", "edge-c"))
    with checks.case("check waits for equality of all at a cut after the call"):
        a.redis("SET", "fresh", "1")
        contains(cli(a, "check", "--all", "--within", "30s").decode(), "equal: 3 of 3 members at cut ")
        verdict = lines(cli(b, "check", "--json"))[0]
        equal((verdict["equal"], verdict["members_equal"]), (True, 3))
        equal(b.redis("GET", "fresh"), b"1")
    with checks.case("freeze is shown in status, members, /healthz and a metric, and survives a restart"):
        cli(a, "set", "both", "old")
        cli(a, "set", "gone", "x")
        cli(a, "check", "--all", "--within", "30s")
        contains(cli(a, "freeze").decode(), "edge-a is frozen", "next: starling thaw")
        equal(lines(cli(b, "freeze", "--json"))[0], {"type": "freeze", "name": "edge-b", "frozen": True})
        cli(c, "freeze", "-q")
        c.stop()
        c.start().wait_ready()
        for node in (a, c):
            contains(cli(node, "status").decode(), "frozen")
            assert node.json("/healthz")["frozen"] and node.metrics()["starling_frozen"] == 1
        cluster.wait_linked()
        contains(cli(a, "members").decode(), "alive, frozen")
    with checks.case("diff names exactly what differs, with signs, ages and a summary: exit 1"):
        for i in range(30):
            a.redis("SET", f"only-a:{i:02}", i)
        a.redis("SET", b"only-a:\xff", "binary")
        b.redis("SET", "only-b", 1)
        a.redis("SET", "both", "from a")
        # The larger stamp stays, not the later call: b's clock has to pass what a has stamped.
        stamped = a.status()["hlc"]
        wait_until(lambda: b.status()["hlc"] > stamped, 5, "a later reading of edge-b's clock")
        b.redis("SET", "both", "from b")
        b.redis("DEL", "gone")
        found, summary = keys_of(cli(a, "diff", "edge-b", "--json", code=NO))
        ops = {"both": "differ", "gone": "tombstone", "only-b": "only_b", "b25seS1hOv8=": "only_a",
               **{f"only-a:{i:02}": "only_a" for i in range(30)}}
        equal({key: item["op"] for key, item in found.items()}, ops)
        equal((found["both"]["winner"], found["both"]["b"]["origin"]), ("b", "edge-b"))
        equal((summary["keys_differ"], summary["equal"], summary["a"], summary["b"]),
              (34, False, "edge-a", "edge-b"))
        assert summary["oldest_age_ms"] > 0 and summary["bytes"] > 0 and summary["round_trips"] > 0, summary
        text = cli(a, "diff", "edge-b", code=NO).decode()
        contains(text, "edge-a … edge-b   cut ", "34 keys differ, oldest ", "round trips", "… and 14 more keys",
                 "next: starling")
        text = cli(a, "diff", "edge-b", "--limit", "100", code=NO).decode()
        contains(text, " <  only-a:07 ", " >  only-b ", " *  both ", " t  gone ", "\\xff",
                 "deleted on edge-b", "still live on edge-a", "only on edge-a   written ")
    with checks.case("diff: prefix, limit, stat, values, plain, and what people see is bounded"):
        found, _ = keys_of(cli(a, "diff", "edge-b", "--prefix", "only-a:0", "--json", code=NO))
        equal(sorted(found), [f"only-a:{i:02}" for i in range(10)])
        found, summary = keys_of(cli(a, "diff", "edge-b", "--limit", "3", "--json", code=NO))
        equal((len(found), summary["keys_differ"]), (3, 34))
        contains(cli(a, "diff", "edge-b", "--stat", code=NO).decode(), "MEMBER", "OLDEST", "34")
        equal(len(lines(cli(a, "diff", "edge-b", "--stat", "--json", code=NO))), 1)
        contains(cli(a, "diff", "edge-b", "--prefix", "both", "--values", code=NO).decode(),
                 "a: 6 B   from a", "on edge-b, which alone can show it")
        rows = [row.split("\t") for row in cli(a, "diff", "edge-b", "--plain", code=NO).decode().splitlines()]
        equal((len(rows), {len(row) for row in rows}), (34, {8}))
        contains(cli(a, "diff", "--all", "--stat", code=NO).decode(), "edge-b", "edge-c")
    with checks.case("diff calls a member by name, by id and by the address of its peer port"):
        ids = {member["name"]: member["id"] for member in json.loads(a.redis("STARLING", "MEMBERS"))["members"]}
        for called in (ids["edge-b"], b.peer_address):
            equal(keys_of(cli(a, "diff", called, "--json", code=NO))[1]["keys_differ"], 34)
    with checks.case("diff A B compares any two members, whichever node is asked"):
        found, summary = keys_of(cli(a, "diff", "edge-b", "edge-a", "--json", code=NO))
        equal((summary["a"], summary["b"], summary["keys_differ"]), ("edge-b", "edge-a", 34))
        equal((found["only-b"]["op"], found["only-a:00"]["op"]), ("only_a", "only_b"))
        found, summary = keys_of(cli(a, "diff", "edge-b", c.peer_address, "--json", code=NO))
        equal((summary["a"], summary["b"]), ("edge-b", "edge-c"))
        equal(sorted(found), ["both", "gone", "only-b"])
    with checks.case("diff with nobody, with oneself and with a stranger: exit 2"):
        for sides in (["edge-z"], ["edge-a"], ["edge-b", "edge-b"], ["edge-b", "10.9.9.9:7381"]):
            cli(a, "diff", *sides, code=TROUBLE)
    with checks.case("check of what differs names who and why: exit 1"):
        text = cli(a, "check", "--all", "--within", "1s", code=NO).decode()
        contains(text, "not equal: ", " !  edge-b   differs", "frozen", "next: starling diff edge-b")
    with checks.case("diff writes nothing anywhere"):
        before = [node.status()["root"] for node in cluster.nodes]
        cli(a, "diff", "edge-b", code=NO)
        equal([node.status()["root"] for node in cluster.nodes], before)
    with checks.case("thaw: all hold what the larger stamps say, check is 0 and diff is 0"):
        for node in cluster.nodes:
            contains(cli(node, "thaw").decode(), "takes part again")
        cli(a, "check", "--all", "--within", "60s")
        contains(cli(a, "diff", "edge-b").decode(), " 0 keys differ")
        equal(keys_of(cli(b, "diff", "edge-c", "--json"))[1]["equal"], True)
        for node in cluster.nodes:
            equal(node.redis("MGET", "both", "gone", "only-b", "only-a:07"), [b"from b", None, b"1", b"7"])


def absence(cluster):
    a, c = cluster["edge-a"], cluster["edge-c"]
    with checks.case("a member that is gone: check --all names it with exit 1, check goes on without it"):
        c.kill()
        wait_until(lambda: a.members()["edge-c"]["state"] == "dead", 60, "edge-c is known to be dead")
        verdict = lines(cli(a, "check", "--all", "--within", "1s", "--json", code=NO))[0]
        contains(str(verdict["unequal"]), "edge-c", "dead")
        contains(cli(a, "check", "--within", "30s").decode(), "equal: 2 of 2 members")
        cli(a, "diff", "edge-c", code=TROUBLE)
        done = lines(cli(a, "diff", "edge-c", "--json", code=TROUBLE))
        equal((done[-1]["type"], done[-1]["equal"]), ("summary", False))


with tempfile.TemporaryDirectory(prefix="starling-") as folder:
    with Cluster(pathlib.Path(folder, "c"), 3) as cluster:
        cluster.wait_linked()
        program_itself(cluster["edge-a"])
        init(cluster["edge-a"], pathlib.Path(folder))
        state(cluster)
        data(cluster["edge-a"])
        divergence(cluster)
        absence(cluster)
checks.end()
