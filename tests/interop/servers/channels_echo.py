"""An echo consumer of Django channels as an ASGI application, for daphne."""

import django.conf
import django.core.asgi
import django.urls

django.conf.settings.configure(
    SECRET_KEY="only for tests", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True
)
http = django.core.asgi.get_asgi_application()

from channels.generic.websocket import WebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

urlpatterns = []


class Echo(WebsocketConsumer):
    def receive(self, text_data=None, bytes_data=None):
        self.send(text_data=text_data, bytes_data=bytes_data)

    def disconnect(self, code):
        print(f"disconnected {code}", flush=True)


application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter([django.urls.path("echo/", Echo.as_asgi())]),
    }
)
