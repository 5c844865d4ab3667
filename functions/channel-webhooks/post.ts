import { lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isReachable, literalAddress } from './address.ts';

const maxAnswerBytes = 65_536;

/** What came back: a status, or why there is none. */
export type Answer = { status: number } | { error: string };

/**
 * Posts JSON to an endpoint. Does not follow redirects, reads at most 64 KB of the answer, and connects to no address
 * that is not public: the address that is checked is the one that is connected to. Never throws.
 */
export const createPost =
  ({ isLoopbackAllowed, timeoutSeconds }: { isLoopbackAllowed: boolean; timeoutSeconds: number }) =>
  async (target: string, headers: Record<string, string>, body: string): Promise<Answer> => {
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

const send = (url: URL, options: RequestOptions, body: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = start(url, options, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) response.destroy(failure('answer-too-large'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0 }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** Resolves a name and refuses it if any of its addresses is not to be reached. */
const checkedLookup =
  (isLoopbackAllowed: boolean): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return callback(error ?? failure('no-address'), '', 0);
      if (addresses.some(({ address }) => !isReachable(address, isLoopbackAllowed))) {
        return callback(failure('address-refused'), '', 0);
      }
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

const nameOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'connection-failed';
