#!/usr/bin/env python3
"""Runs a command in a network of its own, in which firewall rules harm nobody.

isolate.py [--publish PORT,PORT,...] [--ready FILE] -- COMMAND...

Ports named by --publish stay reachable from where we were started: each connection to 127.0.0.1:PORT
out there is carried to 127.0.0.1:PORT in here. A socket belongs to the network it was made in, so one
process can listen outside and connect inside. In a container the network is already our own, and
"outside" is the container's own address, which the engine publishes.

FILE receives our process id as soon as the ports answer.
"""
import argparse
import asyncio
import fcntl
import os
import pathlib
import socket
import struct
import sys


def enter_own_network():
    if os.environ.get("STARLING_INSIDE") == "container":
        return
    user, group = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWNET | (0 if user == 0 else os.CLONE_NEWUSER))
    if user != 0:  # Root in here only, which is enough for a network that is ours.
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    siocsifflags, iff_up, iff_running = 0x8914, 0x1, 0x40
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, siocsifflags, struct.pack("16sH14x", b"lo", iff_up | iff_running))


def outside_address():
    if os.environ.get("STARLING_INSIDE") != "container":
        return "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # Sends nothing: asks which address would be ours.
        return probe.getsockname()[0]


def listen(address, port):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as error:
        sys.exit(f"isolate.py: cannot listen on {address}:{port}: {error.strerror}")
    listener.listen(256)
    return listener


async def pour(reader, writer):
    try:
        while chunk := await reader.read(1 << 16):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


async def carry(reader, writer, port):
    try:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        writer.transport.abort()
        return
    await asyncio.gather(pour(reader, inner_writer), pour(inner_reader, writer))
    writer.close()
    inner_writer.close()


async def run(listeners, ready, command):
    for port, listener in listeners.items():
        await asyncio.start_server(lambda r, w, p=port: carry(r, w, p), sock=listener)
    if ready:
        partial = ready.with_suffix(".partial")
        partial.write_text(f"{os.getpid()}\n")
        partial.rename(ready)
    process = await asyncio.create_subprocess_exec(*command)
    status = await process.wait()
    return status if status >= 0 else 128 - status


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--publish", default="", metavar="PORT,...")
    parser.add_argument("--ready", type=pathlib.Path, metavar="FILE")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    ports = [int(port) for port in options.publish.split(",") if port]
    listeners = {port: listen(outside_address(), port) for port in ports}
    enter_own_network()
    if not listeners and not options.ready:
        os.execvp(options.command[0], options.command)
    sys.exit(asyncio.run(run(listeners, options.ready, options.command)))


if __name__ == "__main__":
    main()
