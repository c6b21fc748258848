"""The load: a process of its own that sends what it is given on standard input, and says how long each answer took.

`closed N`: N connections, each sends its next request when the last is answered. `open RATE`: so many begin each second whatever the
server does; time counts from when a request was due, so that waiting in line is seen (the error called coordinated omission).
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque

CONNECTIONS = 256  # of an open loop, at most


class Connection:
    """One connection to the server, opened again when the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self.address, self.reader, self.writer = (host, port), None, None

    async def send(self, request: bytes) -> int:
        """The status of the answer, which is read to its end."""
        for fresh in (False, True):
            if self.writer is None or fresh:
                self.reader, self.writer = await asyncio.open_connection(*self.address)
            try:
                self.writer.write(request)
                head = await self.reader.readuntil(b"\r\n\r\n")
                break
            except (asyncio.IncompleteReadError, ConnectionError):
                if fresh:
                    raise
        lines = head.lower().split(b"\r\n")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        await self.reader.readexactly(length)
        if b"connection: close" in lines:
            self.writer.close()
            self.writer = None
        return int(lines[0].split(b" ")[1])


async def closed(connections: list[Connection], requests: deque[bytes], taken: list[float], statuses: Counter[int]) -> None:
    async def one(connection: Connection) -> None:
        while requests:
            request, start = requests.popleft(), time.perf_counter()
            statuses[await connection.send(request)] += 1
            taken.append(time.perf_counter() - start)

    await asyncio.gather(*(one(connection) for connection in connections))


async def opened(rate: float, connections: list[Connection], requests: deque[bytes], taken: list[float], statuses: Counter[int]) -> None:
    free = deque(connections)
    waiting: deque[tuple[bytes, float]] = deque()

    async def serve(connection: Connection) -> None:
        while waiting:
            request, due = waiting.popleft()
            statuses[await connection.send(request)] += 1
            taken.append(time.perf_counter() - due)
        free.append(connection)

    begin, tasks = time.perf_counter(), set()
    for n, request in enumerate(list(requests)):
        due = begin + n / rate
        if (left := due - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        waiting.append((request, due))
        if free:
            task = asyncio.create_task(serve(free.popleft()))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)


async def main() -> None:
    given = json.load(sys.stdin)
    head = f"POST {given['path']} HTTP/1.1\r\nHost: 127.0.0.1:{given['port']}\r\nContent-Type: application/json\r\n"
    requests = deque(
        f"{head}{lines}Content-Length: {len(body)}\r\n\r\n{body}".encode()
        for lines, body in given["requests"]  # ASCII alone
    )
    taken: list[float] = []
    statuses: Counter[int] = Counter()
    way, number = given["way"], given["number"]
    connections = [Connection("127.0.0.1", given["port"]) for _ in range(number if way == "closed" else CONNECTIONS)]
    begin = time.perf_counter()
    await (closed(connections, requests, taken, statuses) if way == "closed" else opened(number, connections, requests, taken, statuses))
    print(json.dumps({"seconds": time.perf_counter() - begin, "taken": sorted(taken), "statuses": statuses}))


if __name__ == "__main__":
    asyncio.run(main())
