import type { IncomingMessage } from 'node:http';
import type { HttpResponse } from './response.ts';
import type { Cors } from './api-config.ts';

/** API Gateway's response to a CORS preflight request; `undefined` for another request. */
export function preflightResponse(cors: Cors, request: IncomingMessage): HttpResponse | undefined {
  const { origin, 'access-control-request-method': method } = request.headers;
  if (request.method !== 'OPTIONS' || origin === undefined || method === undefined) return undefined;
  const headers: Record<string, string> = originHeaders(cors, origin);
  if (headers['access-control-allow-origin']) {
    if (cors.methods.length > 0) headers['access-control-allow-methods'] = cors.methods.join(',');
    if (cors.headers.length > 0) headers['access-control-allow-headers'] = cors.headers.join(',').toLowerCase();
    if (cors.maxAgeSeconds !== undefined) headers['access-control-max-age'] = String(cors.maxAgeSeconds);
  }
  return { status: 204, headers, body: '' };
}

/** Replaces the function's CORS headers, as an API with a CORS configuration does. */
export function withCors(cors: Cors, request: IncomingMessage, response: HttpResponse): HttpResponse {
  const kept = Object.entries(response.headers).filter(([name]) => !name.startsWith('access-control-'));
  const added = originHeaders(cors, request.headers.origin ?? '');
  if (added['access-control-allow-origin'] && cors.exposedHeaders.length > 0) {
    added['access-control-expose-headers'] = cors.exposedHeaders.join(',').toLowerCase();
  }
  return { ...response, headers: { ...Object.fromEntries(kept), ...added } };
}

function originHeaders(cors: Cors, origin: string): Record<string, string> {
  const isAny = cors.origins.includes('*');
  const isAllowed = cors.origins.some((allowed) => matches(allowed, origin));
  if (origin === '' || !(isAny || isAllowed)) return {};
  return {
    'access-control-allow-origin': isAny ? '*' : origin,
    ...(cors.allowsCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(!isAny && { vary: 'origin' }),
  };
}

/** `https://*` and `http://*` allow every origin of the scheme. */
const matches = (allowed: string, origin: string) =>
  allowed.endsWith('://*') ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin;
