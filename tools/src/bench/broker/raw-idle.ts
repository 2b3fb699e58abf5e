/** A Node process that does nothing but answer one frame: how fast it can be there, and how little memory it takes. */
import net from 'node:net';

net
  .createServer((socket) => {
    socket.on('data', () => socket.write(Buffer.alloc(8)));
    socket.on('error', () => undefined);
  })
  .listen(0, '127.0.0.1', function (this: net.Server) {
    console.log(`ready kafka=127.0.0.1:${(this.address() as net.AddressInfo).port}`);
  });
