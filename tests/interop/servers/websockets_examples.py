"""What people build first with `websockets`, one path each; see HANDLERS.

    websockets_examples.py [PORT]       without one, any that is free
"""

import asyncio
import http
import json
import sys
import time

import websockets

TOKEN = "open sesame"
chatters = set()
first_buzz = None
feeds = 0


async def echo(websocket):
    async for message in websocket:
        await websocket.send(message)


async def received(websocket):
    """Answers in words, once a message."""
    async for message in websocket:
        await websocket.send(f"Server received: {message}")


async def hello_world(websocket):
    """The same answer to whatever is said, for as long as one likes, after a moment's thought."""
    async for _ in websocket:
        await asyncio.sleep(0.05)
        await websocket.send("hello world")


async def greeting(websocket):
    """Reads a name, greets, and is done."""
    name = await websocket.recv()
    await websocket.send(f"Hello {name}!")


async def broadcast(websocket):
    """Every message to all the others; who has left is forgotten."""
    chatters.add(websocket)
    try:
        async for message in websocket:
            websockets.broadcast(chatters - {websocket}, message)
    finally:
        chatters.discard(websocket)


async def token(websocket):
    """Only for those who came with the token; see refuse_strangers."""
    await websocket.send("Welcome")
    await echo(websocket)


async def late_token(websocket):
    """Lets everybody in, then looks at the token."""
    if websocket.request_headers.get("Authorization") != f"Bearer {TOKEN}":
        await websocket.send("Unauthorized")
        await websocket.close(1008, "wrong token")
        return
    await token(websocket)


async def buzzer(websocket):
    """The first to buzz wins; the others hear how late they are."""
    global first_buzz
    async for message in websocket:
        if message != "buzz":
            continue
        now = time.monotonic()
        if first_buzz is None:
            first_buzz = now
            await websocket.send("First place!")
        else:
            await websocket.send(f"Response time: {now - first_buzz:.3f} sec slower.")


async def dies(websocket):
    """The connection is cut in the middle of the talk."""
    await websocket.recv()
    await websocket.send("I don't feel so")
    websocket.transport.abort()


async def fails(websocket):
    """A handler with a bug: `websockets` closes with 1011."""
    await websocket.recv()
    raise RuntimeError("a bug")


async def shuts(websocket):
    """Closes after the first message, in good order."""
    await websocket.recv()
    await websocket.close(1000, "that was it")


async def ticks(websocket):
    """A feed: prices for who subscribes; the first connection is cut after a few."""
    global feeds
    feeds += 1
    cut = feeds == 1
    symbol = json.loads(await websocket.recv())["subscribe"]
    print("subscribed", symbol, flush=True)
    for number in range(1, 1000):
        price = {"symbol": symbol, "feed": feeds, "tick": number, "price": 1 + number / 10000}
        await websocket.send(json.dumps(price))
        await asyncio.sleep(0.01)
        if cut and number == 7:
            websocket.transport.abort()


async def subprotocol(websocket):
    await websocket.send(str(websocket.subprotocol))


HANDLERS = {
    f"/{handler.__name__}": handler
    for handler in (
        echo, received, hello_world, greeting, broadcast, token, late_token, buzzer, dies, fails,
        shuts, subprotocol, ticks,
    )
}  # fmt: skip
HANDLERS["/"] = echo


async def refuse_strangers(path, headers):
    if path not in HANDLERS:
        return http.HTTPStatus.NOT_FOUND, [], b"no such handler\n"
    if path == "/token" and headers.get("Authorization") != f"Bearer {TOKEN}":
        challenge = [("WWW-Authenticate", 'Bearer realm="examples"')]
        return http.HTTPStatus.UNAUTHORIZED, challenge, b"the token is wrong\n"
    return None


async def main():
    async with websockets.serve(
        lambda websocket: HANDLERS[websocket.path](websocket),
        "127.0.0.1",
        int(sys.argv[1]) if len(sys.argv) > 1 else 0,
        process_request=refuse_strangers,
        subprotocols=["chat", "superchat"],
        max_size=None,
    ) as server:
        print("listening on", server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
