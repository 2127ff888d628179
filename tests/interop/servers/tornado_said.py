"""Tornado's usual handler: /websocket answers `You said: …`; /deflate does so compressed."""

import asyncio

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket


class Said(tornado.websocket.WebSocketHandler):
    def open(self):
        print("opened", flush=True)

    def on_message(self, message):
        if isinstance(message, bytes):
            self.write_message(message, binary=True)
        else:
            self.write_message(f"You said: {message}")

    def on_close(self):
        print(f"closed {self.close_code}", flush=True)


class Compressed(Said):
    def get_compression_options(self):
        return {}


async def main():
    application = tornado.web.Application([("/websocket", Said), ("/deflate", Compressed)])
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    tornado.httpserver.HTTPServer(application).add_sockets(sockets)
    print("listening on", sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
