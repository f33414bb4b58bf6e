"""Whoever can reach a port sends whatever bytes they like: the connection is closed or the datagram
dropped, it is counted, memory stays, and everybody else is served. 10 seconds; --seconds 60 by hand."""
import argparse
import contextlib
import pathlib
import random
import select
import socket
import struct
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tools/harness"))

from checks import Checks, equal  # noqa: E402
from cluster import Cluster, wait_until  # noqa: E402

MEMORY_SLACK = 16 << 20
PATIENCE = 15  # Seconds after which a connection that only holds on must have been closed.
checks = Checks()
options = argparse.ArgumentParser()
options.add_argument("--seconds", type=float, default=10)
options.add_argument("--seed", type=int, default=1)
options = options.parse_args()


# ---- what is sent --------------------------------------------------------------------------------
def resp(chance):
    """Protocol errors all: after each of them the connection must end."""
    return chance.choice([
        b"*2147483648\r\n", b"*99999999999999999999\r\n", b"*1\r\n$2000000000000\r\n",
        b"*1\r\n$-1\r\n", b"*1\r\n:5\r\n", b"*1\r\n*1\r\n$1\r\na\r\n", b"*3\r\n$3\r\nSET\r\n%1\r\n", b"*x\r\n",
        b"*1\r\n$3x\r\nGET\r\n", b"*" + b"1" * 70_000, b"*1\r\n$" + b"1" * 70_000, b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", bytes([chance.choice(b"+-$:%GPz\0\xff")]) + chance.randbytes(400),
    ])


def http(chance):
    end = b"Connection: close\r\n\r\n"
    head = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
    return chance.choice([
        b"GARBAGE\r\n\r\n", b"GET /livez\r\n\r\n", b"GET /livez HTTP/1.1\r\n" + end, b"\x16\x03\x01 no HTTP\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: evil.example\r\n" + end, head + b"Origin: http://evil.example\r\n" + end,
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n" + end, head + b"X: " + b"y" * 100_000 + b"\r\n" + end,
        head + b"Content-Length: 5\r\nContent-Length: 6\r\n" + end + b"hello",
        b"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n" + end,
        chance.randbytes(300).replace(b"\n", b"") + b"\r\n\r\n",
    ])


def frame(payload):
    return struct.pack("<I", len(payload)) + payload


class PeerTongue:
    """What a node says first to whoever dials it tells enough to answer in its own tongue."""
    NODE_AT, CLUSTER_AT, VERSION_AT = 32, 24, 16  # One segment's table, the root pointer, then the words of Hello.

    def __init__(self, node):
        with socket.create_connection((node.host, 7381), 5) as stream:
            reader = stream.makefile("rb")
            self.hello = reader.read(struct.unpack("<I", reader.read(4))[0])
        self.version, = struct.unpack_from("<H", self.hello, self.VERSION_AT)
        self.cluster, = struct.unpack_from("<Q", self.hello, self.CLUSTER_AT)

    def changed(self, at, pattern, value):
        hello = bytearray(self.hello)
        struct.pack_into(pattern, hello, at, value)
        return bytes(hello)

    def stranger(self, chance):
        return self.changed(self.NODE_AT, "<Q", chance.getrandbits(63) | 1)

    def bad_hello(self, chance):
        return chance.choice([
            frame(self.changed(self.VERSION_AT, "<H", self.version + 1)),
            frame(self.changed(self.CLUSTER_AT, "<Q", self.cluster ^ 1)),
            frame(self.changed(self.NODE_AT, "<Q", 0)), frame(self.hello),  # Nobody's id, and its own.
            frame(self.hello[:-8]), frame(chance.randbytes(len(self.hello))), frame(b"x" * 4097),
            struct.pack("<I", 0xFFFFFFFF) + bytes(64), struct.pack("<I", 4097), chance.randbytes(64),
            b"GET / HTTP/1.1\r\n\r\n",
        ])

    def bad_frame(self, chance):
        """Behind a Hello that would have been believed."""
        endless = 1 | 7 << 32 | 0x1FFFFFFF << 35  # A list of half a billion structs, starting here.
        lists = struct.pack("<IIQHHHHQQQ", 0, 5, 3 << 32 | 1 << 48, self.version, 2, 0, 0, self.cluster, 0, endless)
        return frame(self.stranger(chance)) + chance.choice([
            frame(chance.randbytes(8 * chance.randrange(1, 500))), frame(b"\xff" * 4096), frame(b"abc"),
            struct.pack("<I", 0xFFFFFFFF) + bytes(1000), struct.pack("<I", (17 << 20)) + bytes(1000),
            frame(struct.pack("<II", 0xFFFFFFFF, 1)), frame(struct.pack("<II", 0, 0x1FFFFFFF) + bytes(64)), frame(lists),
        ])

    def datagram(self, version=None, cluster=None, sender=1, pointers=b"\0" * 16):
        return struct.pack("<IIIHHHHIQQQQQQQ", 0, 11, 0, 8, 2, self.version if version is None else version, 0, 0,
                           self.cluster if cluster is None else cluster, sender, 0, 0, 0, 0, 0) + pointers

    def bad_datagram(self, chance):
        """Not ours, or not to be understood."""
        return chance.choice([
            self.datagram(version=self.version + 1), self.datagram(cluster=self.cluster ^ 1), self.datagram(sender=0),
            self.datagram()[:-8], self.datagram(pointers=b"\xff" * 16), chance.randbytes(chance.randrange(1, 1400)),
            self.datagram(pointers=struct.pack("<QQ", 0x1FFFFFFE << 3 | 1 | 7 << 32, 0)), b"", b"x", bytes(65_000),
            self.datagram() + bytes(1200),
        ])


# ---- who sends it --------------------------------------------------------------------------------
def is_closed_after(address, data, patience=PATIENCE):
    """Sends, hangs on without a word, and says whether the other side ends it."""
    with socket.create_connection(address, 5) as stream, contextlib.suppress(ConnectionError):
        stream.sendall(data)
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            if select.select([stream], [], [], left)[0] and not stream.recv(1 << 16):
                return True
        return False
    return True


class Attack(threading.Thread):
    """Sends until told to stop, always another thing; keeps what it could not have closed."""

    def __init__(self, name, act, seed):
        super().__init__(name=name, daemon=True)
        self.act, self.chance, self.sent, self.survived = act, random.Random(seed), 0, []
        self.ends = threading.Event()

    def run(self):
        while not self.ends.is_set():
            try:
                kept = self.act(self.chance)
            except OSError:
                continue  # Refused at the door: there are only so many places for strangers.
            self.sent += 1
            if kept:
                self.survived.append(kept)

    def stop(self):
        self.ends.set()
        self.join(PATIENCE + 10)
        assert not self.is_alive(), f"{self.name} hangs"


def attacks_on(node, tongue):
    def stream(address, make):
        def act(chance):
            data = make(chance)
            return None if is_closed_after(address, data) else data[:80]
        return act

    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def datagram(chance):
        with contextlib.suppress(OSError):
            udp.sendto(tongue.bad_datagram(chance), (node.host, 7381))
        time.sleep(0.0005)  # What the kernel drops would prove nothing.

    peer = (node.host, 7381)
    return [Attack("RESP", stream(("127.0.0.1", node.redis_port), resp), options.seed),
            Attack("HTTP", stream(("127.0.0.1", node.http_port), http), options.seed + 1),
            Attack("hello", stream(peer, tongue.bad_hello), options.seed + 2),
            Attack("frame", stream(peer, tongue.bad_frame), options.seed + 3),
            Attack("datagram", datagram, options.seed + 4)]


class Customer(threading.Thread):
    """An application at work while all this goes on; remembers its slowest call."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.node, self.calls, self.slowest, self.trouble = node, 0, 0.0, None
        self.ends = threading.Event()

    def run(self):
        key = f"good:{self.node.name}:"
        try:
            with self.node.connect() as connection:
                while not self.ends.is_set():
                    start = time.monotonic()
                    equal(connection.command("SET", f"{key}{self.calls % 1000}", self.calls), "OK")
                    equal(connection.command("GET", f"{key}{self.calls % 1000}"), b"%d" % self.calls)
                    self.slowest = max(self.slowest, time.monotonic() - start)
                    self.calls += 1
        except Exception as error:
            self.trouble = error

    def stop(self):
        self.ends.set()
        self.join(15)
        assert self.trouble is None, repr(self.trouble)
        assert self.calls > 100 and self.slowest < 2, f"{self.calls} calls, the slowest took {self.slowest:.1f} s"


# ---- the story -----------------------------------------------------------------------------------
def counted(node):
    metrics = node.metrics()
    return {
        "RESP": metrics.get('starling_resp_rejected_total{reason="protocol"}', 0),
        "HTTP": metrics["starling_http_refused_total"],
        **{name: metrics[f'starling_foreign_frames_total{{reason="{name}"}}']
           for name in ("cluster", "malformed", "own_id")},
    }


def rounds(attacks, seconds):
    for attack in attacks:
        attack.start()
    time.sleep(seconds)  # The time of the attack itself.
    for attack in attacks:
        attack.stop()


def besieged(cluster):
    victim, other = cluster["edge-a"], cluster["edge-b"]
    tongue = PeerTongue(victim)
    customers = [Customer(victim), Customer(other)]
    for customer in customers:
        customer.start()
    rounds(attacks_on(victim, tongue), 3)  # Caches and pools grow once, and are meant to.
    before, memory = counted(victim), victim.resident_bytes()
    attacks = attacks_on(victim, tongue)
    rounds(attacks, options.seconds)
    after = counted(victim)

    for attack in attacks:
        with checks.case(f"{attack.name}: {attack.sent} attempts, each closed or dropped"):
            equal(attack.survived, [])
            assert attack.sent > 20, f"only {attack.sent} attempts"
    with checks.case("all of it is counted in /metrics, by reason"):
        for name, least in (("RESP", attacks[0].sent), ("HTTP", attacks[1].sent // 2), ("cluster", 1),
                            ("malformed", 1), ("own_id", 1)):
            assert after[name] - before[name] >= least, f"{name}: {before[name]} to {after[name]}, at least {least} more"
        strange = sum(after[name] - before[name] for name in ("cluster", "malformed", "own_id"))
        assert strange >= attacks[4].sent // 2, f"{strange} of {attacks[4].sent} datagrams"
    with checks.case("resident memory is within 16 MiB of before"):
        wait_until(lambda: victim.resident_bytes() <= memory + MEMORY_SLACK, 5,
                   lambda: f"{victim.resident_bytes() - memory:+} bytes")
    with checks.case("applications were served all the time, on this node and on the others"):
        for customer in customers:
            customer.stop()
    with checks.case("nobody was taken for a member, and the cluster is whole and equal"):
        for node in cluster.nodes:
            equal(sorted(node.members()), sorted({"edge-a", "edge-b", "edge-c"} - {node.name}))
        cluster.wait_linked()
        cluster.wait_equal()
    with checks.case("no node was restarted, none raised an alarm"):
        for node in cluster.nodes:
            assert node.is_running() and "level=alarm" not in node.log(), node.log_tail()


def patience(cluster):
    victim = cluster["edge-a"]
    with checks.case("whoever dials the peer port and says nothing is hung up on"):
        assert is_closed_after((victim.host, 7381), b"")
    with checks.case("whoever begins a request and never ends it is hung up on"):
        assert is_closed_after(("127.0.0.1", victim.http_port), b"GET /livez HT")


with tempfile.TemporaryDirectory(prefix="starling-") as folder:
    with Cluster(pathlib.Path(folder, "c"), 3) as cluster:
        cluster.wait_linked()
        besieged(cluster)
        patience(cluster)
checks.end()
