"""Five nodes, cut in two, told different things, compared, healed, and checked key by key.

Every figure that is told is counted here or read from a node; every claim is demanded of it, and
what does not hold ends the story with a Mismatch.
"""
import concurrent.futures
import shlex
import subprocess
import time

import redis

from cluster import wait_until
from indexes import section_of
from teller import megabytes, percent
from truth import Difference, Side, kind_of

WEST, EAST = ["edge-a", "edge-b", "edge-c"], ["edge-d", "edge-e"]
REMOVED_WEST, REMOVED_EAST = ("doc", "games"), ("fonts",)
NOTED_WEST, NOTED_EAST = ("editors",), ("games",)
PATIENCE = 300  # Seconds for five nodes to become equal.
CHUNK = 500  # Keys of one MGET.


class Mismatch(Exception):
    """What a node says or holds is not what was loaded."""


def demand(holds, claim):
    if not holds:
        raise Mismatch(claim)


class Story:
    def __init__(self, cluster, indexes, teller):
        self.cluster = cluster
        self.indexes = indexes
        self.teller = teller
        self.west, self.east = Side(), Side()

    def tell(self):
        self.cut_apart()
        self.load()
        self.change()
        self.compare()
        self.heal()
        self.prove()

    # ---- chapters -----------------------------------------------------------------------------
    def cut_apart(self):
        teller = self.teller
        teller.chapter("Five nodes, cut in two")
        self.cluster.wait_linked()
        self.cluster.cut(WEST, EAST)
        self.cut_at = time.monotonic()
        teller.fact(f"{' '.join(WEST)}  |  {' '.join(EAST)}    no packet passes between the two")

    def load(self):
        teller = self.teller
        if self.indexes[0].is_generated:
            teller.chapter("Each side is told something else: generated data, in the shape of the package indexes "
                           "of two Debian releases, which are not in reach")
        else:
            teller.chapter("Each side learns about another Debian release")
        for step, (node, side, index) in enumerate(
                [("edge-a", self.west, self.indexes[0]), ("edge-d", self.east, self.indexes[1])]):
            took = self.write(node, [(b"SET", *pair) for pair in index.records.items()],
                              f"{index.release} into {node}")
            side.set(step, index.records)
            again = f"; {index.repeated} names stand twice, the later stanza counts" if index.repeated else ""
            teller.fact(f"{index.release} into {node} by redis-cli --pipe: {len(index.records):,} keys, "
                        f"{megabytes(index.size())}, {took:.1f} s{again}")
        self.await_sides()
        teller.fact("edge-b, edge-c have it all from edge-a, edge-e from edge-d: one root on each side")

    def change(self):
        teller = self.teller
        teller.chapter("And each side changes its mind, where the other cannot see it")
        for step, node, side, removed, noted in [
                (2, "edge-b", self.west, REMOVED_WEST, NOTED_WEST),
                (3, "edge-e", self.east, REMOVED_EAST, NOTED_EAST)]:
            gone = self.keys_of(side, removed)
            changed = {key: side.versions[key].value + f"Starling-Note: kept by {node}\n".encode()
                       for key in self.keys_of(side, noted)}
            demand(gone and changed, f"{node} has something to delete and to overwrite")
            self.write(node, [(b"DEL", key) for key in gone], f"deletes on {node}")
            self.write(node, [(b"SET", *pair) for pair in changed.items()], f"overwrites on {node}")
            side.delete(step, gone)
            side.set(step, changed)
            teller.fact(f"{node} deletes {' and '.join(removed)} ({len(gone):,}), "
                        f"overwrites {' and '.join(noted)} ({len(changed):,})")
        self.await_sides()
        teller.fact("each side is equal inside itself again")
        while any(self.cluster[a].members()[b]["state"] != "dead" for a, b in self.across()):
            teller.progress("waiting until each side has given up the other")
            demand(time.monotonic() - self.cut_at < 120, "a node that cannot be reached is found dead")
            time.sleep(0.1)
        teller.fact(f"{time.monotonic() - self.cut_at:.0f} s after the cut each side takes the other for dead, "
                    "and has served its clients all along")

    def compare(self):
        teller = self.teller
        teller.chapter("The cut is lifted, but repair waits: all nodes are frozen first")
        for node in self.cluster.nodes:
            self.cli(node.name, "freeze")
        self.cluster.heal()
        self.cluster.wait_linked()
        self.quote("edge-a", "diff", "edge-d", "--limit", "3", exit_code=1)
        summary, entries = self.cluster["edge-a"].diff("edge-d")
        truth = self.truth = Difference(self.west, self.east)
        teller.fact(f"by brute force over what was loaded, {len(truth.keys):,} keys differ:")
        teller.table(["", "keys"], [
            [f"only on {WEST[0]}'s side", truth.kinds["only_a"]],
            [f"only on {EAST[0]}'s side", truth.kinds["only_b"]],
            ["deleted on one side, live on the other", truth.kinds["tombstone"]],
            ["other value", truth.kinds["value"]],
            ["same value, but written on both sides: two stamps, one must win", truth.kinds["stamp"]]])
        self.demand_found(summary, entries)
        teller.fact(f"diff names exactly these: {summary['keys_differ']:,} keys of {self.total():,}, and for each "
                    f"the side that is to win; {summary['round_trips']:,} round trips, "
                    f"{megabytes(summary['bytes'])}, {summary['took_ms'] / 1000:.1f} s")

    def heal(self):
        teller = self.teller
        teller.chapter("Thaw")
        before = self.counters()
        began = time.monotonic()
        for node in self.cluster.nodes:
            self.cli(node.name, "thaw")
        self.check_all(began)
        self.healed_after = time.monotonic() - began
        teller.fact(f"all five are equal {self.healed_after:.1f} s after the first thaw "
                    "(starling check --all, on each of them)")
        # A session adds what it moved to the counters when it ends, a cut after all has moved.
        wait_until(lambda: not any(node.status()["sessions_open"] for node in self.cluster.nodes), 60,
                   "the end of every session")
        self.tell_traffic(before, self.counters())

    def prove(self):
        teller = self.teller
        teller.chapter("Proof")
        self.quote("edge-a", "diff", "edge-d", exit_code=0)
        for name in WEST[1:] + EAST:
            summary, entries = self.cluster["edge-a"].diff(name)
            demand(summary["equal"] and not entries, f"edge-a and {name} are equal for diff")
        for node in self.cluster.nodes:
            self.demand_content(node)
        teller.fact(f"on all five nodes every one of the {self.total():,} keys is what the larger stamp says: "
                    f"{self.truth.live_count():,} live, {self.total() - self.truth.live_count():,} deleted, read by MGET")

    # ---- talking to nodes ---------------------------------------------------------------------
    def write(self, name, commands, what):
        """Through redis-cli --pipe; returns the seconds it took."""
        data = b"".join(encoded(words) for words in commands)
        began = time.monotonic()
        client = subprocess.Popen(["redis-cli", "-p", str(self.cluster[name].redis_port), "--pipe"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        step = 1 << 18
        try:
            for at in range(0, len(data), step):
                client.stdin.write(data[at:at + step])
                self.teller.progress(f"{what}: {percent(at, len(data))}")
        except BrokenPipeError:
            pass  # Its output, below, says why.
        output = client.communicate(timeout=120)[0].decode()
        demand(client.returncode == 0 and f"errors: 0, replies: {len(commands)}" in output,
               f"redis-cli --pipe, {what}: {len(commands)} replies without an error; it says\n{output}")
        return time.monotonic() - began

    def cli(self, name, *words, exit_code=0):
        done = self.cluster[name].cli(*words)
        demand(done.returncode == exit_code,
               f"`starling {shlex.join(words)}` on {name} exits with {exit_code}; it exits with "
               f"{done.returncode} and says\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def quote(self, name, *words, exit_code):
        address = f"127.0.0.1:{self.cluster[name].redis_port}"
        self.teller.quote(f"starling --addr {address} {shlex.join(words)}", self.cli(name, *words, exit_code=exit_code))

    def check_all(self, began):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            checks = [pool.submit(node.cli, "check", "--all", "--within", f"{PATIENCE}s", timeout=PATIENCE + 60)
                      for node in self.cluster.nodes]
            while concurrent.futures.wait(checks, timeout=0.2).not_done:
                keys = " ".join(f"{node.redis('DBSIZE'):,}" for node in self.cluster.nodes)
                self.teller.progress(f"{time.monotonic() - began:.0f} s, keys on the nodes: {keys}")
        for node, check in zip(self.cluster.nodes, checks):
            demand(check.result().returncode == 0,
                   f"check --all on {node.name} within {PATIENCE} s; it says\n{check.result().stdout}{check.result().stderr}")

    def await_sides(self):
        for names, side in ((WEST, self.west), (EAST, self.east)):
            self.teller.progress(f"waiting for one root on {' '.join(names)}")
            for state in self.cluster.wait_equal(names):
                demand(state["keys"] == side.live_count() and state["root"]["count"] == len(side.versions),
                       f"{state['name']} holds {side.live_count():,} keys and {len(side.versions):,} records; "
                       f"it says {state['keys']:,} and {state['root']['count']:,}")

    # ---- figures ------------------------------------------------------------------------------
    def across(self):
        return [pair for a in WEST for b in EAST for pair in ((a, b), (b, a))]

    def keys_of(self, side, sections):
        return sorted(key for key, version in side.versions.items()
                      if version.value is not None and section_of(version.value) in sections)

    def total(self):
        return len(self.truth.winners)

    def counters(self):
        return {node.name: node.status()["counters"] for node in self.cluster.nodes}

    def tell_traffic(self, before, after):
        gained = {name: {key: after[name][key] - before[name][key] for key in after[name]} for name in after}
        rows = [[node.name, node.redis("DBSIZE"), gained[node.name]["exchanged_in"],
                 sum(gained[node.name][key] for key in ("sessions_equal", "sessions_repaired", "sessions_failed")),
                 megabytes(gained[node.name]["descent_bytes"]),
                 megabytes(gained[node.name]["exchange_bytes_in"] + gained[node.name]["exchange_bytes_out"])]
                for node in self.cluster.nodes]
        self.teller.table(["node", "keys", "records taken", "sessions opened", "descent", "exchange"], rows)
        descent = sum(counters["descent_bytes"] for counters in gained.values())
        exchange = sum(counters["exchange_bytes_in"] + counters["exchange_bytes_out"] for counters in gained.values())
        truth = self.truth
        needed = truth.to_a * len(WEST) + truth.to_b * len(EAST)
        self.teller.fact(f"{megabytes(truth.bytes)} differed; brought to every node that lacked it, {megabytes(needed)}")
        self.teller.fact(f"moved: {megabytes(exchange)} of exchange ({percent(exchange, needed)} of that), "
                         f"{megabytes(descent)} of descent ({percent(descent, needed)})")

    # ---- demands ------------------------------------------------------------------------------
    def demand_found(self, summary, entries):
        """`entries` are exactly the keys that differ, each of the right kind and with the right winner."""
        truth = self.truth
        demand(summary["keys_differ"] == len(truth.keys),
               f"diff counts {len(truth.keys):,} keys; it says {summary['keys_differ']:,}")
        missed, invented = truth.keys - entries.keys(), entries.keys() - truth.keys
        demand(not missed and not invented, f"diff names each key that differs and no other; {len(missed)} are "
               f"missing {sorted(missed)[:3]}, {len(invented)} do not differ {sorted(invented)[:3]}")
        for key, entry in entries.items():
            ours, theirs = self.west.versions.get(key), self.east.versions.get(key)
            kind = kind_of(ours, theirs)
            demand(entry["op"] == {"value": "differ", "stamp": "differ"}.get(kind, kind),
                   f"{key} differs by {kind}; diff says {entry['op']}")
            demand(entry["winner"] == ("a" if truth.winners[key] == ours else "b"),
                   f"the last write of {key} wins; diff says {entry}")

    def demand_content(self, node):
        keys = sorted(self.truth.winners)
        client = redis.Redis(port=node.redis_port)
        for at in range(0, len(keys), CHUNK):
            self.teller.progress(f"reading {node.name}: {percent(at, len(keys))}")
            chunk = keys[at:at + CHUNK]
            for key, value in zip(chunk, client.mget(chunk)):
                demand(value == self.truth.winners[key].value, f"{node.name} holds the winner of {key}")
        demand(client.dbsize() == self.truth.live_count(),
               f"{node.name} holds {self.truth.live_count():,} keys; it says {client.dbsize():,}")


def encoded(words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
