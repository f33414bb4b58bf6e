"""Three frozen nodes, two of which are written to in every way there is. `starling diff` names exactly
the keys that a reply said were written; after thaw all three hold what the largest stamps say.

    test_frozen_diff.py [--seed N] [--rounds N]
"""
import argparse
import pathlib
import random
import sys
import tempfile
import time

import redis

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tools/harness"))
from cluster import Cluster, wait_until  # noqa: E402

NAMES = ("edge-a", "edge-b", "edge-c")
KEYS, AT_FIRST, BATCH = 3000, 1500, 60
BRIEFLY = 30  # Milliseconds: over long before anything is compared.
LONG = 3_600_000


def now_ms():
    return time.time_ns() // 1_000_000


class Copy:
    """What one node must hold: key -> (number of the batch that wrote it, value, expiry or None)."""

    def __init__(self, common):
        self.records = dict(common)
        self.touched = set()

    def note(self, key, batch, value, expiry):
        self.records[key] = (batch, value, expiry)
        self.touched.add(key)


class Writer:
    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.keys = [self.make_key(number) for number in range(KEYS)]

    def make_key(self, number):
        """Text and bytes; many share long prefixes, some hold what codecs trip over."""
        odd = self.dice.choice([b"", b"\0", b"\xff\xfe", b"\r\n", b"\0\xff\0", "ключ".encode(), b" "])
        return self.dice.choice([b"user:", b"user:\0", b"\xff", b"k"]) + odd + b"%d" % number + odd

    def make_value(self):
        lot = self.dice.random()
        if lot < 0.1:
            return b""
        return self.dice.randbytes(200 * 1024 if lot > 0.99 else self.dice.randrange(1, 400))

    def fill(self, node, keys):
        """Records that all nodes will have; written before the freeze."""
        common = {key: (0, self.make_value(), None) for key in keys}
        pipeline = redis.Redis(port=node.redis_port).pipeline(transaction=False)
        for key, (_, value, _) in common.items():
            pipeline.set(key, value)
        pipeline.execute()
        return common

    def change(self, node, copy, batch):
        """One pipeline of all sorts of writes; the replies say which of them wrote."""
        pipeline = redis.Redis(port=node.redis_port).pipeline(transaction=False)
        notes = [self.one_change(pipeline, key, copy, batch) for key in self.dice.sample(self.keys, BATCH)]
        for note, reply in zip(notes, pipeline.execute()):
            if reply:
                note()

    def one_change(self, pipeline, key, copy, batch):
        """Queues a command; returns what its success means."""
        value, later = self.make_value(), now_ms() + LONG + batch
        old = copy.records.get(key, (0, None, None))[1]
        lot = self.dice.random()
        if lot < 0.4:
            pipeline.set(key, value)
            return lambda: copy.note(key, batch, value, None)
        if lot < 0.5:
            pipeline.set(key, value, pxat=later)
            return lambda: copy.note(key, batch, value, later)
        if lot < 0.6:
            pipeline.set(key, value, px=BRIEFLY)
            return lambda: copy.note(key, batch, value, now_ms())
        if lot < 0.7:
            pipeline.pexpireat(key, later)
            return lambda: copy.note(key, batch, old, later)
        if lot < 0.75:
            pipeline.persist(key)
            return lambda: copy.note(key, batch, old, None)
        pipeline.delete(key)
        return lambda: copy.note(key, batch, None, None)


def next_millisecond():
    """The stamps of two batches must not depend on counters within one millisecond."""
    last = now_ms()
    wait_until(lambda: now_ms() > last + 1, 5, "the clock goes on", interval=0.001)


def check_diff(cluster, a, b, copies):
    truth = {key for key in copies[a].touched | copies[b].touched
             if copies[a].records.get(key) != copies[b].records.get(key)}
    summary, entries = cluster[a].diff(b)
    assert entries.keys() == truth, (a, b, "missing", sorted(truth - entries.keys())[:5],
                                     "invented", sorted(entries.keys() - truth)[:5])
    assert summary["keys_differ"] == len(truth), summary
    for key, entry in entries.items():
        side = {"a": a, "b": b}[entry["winner"]]
        other = b if side == a else a
        won, lost = (copies[name].records.get(key, (-1,))[0] for name in (side, other))
        assert won > lost, (key, entry, won, lost)
    print(f"{a} … {b}: {len(truth):,} keys differ, diff names each of them and no other")


def check_content(node, expected):
    client = redis.Redis(port=node.redis_port)
    for key, (_, value, expiry) in expected.items():
        has_passed = expiry is not None and expiry < now_ms()
        assert client.get(key) == (None if has_passed else value), (node.name, key)
        remaining = client.pttl(key)
        if value is None or has_passed:
            assert remaining == -2, (node.name, key, remaining)
        elif expiry is None:
            assert remaining == -1, (node.name, key, remaining)
        else:
            assert abs(remaining - (expiry - now_ms())) < 5000, (node.name, key, remaining)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.rounds} rounds", flush=True)
    writer = Writer(options.seed)
    with tempfile.TemporaryDirectory(prefix="starling-") as folder, \
            Cluster(pathlib.Path(folder, "cluster"), 3) as cluster:
        cluster.wait_linked()
        common = writer.fill(cluster["edge-a"], writer.keys[:AT_FIRST])
        cluster.wait_equal()
        for node in cluster.nodes:
            node.cli("freeze", check=True)

        copies = {name: Copy(common) for name in NAMES}
        for batch in range(1, 2 * options.rounds, 2):
            for name, number in (("edge-a", batch), ("edge-b", batch + 1)):
                writer.change(cluster[name], copies[name], number)
                next_millisecond()
        check_diff(cluster, "edge-a", "edge-b", copies)
        check_diff(cluster, "edge-a", "edge-c", copies)
        check_diff(cluster, "edge-c", "edge-b", copies)

        for node in cluster.nodes:
            node.cli("thaw", check=True)
        cluster["edge-c"].cli("check", "--all", "--within", "60s", check=True)
        cluster.wait_equal()
        held = [copy.records for copy in copies.values()]
        expected = {key: max((records[key] for records in held if key in records), key=lambda record: record[0])
                    for key in set().union(*held)}
        for node in cluster.nodes:
            check_content(node, expected)
            for other in cluster.nodes:
                if other is not node:
                    summary, entries = node.diff(other.name)
                    assert summary["equal"] and not entries, summary
        print(f"after thaw all three hold the winner of each of {len(expected):,} keys")


main()
