"""Flask-SocketIO on eventlet: connect, unnamed `message`, `json`, `my event`, broadcast."""

import eventlet
import eventlet.wsgi
import flask
import flask_socketio

application = flask.Flask(__name__)
socketio = flask_socketio.SocketIO(application, async_mode="eventlet")


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


listener = eventlet.listen(("127.0.0.1", 0))
print("listening on", listener.getsockname()[1], flush=True)
eventlet.wsgi.server(listener, application, log_output=False)
