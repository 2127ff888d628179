// Echo with node-ws that counts: node counting_echo.js plain|tls|deflate [CERTIFICATE KEY]
// Does not echo the texts `leave`, at which it closes with 1012, and `vanish`: it cuts the connection.
// Prints `listening on PORT`, and at each connection's end `closed CODE: MESSAGES in BYTES bytes`.
'use strict';
const { WebSocketServer } = require('ws');
const fs = require('fs');

const [mode, certificate, key] = process.argv.slice(2);
const server =
  mode === 'tls'
    ? require('https').createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) })
    : require('http').createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: mode === 'deflate' && { threshold: 0 } });
sockets.on('connection', (socket) => {
  let messages = 0;
  let bytes = 0;
  socket.on('message', (data, isBinary) => {
    messages += 1;
    bytes += data.length;
    if (!isBinary && data.length === 5 && data.toString() === 'leave') return socket.close(1012);
    if (!isBinary && data.length === 6 && data.toString() === 'vanish') return socket.terminate();
    socket.send(data, { binary: isBinary });
    // Without this a client that reads slowly would fill this process' memory.
    if (socket.bufferedAmount > 1 << 20) {
      socket.pause();
      const wait = () => (socket.bufferedAmount > 1 << 18 ? setImmediate(wait) : socket.resume());
      setImmediate(wait);
    }
  });
  socket.on('close', (code) => console.log(`closed ${code}: ${messages} in ${bytes} bytes`));
  socket.on('error', (error) => console.log(`error: ${error}`));
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
