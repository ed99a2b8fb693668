"""A load generator on one core: requests as JSON on standard input, times and answers as JSON on standard output.

Each connection is kept open and sends its next request when the answer to the one before has come.
"""

import json
import os
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple


class Loaded(NamedTuple):
    """What came of a run."""

    seconds: float
    latencies_ms: list[float]
    statuses: dict[str, int]


class _Connection:
    """One connection and the request it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer = b""
        self._wanted = 0
        self._began = 0.0

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self._answer, self._wanted, self._began = b"", 0, time.perf_counter()
        self.socket.sendall(request)

    def heard(self) -> tuple[float, str] | None:
        """Take what has come; gives milliseconds and status once the answer is whole."""
        piece = self.socket.recv(1 << 18)
        assert piece, "the server keeps the connection open"
        self._answer += piece
        if not self._wanted and (end := self._answer.find(b"\r\n\r\n")) >= 0:
            head = self._answer[:end].lower()
            at = head.index(b"content-length:") + len(b"content-length:")
            self._wanted = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        if not self._wanted or len(self._answer) < self._wanted:
            return None
        return (time.perf_counter() - self._began) * 1_000, self._answer[9:12].decode()


def load(port: int, requests: Iterator[bytes], connections: int) -> Loaded:
    """Send all requests over so many connections."""
    latencies: list[float] = []
    statuses: Counter[str] = Counter()
    selector = selectors.DefaultSelector()
    began = time.perf_counter()
    busy = 0
    for _ in range(connections):
        connection = _Connection(port)
        if (request := next(requests, None)) is not None:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(request)
            busy += 1
    while busy:
        for key, _ in selector.select():
            connection = key.data
            if (heard := connection.heard()) is None:
                continue
            latencies.append(heard[0])
            statuses[heard[1]] += 1
            if (request := next(requests, None)) is None:
                selector.unregister(connection.socket)
                connection.socket.close()
                busy -= 1
            else:
                connection.ask(request)
    return Loaded(time.perf_counter() - began, latencies, dict(statuses))


def main() -> None:
    """Do what standard input asks for."""
    asked: dict[str, Any] = json.load(sys.stdin)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {asked["core"]})
    requests = iter([request.encode() for request in asked["requests"]])
    json.dump(load(asked["port"], requests, asked["connections"])._asdict(), sys.stdout)


if __name__ == "__main__":
    main()
