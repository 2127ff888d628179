// The page that a listening wscope shows a browser: it connects back and talks.
#pragma once

#include <string_view>

namespace wscope::session {

constexpr std::string_view kWelcomePage = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>wscope</title>
<meta name="viewport" content="width=device-width">
<style>
  body { font: 15px/1.4 monospace; margin: 2em auto; max-width: 46em; padding: 0 1em; }
  #log { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8888; padding: .6em;
         height: 60vh; overflow-y: auto; }
  form { display: flex; margin-top: .6em; } input { flex: 1; font: inherit; padding: .4em; }
  .sent { color: #0a7; } .status { color: #888; }
</style></head><body>
<div id="log" role="log"></div>
<form id="form"><input id="line" autocomplete="off" autofocus aria-label="message"></form>
<script>
  const log = document.getElementById("log");
  const show = (text, kind) => {
    const row = document.createElement("div");
    row.textContent = text;
    row.className = kind;
    log.append(row);
    log.scrollTop = log.scrollHeight;
  };
  const socket = new WebSocket(location.href.replace(/^http/, "ws").replace(/#.*/, ""));
  socket.binaryType = "arraybuffer";
  socket.onopen = () => show("connected to " + socket.url, "status");
  socket.onclose = e => show("closed: " + e.code + (e.reason ? " " + e.reason : ""), "status");
  socket.onmessage = e => show("< " + (typeof e.data === "string"
      ? e.data : "binary, " + e.data.byteLength + " bytes"), "received");
  document.getElementById("form").onsubmit = e => {
    e.preventDefault();
    const line = document.getElementById("line");
    if (socket.readyState !== WebSocket.OPEN) {
      show("not connected: reload the page to connect again", "status");
      return;
    }
    socket.send(line.value);
    show("> " + line.value, "sent");
    line.value = "";
  };
</script></body></html>
)html";

}  // namespace wscope::session
