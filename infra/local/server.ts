import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from './start-error.ts';

/** Responses to requests that Node's parser refuses. */
const messages = new Map<string, [number, string]>([
  ['HPE_HEADER_OVERFLOW', [431, 'Request Header Fields Too Large']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'Request Timeout']],
]);

type Options = {
  /** Uses any free port if the port is in use. @default fails with StartError */
  orAnyPort?: boolean;
  /** Refuses requests of web pages of other machines, by their `Origin`. For servers that no page elsewhere calls. */
  localPagesOnly?: boolean;
};

/**
 * A server that listens before its handler exists, so that its address is known when the services are created. It serves
 * requests for its own address only: a page of another host whose name resolves to this machine (DNS rebinding) gets 421.
 */
export async function listen(port: number, { orAnyPort = false, localPagesOnly = false }: Options = {}) {
  let listener: RequestListener = (_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"message":"Starting"}');
  };
  // Idle connections stay open: one that closes while its client sends the next request is a request that fails with
  // ECONNRESET, which happens when both share a busy process.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const refusal = refusalOf(request, localPagesOnly);
    if (!refusal) return listener(request, response);
    const [status, message] = refusal;
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ message }));
    request.resume();
  });
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const [status, message] = messages.get(error.code ?? '') ?? [400, 'Bad Request'];
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const body = JSON.stringify({ message });
    const headers = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`;
    socket.end(`HTTP/1.1 ${status} ${message}\r\n${headers}\r\n\r\n${body}`);
  });
  const bound = await bind(server, port, orAnyPort);
  return {
    url: `http://127.0.0.1:${bound}`,
    serve: (next: RequestListener) => {
      listener = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const localName = String.raw`(?:127\.0\.0\.1|\[::1\]|localhost)`;
/** The address of this machine. S3 also has names such as `bucket.localhost`, which belong to no other machine either. */
const ownHost = new RegExp(String.raw`^(?:[\w.-]+\.localhost|${localName})(?::(\d+))?$`, 'i');
const localOrigin = new RegExp(String.raw`^https?://${localName}(?::\d+)?$`, 'i');

/** Status and message for a request that is not for this server, or that a page of another machine makes. */
function refusalOf({ headers, socket }: IncomingMessage, localPagesOnly: boolean): [number, string] | undefined {
  const { host = '', origin } = headers;
  const [, port = '80'] = ownHost.exec(host) ?? [undefined, 'none'];
  if (Number(port) !== socket.localPort) {
    return [421, `This server is http://127.0.0.1:${socket.localPort}, not ${host}.`];
  }
  if (!localPagesOnly || origin === undefined || localOrigin.test(origin)) return undefined;
  return [403, `Only pages of this machine may call this server, not those of ${origin}.`];
}

async function bind(server: Server, port: number, orAnyPort: boolean): Promise<number> {
  const attempt = (wanted: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, '127.0.0.1', () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  try {
    return await attempt(port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    if (orAnyPort) return attempt(0);
    throw new StartError(`Port ${port} is in use.`, 'port-in-use');
  }
}

/** Returns `preferred` if the port is free, otherwise any free port. */
export async function freePort(preferred: number): Promise<number> {
  const probe = createServer();
  const port = await bind(probe, preferred, true);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
