"""A JSON-RPC calculator, a GraphQL greeter and a STOMP echo, each on its path, on websockets."""

import asyncio
import json

import websockets


async def calculate(socket):
    async for text in socket:
        call = json.loads(text)
        first, second = call["params"]
        reply = {"jsonrpc": "2.0", "result": first - second, "id": call["id"]}
        await socket.send(json.dumps(reply))


async def greet(socket):
    assert socket.subprotocol == "graphql-transport-ws"
    async for text in socket:
        said = json.loads(text)
        if said["type"] == "connection_init":
            await socket.send('{"type":"connection_ack"}')
        elif said["type"] == "subscribe":
            data = {"data": {"query": said["payload"]["query"]}}
            await socket.send(json.dumps({"id": said["id"], "type": "next", "payload": data}))
            await socket.send(json.dumps({"id": said["id"], "type": "complete"}))


async def stomp(socket):
    assert socket.subprotocol == "v12.stomp"
    async for text in socket:
        if text.startswith("CONNECT\n"):
            await socket.send("CONNECTED\nversion:1.2\n\n\0")
        elif text.startswith("SEND\n"):
            body = text.split("\n\n")[1]
            await socket.send(f"MESSAGE\ndestination:/queue/a\n\n{body}")


async def main():
    talks = {"/rpc": calculate, "/graphql": greet, "/stomp": stomp}

    async def talk(socket):
        await talks[socket.path](socket)

    protocols = ["graphql-transport-ws", "v12.stomp"]
    async with websockets.serve(talk, "127.0.0.1", 0, subprotocols=protocols) as server:
        print("listening on", server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
