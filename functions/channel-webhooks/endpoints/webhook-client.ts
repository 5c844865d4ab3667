import { lookup as lookupAddress } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isReachable, literalAddress } from './address.ts';

const maxResponseBytes = 65_536;

/** `status` and `body` of a complete response, or the name of the error. A refused upgrade has its status too. */
export type PostResult = { status?: number; body?: string; error?: string };

type Options = {
  isLoopbackAllowed: boolean;
  /** Limit of a request from its start until the last byte of its response: look-up, connection, headers and body. */
  timeoutSeconds: number;
  /** @default the operating system's resolver */
  lookup?: LookupFunction;
};

/**
 * Returns a function that posts JSON to an endpoint, never throws, and always returns within the timeout. It does not
 * follow redirects, reads at most 64 KB of the response, and connects to public addresses only: it checks the very address
 * that it connects to.
 */
export const createWebhookClient =
  ({ isLoopbackAllowed, timeoutSeconds, lookup = lookupAddress }: Options) =>
  async (target: string, headers: Record<string, string>, body: string): Promise<PostResult> => {
    const url = new URL(target);
    const literal = literalAddress(url);
    if (literal !== undefined && !isReachable(literal, isLoopbackAllowed)) return { error: 'address-refused' };
    const options: RequestOptions = {
      method: 'POST',
      // A connection of its own: a kept one that the endpoint closed meanwhile would count as a failure of the endpoint.
      agent: false,
      lookup: checkedLookup(lookup, isLoopbackAllowed),
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    };
    return send(url, options, body, timeoutSeconds * 1000);
  };
export type WebhookClient = ReturnType<typeof createWebhookClient>;

/** Settles with the first outcome of the socket; without one, at the deadline. Every failure closes the connection. */
const send = (url: URL, options: RequestOptions, body: string, deadlineMs: number): Promise<PostResult> =>
  new Promise((resolve) => {
    const start = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = start(url, options);
    const timer = setTimeout(() => fail({ error: 'timeout' }), deadlineMs);
    const settle = (result: PostResult) => {
      clearTimeout(timer);
      resolve(result);
    };
    const fail = (result: PostResult) => {
      settle(result);
      sent.destroy();
    };
    sent.on('error', (error) => fail({ error: nameOf(error) }));
    let isComplete = () => false;
    sent.on('response', (response) => {
      isComplete = () => response.complete;
      readResponse(response, settle, fail);
    });
    // Without this listener, Node closes the connection and emits no error.
    sent.on('upgrade', ({ statusCode }: IncomingMessage, socket) => {
      socket.destroy();
      fail({ ...(statusCode !== undefined && { status: statusCode }), error: 'upgrade-refused' });
    });
    sent.on('close', () => {
      if (!isComplete()) fail({ error: 'connection-closed' });
    });
    sent.end(body);
  });

function readResponse(
  response: IncomingMessage,
  settle: (result: PostResult) => void,
  fail: (result: PostResult) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxResponseBytes) return fail({ error: 'answer-too-large' });
    chunks.push(chunk);
  });
  response.on('end', () => settle({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
  response.on('error', (error) => fail({ error: nameOf(error) }));
}

/** Resolves a host name; fails if any of its addresses is not reachable. */
const checkedLookup =
  (lookup: LookupFunction, isLoopbackAllowed: boolean): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      const [first] = addresses;
      if (error || !first) return callback(error ?? errorWithCode('no-address'), '', 0);
      if (addresses.some(({ address }) => !isReachable(address, isLoopbackAllowed))) {
        return callback(errorWithCode('address-refused'), '', 0);
      }
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });

const errorWithCode = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

const nameOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'connection-failed';
