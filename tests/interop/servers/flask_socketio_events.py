"""Flask-SocketIO on eventlet: events, JSON, namespaces, auth, acknowledgements, bytes, disconnect."""

import eventlet
import eventlet.wsgi
import flask
import flask_socketio

application = flask.Flask(__name__)
socketio = flask_socketio.SocketIO(application, async_mode="eventlet", ping_interval=0.3)


@socketio.on("connect")
def connected():
    flask_socketio.emit("my event", {"data": "Connected"})


@socketio.on("message")
def message(data):
    flask_socketio.send(data)


@socketio.on("json")
def json(data):
    flask_socketio.send(data, json=True)


@socketio.on("my event")
def my_event(data):
    flask_socketio.emit("my event", data, broadcast=True)


@socketio.on("sum")
def sum_up(*numbers):
    return sum(numbers)


@socketio.on("blob")
def blob(data):
    flask_socketio.emit("blob", bytes(reversed(data)))


@socketio.on("ask me")
def ask_me():
    flask_socketio.emit("question", "name?", callback=lambda *words: print("answer", words))


@socketio.on("leave")
def leave():
    flask_socketio.disconnect()


@socketio.on("disconnect")
def disconnected():
    print("disconnected", flush=True)


@socketio.on("connect", namespace="/chat")
def chat_connected(auth):
    if not auth or auth.get("token") != "open sesame":
        raise flask_socketio.ConnectionRefusedError("wrong token")
    flask_socketio.emit("welcome", auth["token"])


@socketio.on("message", namespace="/chat")
def chat_message(data):
    flask_socketio.send(data, broadcast=True)


listener = eventlet.listen(("127.0.0.1", 0))
print("listening on", listener.getsockname()[1], flush=True)
eventlet.wsgi.server(listener, application, log_output=False)
