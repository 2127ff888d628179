"""A JSON-RPC calculator, a GraphQL greeter and a small STOMP broker, each on its path."""

import asyncio
import json

import websockets

METHODS = {
    "subtract": lambda first, second: first - second,
    "sum": lambda *words: sum(words),
    "build": lambda what: {"what": what, "state": "done"},
}


def answered(call):
    """The reply of JSON-RPC 2.0 to one call; None for a notification."""
    if not isinstance(call, dict) or call.get("jsonrpc") != "2.0" or "method" not in call:
        return failed(None, -32600, "Invalid Request")
    words = call.get("params", [])
    method = METHODS.get(call["method"])
    if method is None:
        reply = failed(call.get("id"), -32601, "Method not found")
    else:
        try:
            result = method(**words) if isinstance(words, dict) else method(*words)
            reply = {"jsonrpc": "2.0", "result": result, "id": call.get("id")}
        except TypeError as error:
            reply = failed(call.get("id"), -32602, "Invalid params", str(error))
    return reply if "id" in call else None


def failed(number, code, message, data=None):
    error = {"code": code, "message": message, **({"data": data} if data else {})}
    return {"jsonrpc": "2.0", "error": error, "id": number}


async def calculate(socket):
    async for text in socket:
        try:
            call = json.loads(text)
        except ValueError:
            reply = failed(None, -32700, "Parse error")
        else:
            if isinstance(call, list) and call:
                reply = [one for one in map(answered, call) if one] or None
            else:
                reply = answered(call)
            if isinstance(call, dict) and call.get("method") == "build":
                for percent in (50, 100):
                    note = {"jsonrpc": "2.0", "method": "progress", "params": [percent]}
                    await socket.send(json.dumps(note))
            if isinstance(call, dict) and call.get("method") == "ask me":
                await socket.send('{"jsonrpc":"2.0","method":"your name","id":"q1"}')
                reply = None
            if isinstance(call, dict) and "result" in call:
                await socket.send(json.dumps({"jsonrpc": "2.0", "method": "told", "params": call}))
                reply = None
        if reply:
            await socket.send(json.dumps(reply))


async def count(socket, number):
    for tick in range(1000):
        data = {"data": {"tick": tick}}
        await socket.send(json.dumps({"id": number, "type": "next", "payload": data}))
        await asyncio.sleep(0.02)


async def greet(socket):
    """graphql-transport-ws: queries, an error, an endless subscription, three ticks."""
    assert socket.subprotocol == "graphql-transport-ws"
    running = {}
    async for text in socket:
        said = json.loads(text)
        number = said.get("id")
        if said["type"] == "connection_init":
            print("init", json.dumps(said.get("payload")), flush=True)
            await socket.send('{"type":"ping","payload":{"at":1}}')
            assert json.loads(await socket.recv()) == {"type": "pong", "payload": {"at": 1}}
            await socket.send('{"type":"connection_ack"}')
        elif said["type"] == "complete":
            running.pop(number).cancel()
            print("completed", number, flush=True)
        elif "wrong" in said["payload"]["query"]:
            errors = [{"message": "no field wrong"}]
            await socket.send(json.dumps({"id": number, "type": "error", "payload": errors}))
        elif said["payload"]["query"].startswith("subscription"):
            running[number] = asyncio.create_task(count(socket, number))
        else:
            query = said["payload"]["query"]
            fields = {"query": query, **said["payload"].get("variables", {})}
            data = {"data": {**fields, "hello": "world"} if "hello" in query else fields}
            await socket.send(json.dumps({"id": number, "type": "next", "payload": data}))
            await socket.send(json.dumps({"id": number, "type": "complete"}))


def stomp_frame(text):
    head, _, body = text.rstrip("\0").partition("\n\n")
    command, *lines = head.split("\n")
    return command, dict(line.split(":", 1) for line in lines), body


async def stomp(socket):
    """Sends to the subscribers of a destination; receipts and errors as STOMP 1.2 has them."""
    assert socket.subprotocol == "v12.stomp"
    subscribed = {}
    async for text in socket:
        if text == "\n":
            print("heart-beat", flush=True)
            continue
        command, headers, body = stomp_frame(text)
        print(command, flush=True)
        if "Authorization" in headers:
            print("authorized", headers["Authorization"], flush=True)
        if command == "CONNECT":
            if headers.get("login") == "stranger":
                await socket.send("ERROR\nmessage:who are you\n\n\0")
                return
            await socket.send("CONNECTED\nversion:1.2\nheart-beat:500,50\n\n\0")
            asyncio.create_task(beat(socket))
        elif command == "SUBSCRIBE":
            subscribed[headers["id"]] = headers["destination"]
        elif command == "UNSUBSCRIBE":
            del subscribed[headers["id"]]
        elif command == "SEND" and headers["destination"] == "/nowhere":
            await socket.send("ERROR\nmessage:no such destination\n\nit is /nowhere\0")
        elif command == "SEND":
            for number, destination in subscribed.items():
                if destination == headers["destination"]:
                    await socket.send(
                        f"MESSAGE\nsubscription:{number}\nmessage-id:1\ndestination:{destination}\n"
                        f"content-length:{len(body.encode())}\n\n{body}\0"
                    )
        if "receipt" in headers:
            await socket.send(f"RECEIPT\nreceipt-id:{headers['receipt']}\n\n\0")


async def beat(socket):
    while socket.open:
        await asyncio.sleep(0.05)
        await socket.send("\n")


async def main():
    talks = {"/rpc": calculate, "/graphql": greet, "/stomp": stomp}

    async def talk(socket):
        await talks[socket.path](socket)

    protocols = ["graphql-transport-ws", "v12.stomp"]
    async with websockets.serve(talk, "127.0.0.1", 0, subprotocols=protocols) as server:
        print("listening on", server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
