#!/usr/bin/env python3
"""One node and redis-server under the same load in the same minutes.

redis-benchmark -P 16 -d 100 -r 100000, SET and GET, 50 connections over loopback TCP; redis-server
keeps an append-only file synced every second. The two take turns, so that what else the machine does
meets both; medians and their ratio are printed, and the processor time that each server spent on a
request, which does not depend on who else is at work.

    redis_compare.py [--requests N] [--repetitions N]
"""
import argparse
import contextlib
import csv
import io
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tools/harness"))
from cluster import Cluster, wait_until  # noqa: E402

REDIS_PORT = 6479
COMMANDS = ("SET", "GET")


def free_of(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextlib.contextmanager
def redis_server(folder):
    folder.mkdir()
    server = subprocess.Popen(
        ["redis-server", "--port", str(REDIS_PORT), "--bind", "127.0.0.1", "--dir", folder, "--save", "",
         "--appendonly", "yes", "--appendfsync", "everysec"], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: not free_of(REDIS_PORT), 10, "redis-server answers")
        yield REDIS_PORT, server.pid
    finally:
        server.terminate()
        server.wait()


def processor_seconds(pid):
    user, system = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def measure(port, pid, command, requests):
    """(requests a second, microseconds of processor per request)."""
    before = processor_seconds(pid)
    text = subprocess.run(
        ["redis-benchmark", "-p", str(port), "-P", "16", "-d", "100", "-r", "100000", "-n", str(requests),
         "-t", command.lower(), "--csv"], capture_output=True, text=True, check=True).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    rate = float(next(row["rps"] for row in rows if row["test"] == command))
    return rate, (processor_seconds(pid) - before) / requests * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=500_000)
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="starling-") as folder, \
            Cluster(pathlib.Path(folder, "cluster"), 1) as cluster, \
            redis_server(pathlib.Path(folder, "redis")) as redis:
        servers = {"starlingd": (cluster.nodes[0].redis_port, cluster.nodes[0].pid()), "redis-server": redis}
        for command in COMMANDS:
            compare(servers, command, options)


def compare(servers, command, options):
    figures = {name: [] for name in servers}
    for _ in range(options.repetitions):
        for name, (port, pid) in servers.items():
            figures[name].append(measure(port, pid, command, options.requests))
    medians = {name: [statistics.median(column) for column in zip(*values)] for name, values in figures.items()}
    for name, (rate, processor) in medians.items():
        each = ", ".join(f"{rate:,.0f}" for rate, _ in figures[name])
        print(f"{command}  {name:<12}  {rate:>9,.0f}/s  {processor:>5.1f} µs of processor   ({each})", flush=True)
    (our_rate, our_processor), (their_rate, their_processor) = medians.values()
    print(f"{command}  ratio         {our_rate / their_rate:>9.2f}    {our_processor / their_processor:>5.1f}", flush=True)


if __name__ == "__main__":
    main()
