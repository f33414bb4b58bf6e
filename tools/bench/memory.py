#!/usr/bin/env python3
"""Resident memory of a node, empty and with records of 100 bytes, as loaded and after a restart.

    memory.py [RECORDS...]
"""
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tools/harness"))
from cluster import Cluster, wait_until  # noqa: E402

VALUE = b"x" * 100
CHUNK = 10_000


def load(node, first, last):
    client = subprocess.Popen(["redis-cli", "-p", str(node.redis_port), "--pipe"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    for at in range(first, last, CHUNK):
        client.stdin.write(b"".join(b"*3\r\n$3\r\nSET\r\n$12\r\nkey:%08d\r\n$100\r\n%s\r\n" % (number, VALUE)
                                    for number in range(at, min(at + CHUNK, last))))
    client.stdin.close()
    if client.wait() != 0:
        sys.exit("redis-cli --pipe has failed")


def settled(node):
    """Nothing waits to enter the tree any more, and all is synced."""
    state = node.status()
    return state["settling_versions"] == 0 and state["unsynced_bytes"] == 0


def show(node, what):
    state = node.status()
    print(f"{what:<28} {node.resident_bytes() / (1 << 20):>8.1f} MiB resident, "
          f"tree {state['tree_bytes'] / (1 << 20):.1f} MiB, {state['leaves']:,} leaves", flush=True)


def main():
    counts = sorted(int(word) for word in sys.argv[1:]) or [100_000, 1_000_000]
    with tempfile.TemporaryDirectory(prefix="starling-") as folder, \
            Cluster(pathlib.Path(folder, "cluster"), 1) as cluster:
        node = cluster.nodes[0]
        show(node, "empty")
        held = 0
        for count in counts:
            load(node, held, count)
            held = count
            show(node, f"{count:,} records, loading")
            wait_until(lambda: settled(node), 60, "everything is settled")
            show(node, f"{count:,} records, settled")
            node.stop()
            node.start().wait_ready(120)
            show(node, f"{count:,} records, restarted")


if __name__ == "__main__":
    main()
