"""nginx with a configuration of its own, as a child in the foreground, on a port that is surely
free: the listening socket is bound here and handed over, as nginx's own binary upgrade does it."""

import shutil
import socket
import tempfile
import time
from pathlib import Path

from .foreign import Foreign
from .program import TIME_FACTOR

_CONFIG = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr notice;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    server_name localhost;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    {server}
  }}
}}
"""

PROXY = """proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Host $host;"""


class Nginx:
    """`server`: the inside of the server block; `pair`: certificate and key."""

    def __init__(self, server, pair):
        self._folder = tempfile.TemporaryDirectory(prefix="wscope-nginx-")
        folder = Path(self._folder.name)
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        config = folder / "nginx.conf"
        config.write_text(
            _CONFIG.format(
                folder=folder, port=self.port, certificate=pair[0], key=pair[1], server=server
            )
        )
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin") or "nginx"
        words = [program, "-e", "stderr", "-p", folder, "-c", config]
        try:
            self._nginx = Foreign(
                *words,
                ready=r"start worker process \d+",
                env={"NGINX": f"{listener.fileno()};"},
                pass_fds=[listener.fileno()],
            )
        finally:
            listener.close()
        self.url = f"wss://localhost:{self.port}"

    def stop(self):
        self._nginx.stop()
        end = time.monotonic() + 5 * TIME_FACTOR
        while time.monotonic() < end:
            try:
                self._folder.cleanup()
                return
            except OSError:
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.stop()
        return False
