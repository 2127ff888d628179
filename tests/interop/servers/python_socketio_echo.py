"""python-socketio on eventlet: a message goes back to everybody; who comes and goes is printed."""

import eventlet
import eventlet.wsgi
import socketio

server = socketio.Server(async_mode="eventlet")


@server.event
def connect(sid, environ):
    print("connect", sid, flush=True)


@server.event
def message(sid, data):
    print("message", data, flush=True)
    server.emit("message", data)


@server.event
def disconnect(sid):
    print("disconnect", sid, flush=True)


listener = eventlet.listen(("127.0.0.1", 0))
print("listening on", listener.getsockname()[1], flush=True)
eventlet.wsgi.server(listener, socketio.WSGIApp(server), log_output=False)
