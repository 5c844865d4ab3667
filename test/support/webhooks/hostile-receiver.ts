import { once } from 'node:events';
import { type AddressInfo, createServer, type LookupFunction, type Socket } from 'node:net';
import { setInterval } from 'node:timers';

/** How a hostile webhook receiver uses the socket of a request, once it has read the request's head. */
type Behaviour = (socket: Socket) => void;

const dripMs = 50;

/** Writes a chunk every 50 ms until the client closes the connection. */
function drip(socket: Socket, chunk: string): void {
  const timer = setInterval(() => socket.write(chunk), dripMs);
  socket.on('close', () => clearInterval(timer));
}

/** Every way in which a receiver answers other than HTTP intends. None of them accepts the delivery. */
const hostileBehaviours = {
  'switches protocols': (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
  'switches protocols and closes': (socket) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
  'sends informational answers without end': (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n'),
  'never answers': () => undefined,
  'sends headers without end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
    drip(socket, 'x');
  },
  'sends a body without end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    drip(socket, '1\r\nx\r\n');
  },
  'sends half of its body and waits': (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'),
  'sends half of its body and closes': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'),
  'closes without an answer': (socket) => socket.destroy(),
  'closes its side without an answer': (socket) => socket.end(),
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'answers in another protocol': (socket) => socket.write('220 mail.example ESMTP\r\n'),
  redirects: (socket) =>
    socket.end('HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n'),
  'sends huge headers': (socket) => socket.end(`HTTP/1.1 200 OK\r\nX-Huge: ${'x'.repeat(1_000_000)}\r\n\r\n`),
  'sends a huge body': (socket) =>
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`),
} satisfies Record<string, Behaviour>;
export type HostileBehaviour = keyof typeof hostileBehaviours;

/** Starts a hostile receiver. `requests` counts the requests that it got. It keeps its side of every connection open. */
export async function startHostileReceiver(behaviour: HostileBehaviour) {
  const sockets = new Set<Socket>();
  const receiver = { requests: 0, url: '', port: 0, openSockets: () => sockets.size, stop: async () => {} };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    // A client that closed its side gets no answer any more.
    socket.on('end', () => socket.destroy());
    socket.once('data', () => {
      receiver.requests += 1;
      hostileBehaviours[behaviour](socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.port = (server.address() as AddressInfo).port;
  receiver.url = `http://127.0.0.1:${receiver.port}/hooks`;
  receiver.stop = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return receiver;
}

/** A DNS server of the attacker: it answers each query with the next of these addresses, the last one again. */
export function rebindingLookup(...answers: string[][]): { lookup: LookupFunction; queries: () => number } {
  let queries = 0;
  const lookup: LookupFunction = (_hostname, options, callback) => {
    const addresses = (answers[Math.min(queries, answers.length - 1)] ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    queries += 1;
    const [first] = addresses;
    if (options.all) return callback(null, addresses);
    return callback(null, first?.address ?? '', first?.family ?? 0);
  };
  return { lookup, queries: () => queries };
}
