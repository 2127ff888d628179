"""A proxy that kills connections at random for a minute: with --reconnect nothing that was accepted
is lost or doubled silently.

Numbered lines go through wscope and the proxy to a real server. At the end each line has arrived
once, or is one of those that were in flight when a connection died, which stderr counted.
"""

import asyncio
import os
import random
import re
import struct
import socket
import threading
import time
import unittest

import websockets

from support.dialogue import Dialogue
from support.program import TIME_FACTOR, Running

SECONDS = float(os.environ.get("WSCOPE_CHAOS_SECONDS") or 60)
SLOW = 1_500_000  # bytes per second through the proxy: less than what is sent, so lines queue up
RESET = struct.pack("ii", 1, 0)


class World:
    """The server and the proxy before it, on a loop of their own."""

    def __init__(self, dice: random.Random):
        self.dice = dice
        self.arrived = []  # per connection through the proxy, in their order: the lines that came
        self._lines = {}  # the same by the proxy's port; one that was reset is soon another's
        self.deaths = {"reset": 0, "cut": 0, "frozen": 0}
        self.killing = True
        self._links = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)

    async def _open(self):
        self._server = await websockets.serve(
            self._serve, "127.0.0.1", 0, max_size=None, max_queue=None, ping_interval=None,
            close_timeout=1,
        )
        self._target = self._server.sockets[0].getsockname()[1]
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        self._proxy = await asyncio.start_server(self._link, sock=listener)
        return self._proxy.sockets[0].getsockname()[1]

    async def _serve(self, socket_):
        lines = self._lines[socket_.remote_address[1]]
        try:
            async for message in socket_:
                lines.append(message)
                if self.dice.random() < 0.01:
                    await socket_.send(f"seen {message[:8]}")
        except websockets.ConnectionClosed:
            pass

    async def _link(self, client_in, client_out):
        """One connection through the proxy, with the way it is to die."""
        self._links.add(asyncio.current_task())
        server_in, server_out = await asyncio.open_connection("127.0.0.1", self._target)
        self.arrived.append([])
        self._lines[server_out.get_extra_info("sockname")[1]] = self.arrived[-1]
        death = self.dice.choice(list(self.deaths))
        left = [self.dice.randrange(200, 400_000) if death == "cut" else None]
        ways = [
            asyncio.ensure_future(self._carry(client_in, server_out, left)),
            asyncio.ensure_future(self._carry(server_in, client_out, [None])),
        ]
        wait = self.dice.uniform(0.05, 2.0) if death != "cut" else 3.0
        done, _ = await asyncio.wait(
            ways, timeout=wait * TIME_FACTOR, return_when=asyncio.FIRST_COMPLETED
        )
        try:
            while not done and not self.killing:
                done, _ = await asyncio.wait(ways, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
            if self.killing:
                self.deaths[death] += 1
                if death == "frozen":
                    for way in ways:
                        way.cancel()
                    await asyncio.sleep(2.5 * TIME_FACTOR)
        finally:  # also when it is ended frozen: the server would wait for its client
            for way in ways:
                way.cancel()
            for writer in (client_out, server_out):
                if self.killing:
                    sock = writer.get_extra_info("socket")
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.close()
            self._links.discard(asyncio.current_task())

    async def _carry(self, reader, writer, left):
        """Until the end of the stream, or until `left` bytes went through, then cut."""
        while data := await reader.read(16384):
            if self.killing and left[0] is not None:
                data = data[: left[0]]
                left[0] -= len(data)
            writer.write(data)
            await writer.drain()
            if self.killing:
                await asyncio.sleep(len(data) / SLOW)
            if self.killing and left[0] == 0:
                return

    def close(self):
        async def end():
            self._proxy.close()
            self._server.close()
            for link in list(self._links):
                link.cancel()
            await asyncio.gather(*self._links, return_exceptions=True)
            await self._server.wait_closed()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Chaos(Dialogue):
    def test_nothing_is_lost_or_doubled_silently(self):
        seed = int(os.environ.get("WSCOPE_CHAOS_SEED") or time.time())
        dice = random.Random(seed)
        world = World(random.Random(seed + 1))
        self.addCleanup(world.close)
        words = ["--reconnect", "--no-deflate", "--ping-interval", "0.4", "--pong-timeout", str(1.5 * TIME_FACTOR)]
        sent = 0
        with Running(*words, "-w", "0.2", f"ws://127.0.0.1:{world.port}/") as client:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                burst = []
                for _ in range(dice.randrange(1, 400)):
                    size = dice.choice((0, 0, 10, 100, 3000 if dice.random() < 0.99 else 900_000))
                    burst.append(f"{sent:08d}{'x' * dice.randrange(size + 1)}\n")
                    sent += 1
                client.send("".join(burst))
                time.sleep(dice.uniform(0, 0.2))
            world.killing = False
            client.end_input()
            ended = client.wait(120)
        # One line of stderr for each connection that died, in their order.
        told = []
        for line in re.findall(r"^.*; connecting again in .*$", ended.errors, re.M):
            flying = re.search(r"(\d+) messages? in flight", line)
            told.append(int(flying.group(1)) if flying else 0)
        numbers = [int(line[:8]) for lines in world.arrived for line in lines]
        lost = sent - len(set(numbers))
        with self.subTest(seed=seed, sent=sent, told=told, deaths=world.deaths):
            self.assertEqual(ended.status, 0, ended.errors[-2000:])
            self.assertGreater(sum(world.deaths.values()), SECONDS / 10)
            self.assertEqual(len(told), len(world.arrived) - 1)
            self.assertEqual(len(numbers), len(set(numbers)), "doubled")
            self.assertEqual(numbers, sorted(numbers), "out of order")
            expected, allowed = 0, 0
            for lines, flying in zip(world.arrived, [*told, 0], strict=True):
                for line in lines:
                    self.assertLessEqual(int(line[:8]) - expected, allowed, "lost silently")
                    expected, allowed = int(line[:8]) + 1, 0
                allowed += flying
            # The last connection that died may have had the very last lines in flight.
            self.assertLessEqual(sent - expected, allowed, "lost silently at the end")
        print(
            f"{sent} lines, {len(world.arrived)} connections, deaths {world.deaths}; "
            f"{sum(told)} told to be in flight, {lost} of them lost"
        )


if __name__ == "__main__":
    unittest.main()
