#!/usr/bin/env python3
"""What `tools/dev up` shows: five nodes that were told different things while cut apart, and how
they find out and agree.

    demo.py fetch    brings the package indexes that it is shown on, while there is a network
    demo.py up       shows it, and leaves the five nodes running
"""
import argparse
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(TOP / "tools/harness"), str(TOP / "tools/demo")]

import indexes  # noqa: E402
from cluster import Cluster, HarnessError  # noqa: E402
from story import Mismatch, Story  # noqa: E402
from teller import Teller  # noqa: E402

CACHE = TOP / "build/demo"
FOLDER = TOP / "build/run/up/cluster"


def fetch():
    """Without a network the story has generated data: no reason to fail."""
    try:
        indexes.fetch(CACHE)
        print(f"package indexes of {' and '.join(indexes.RELEASES)}: in {CACHE.relative_to(TOP)}/")
    except indexes.NotInReach as reason:
        print(f"no package indexes ({reason}): the demonstration will use generated data", file=sys.stderr)


def up():
    cluster = Cluster(FOLDER, 5)
    if any(node.is_running() for node in cluster.nodes):
        sys.exit("these nodes run already: tools/dev down first")
    print("Starling: five replicas that nobody leads")
    data = indexes.load(CACHE)
    cluster.start()
    Story(cluster, data, Teller()).tell()
    leave(cluster)


def leave(cluster):
    print("\nThe cluster stays up. On this host's loopback:")
    for node in cluster.nodes:
        print(f"   {node.name}   Redis 127.0.0.1:{node.redis_port}   HTTP 127.0.0.1:{node.http_port}")
    first, last = cluster.nodes[0], cluster.nodes[-1]
    print(f"""Try:
   tools/dev shell -- redis-cli -p {last.redis_port} GET pkg/bash
   tools/dev shell -- starling --addr 127.0.0.1:{first.redis_port} diff {last.name}
   curl http://127.0.0.1:{first.http_port}/api/v1/status
Stop it, and remove its data:
   tools/dev down""")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    acts = {"fetch": fetch, "up": up}
    parser.add_argument("act", choices=acts)
    try:
        acts[parser.parse_args().act]()
    except (Mismatch, HarnessError, OSError) as error:
        sys.exit(f"\nthe demonstration failed. Expected: {error}")


if __name__ == "__main__":
    main()
