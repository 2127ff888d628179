// npm's socket.io as its documentation shows it: node node_socketio.js [PING_INTERVAL]
'use strict';
const { createServer } = require('http');
const { Server } = require('socket.io');

const http = createServer();
const io = new Server(http, {
  pingInterval: Number(process.argv[2] || 25000),
  pingTimeout: 500,
  perMessageDeflate: { threshold: 0 },
  serveClient: false,
});

io.on('connection', (socket) => {
  console.log(`connected ${JSON.stringify(socket.handshake.auth)}`);
  socket.emit('welcome', { transport: socket.conn.transport.name });
  socket.on('message', (...words) => socket.send(...words));
  socket.on('my event', (data) => io.emit('my event', data));
  socket.on('others', (data) => socket.broadcast.emit('others', data));
  socket.on('sum', (...words) => words.pop()(words.reduce((a, b) => a + b, 0)));
  socket.on('reverse', (data, done) => done(Buffer.from(data).reverse()));
  socket.on('blobs', (data) => socket.emit('blobs', { first: data.first, list: [data.second, 'x'] }));
  socket.on('ask me', () => {
    socket.emit('question', 'name?', (...words) => console.log(`answer ${JSON.stringify(words)}`));
  });
  socket.on('ask for bytes', () => {
    socket.emit('send bytes', (bytes) => console.log(`bytes ${bytes.toString('hex')}`));
  });
  socket.on('ask in vain', () => {
    socket.timeout(200).emit('question', 'quick?', (error) => console.log(`timeout ${error}`));
  });
  socket.on('leave', () => socket.disconnect());
  socket.on('leave all', () => socket.disconnect(true));
  socket.on('disconnect', (reason) => console.log(`disconnected ${reason}`));
});

const admin = io.of('/admin');
admin.use((socket, next) => {
  if (socket.handshake.auth.token === 'open sesame') return next();
  const error = new Error('not authorized');
  error.data = { code: 7, why: 'token' };
  return next(error);
});
admin.on('connection', (socket) => {
  socket.on('message', (data) => admin.emit('message', data));
});

http.listen(0, '127.0.0.1', () => console.log(`listening on ${http.address().port}`));
