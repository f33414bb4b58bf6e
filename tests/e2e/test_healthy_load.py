"""Clients write to every node of a healthy cluster: rumours carry all of it, repair next to nothing,
and when the writing stops all nodes are equal at once.

    test_healthy_load.py [--seconds 30] [--rate 1000]
"""
import argparse
import pathlib
import random
import sys
import tempfile
import threading
import time

import redis

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tools/harness"))
from cluster import Cluster  # noqa: E402

KEYS = 20_000
REPAIRED_MAX = 0.001  # Of the records that had to reach a node.
EQUAL_WITHIN = 5  # Seconds after the last write.
BURST = 20  # Commands of one pipeline: an application's, not a bulk load.


class Client(threading.Thread):
    """Writes to one node at a steady rate, overwriting keys that others write too."""

    def __init__(self, node, rate, seconds):
        super().__init__()
        self.node, self.rate, self.seconds = node, rate, seconds
        self.writes, self.trouble = 0, None

    def run(self):
        try:
            self.write()
        except Exception as error:  # Told by whoever joins us.
            self.trouble = error

    def write(self):
        dice = random.Random(self.node.name)
        client = redis.Redis(port=self.node.redis_port)
        began = time.monotonic()
        while (elapsed := time.monotonic() - began) < self.seconds:
            if self.writes >= elapsed * self.rate:
                time.sleep(BURST / self.rate / 4)
                continue
            pipeline = client.pipeline(transaction=False)
            for _ in range(BURST):
                key = f"key:{dice.randrange(KEYS)}"
                if dice.random() < 0.1:
                    pipeline.delete(key)
                else:
                    pipeline.set(key, dice.randbytes(dice.randrange(1, 300)))
            pipeline.execute()
            self.writes += BURST


def total(states, name):
    return sum(state["counters"][name] for state in states)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rate", type=int, default=1000, help="operations a second on each node")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="starling-") as folder, \
            Cluster(pathlib.Path(folder, "cluster"), 5) as cluster:
        cluster.wait_linked()
        clients = [Client(node, options.rate, options.seconds) for node in cluster.nodes]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
            assert not client.trouble, (client.node.name, client.trouble)
        stopped = time.monotonic()
        states = cluster.wait_equal(timeout=EQUAL_WITHIN)
        equal_after = time.monotonic() - stopped

        asked = options.rate * options.seconds * len(clients)
        done = sum(client.writes for client in clients)
        written = total(states, "local_writes")  # Deletes of what is absent write nothing.
        repaired = total(states, "exchanged_in")
        share = repaired / (written * (len(clients) - 1))
        print(f"{done:,} operations in {options.seconds} s ({done / asked:.0%} of what was asked), {written:,} records")
        print(f"taken from rumours {total(states, 'rumours_taken'):,}, known or older {total(states, 'rumours_known'):,}, "
              f"refused {total(states, 'rumours_refused'):,}, missed {total(states, 'rumours_missed'):,}")
        print(f"moved by repair {repaired:,} ({share:.3%}), sessions that repaired "
              f"{total(states, 'sessions_repaired')}, equal {equal_after:.1f} s after the last write")
        assert done >= 0.9 * asked, "the machine is too slow for the rate asked, the rest proves nothing"
        assert share <= REPAIRED_MAX, share


main()
