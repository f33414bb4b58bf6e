"""A Redis client of forty lines, for harness and tests that must not depend on any package."""
import socket


class ReplyError(Exception):
    """What the server answered with a minus sign."""


class Connection:
    def __init__(self, address, timeout=10):
        """`address`: a port of 127.0.0.1, or the path of a unix socket."""
        if isinstance(address, int):
            self.socket = socket.create_connection(("127.0.0.1", address), timeout)
        else:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(timeout)
            self.socket.connect(str(address))
        self.reader = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.reader.close()
        self.socket.close()

    def command(self, *words):
        self.send([words])
        return self.receive()

    def pipeline(self, commands):
        """The replies to all of them; an error reply is returned, not raised."""
        self.send(commands)
        return [self._reply() for _ in commands]

    def send(self, commands):
        parts = []
        for words in commands:
            parts.append(b"*%d\r\n" % len(words))
            for word in words:
                data = word if isinstance(word, bytes) else str(word).encode()
                parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
        self.socket.sendall(b"".join(parts))

    def receive(self):
        reply = self._reply()
        if isinstance(reply, ReplyError):
            raise reply
        return reply

    def _reply(self):
        line = self.reader.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return ReplyError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"_":
            return None
        if kind == b"$":
            if int(rest) < 0:
                return None
            data = self.reader.read(int(rest) + 2)
            if len(data) != int(rest) + 2:
                raise ConnectionError("the server closed the connection")
            return data[:-2]
        if kind in b"*~":
            return None if int(rest) < 0 else [self._reply() for _ in range(int(rest))]
        if kind == b"%":
            return {self._reply(): self._reply() for _ in range(int(rest))}
        raise ConnectionError(f"not a reply: {line!r}")
