import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from './start-error.ts';

/** Responses to requests that Node's parser refuses. */
const messages = new Map<string, [number, string]>([
  ['HPE_HEADER_OVERFLOW', [431, 'Request Header Fields Too Large']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'Request Timeout']],
]);

/** A server that listens before its handler exists, so that its address is known when the services are created. */
export async function listen(port: number, orAnyPort = false) {
  let listener: RequestListener = (_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"message":"Starting"}');
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => listener(request, response));
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
