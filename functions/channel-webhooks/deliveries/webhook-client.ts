import { lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isReachable, literalAddress } from '../endpoints/address.ts';

const maxResponseBytes = 65_536;

/** The status of a response, or the name of the error without one. */
export type PostResult = { status: number } | { error: string };

/**
 * Returns a function that posts JSON to an endpoint and never throws. It does not follow redirects, reads at most 64 KB of
 * the response, and connects to public addresses only: it checks the very address that it connects to.
 */
export const createWebhookClient =
  ({ isLoopbackAllowed, timeoutSeconds }: { isLoopbackAllowed: boolean; timeoutSeconds: number }) =>
  async (target: string, headers: Record<string, string>, body: string): Promise<PostResult> => {
    const url = new URL(target);
    const literal = literalAddress(url);
    if (literal !== undefined && !isReachable(literal, isLoopbackAllowed)) return { error: 'address-refused' };
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const options: RequestOptions = {
      method: 'POST',
      signal,
      lookup: checkedLookup(isLoopbackAllowed),
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    };
    try {
      return await send(url, options, body);
    } catch (error) {
      return { error: signal.aborted ? 'timeout' : nameOf(error) };
    }
  };

const send = (url: URL, options: RequestOptions, body: string): Promise<PostResult> =>
  new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = start(url, options, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxResponseBytes) response.destroy(errorWithCode('answer-too-large'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0 }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** Resolves a host name; fails if any of its addresses is not reachable. */
const checkedLookup =
  (isLoopbackAllowed: boolean): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return callback(error ?? errorWithCode('no-address'), '', 0);
      if (addresses.some(({ address }) => !isReachable(address, isLoopbackAllowed))) {
        return callback(errorWithCode('address-refused'), '', 0);
      }
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });

const errorWithCode = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

const nameOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'connection-failed';
