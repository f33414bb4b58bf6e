"""Nodes are killed under load and started again, several times. No write that was acknowledged as
durable is missing anywhere afterwards, and a node that was killed has its own at once.

    test_kill.py [--seed N] [--kills N]
"""
import argparse
import pathlib
import random
import sys
import tempfile
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tools/harness"))
from cluster import Cluster, wait_until  # noqa: E402
from resp import Connection, ReplyError  # noqa: E402

NODES = 5
KEYS_OF_A_CLIENT = 400
BURST = 8
WRITES_BETWEEN_KILLS = 500  # Acknowledged by the node to be killed.


class Client(threading.Thread):
    """Writes keys of its own, so that the newest of them is what its clock-less history says.

    A key's value is the number of its write. What was sent last and not acknowledged may be there
    or not: anything from the newest acknowledged to the newest sent is right.
    """

    def __init__(self, node, seed):
        super().__init__(daemon=True)
        self.node = node
        self.dice = random.Random(f"{seed} {node.name}")
        self.acknowledged, self.sent = {}, {}  # key -> number
        self.count, self.promised = 0, 0  # Writes sent, and those acknowledged.
        self.lost_connections = 0
        self.trouble = None
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            try:
                with Connection(self.node.redis_port, timeout=30) as connection:
                    connection.command("STARLING", "ACK", "durable")
                    while not self.stopping.is_set():
                        self.write(connection)
            except ReplyError as error:
                if not str(error).startswith("LOADING"):
                    self.trouble = error
                    return
            except OSError:  # It was killed.
                self.lost_connections += 1
            self.stopping.wait(0.01)

    def write(self, connection):
        numbers = {}
        for _ in range(BURST):
            self.count += 1
            key = f"{self.node.name}:{self.dice.randrange(KEYS_OF_A_CLIENT)}"
            numbers[key] = self.sent[key] = self.count
        replies = connection.pipeline(
            [["SET", key, f"{number}:" + "x" * self.dice.randrange(300)] for key, number in numbers.items()])
        for (key, number), reply in zip(numbers.items(), replies):
            if isinstance(reply, ReplyError):
                raise reply
            self.acknowledged[key] = number
            self.promised += 1


def check(node, client):
    """`node` holds what `client` was promised."""
    keys = list(client.acknowledged)
    for key, value in zip(keys, node.redis("MGET", *keys, timeout=30)):
        number = int(value.split(b":")[0]) if value else 0
        assert client.acknowledged[key] <= number <= client.sent[key], (
            f"{node.name} has write {number} of {key}, {client.acknowledged[key]} was acknowledged, "
            f"{client.sent[key]} was the last one sent")


def await_writes(client, more):
    enough = client.promised + more
    wait_until(lambda: client.trouble or client.promised >= enough, 60, f"{more} writes on {client.node.name}")
    assert not client.trouble, (client.node.name, client.trouble)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--kills", type=int, default=8)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.kills} kills", flush=True)
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="starling-") as folder, \
            Cluster(pathlib.Path(folder, "cluster"), NODES) as cluster:
        cluster.wait_linked()
        clients = {node.name: Client(node, options.seed) for node in cluster.nodes}
        for client in clients.values():
            client.start()
        for _ in range(options.kills):
            victims = dice.sample(cluster.nodes, dice.choice([1, 1, 2]))
            for victim in victims:
                await_writes(clients[victim.name], WRITES_BETWEEN_KILLS)
            for victim in victims:
                victim.kill()
            promised = {victim.name: dict(clients[victim.name].acknowledged) for victim in victims}
            for victim in victims:
                victim.start().wait_ready()
                found = victim.redis("MGET", *promised[victim.name], timeout=30)
                for (key, number), value in zip(promised[victim.name].items(), found):
                    assert value and int(value.split(b":")[0]) >= number, (victim.name, key, number, value)
        for client in clients.values():
            await_writes(client, 1)
            client.stopping.set()
            client.join()
        cluster.wait_linked()
        cluster.wait_equal()
        for node in cluster.nodes:
            for client in clients.values():
                check(node, client)
        print(f"{sum(client.promised for client in clients.values()):,} durable writes, "
              f"{sum(client.lost_connections for client in clients.values())} connections lost or refused; "
              f"all {NODES} nodes hold the newest acknowledged of {sum(len(c.acknowledged) for c in clients.values()):,} keys")


main()
