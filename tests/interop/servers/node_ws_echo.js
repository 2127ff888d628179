// Echo with node-ws: node node_ws_echo.js PORT|PATH plain|deflate|no-takeover
'use strict';
const { WebSocketServer } = require('ws');
const http = require('http');

const [where, mode] = process.argv.slice(2);
const deflate = {
  plain: false,
  deflate: { threshold: 0 },
  'no-takeover': {
    threshold: 0,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 10,
    clientMaxWindowBits: 10,
  },
}[mode];

const server = http.createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: deflate, maxPayload: 1 << 30 });
sockets.on('connection', (socket, request) => {
  console.log(`extensions: ${socket.extensions || 'none'}`);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('ping', (data) => console.log(`ping: ${data}`));
  socket.on('close', (code, reason) => console.log(`closed: ${code} ${reason}`));
  if (request.url === '/ping') socket.ping('from node');
  socket.on('pong', (data) => console.log(`pong: ${data}`));
});
const told = () => console.log(`listening on ${/^\d+$/.test(where) ? server.address().port : where}`);
if (/^\d+$/.test(where)) server.listen(Number(where), '127.0.0.1', told);
else server.listen(where, told);
