import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Claims } from '../identity/token-verifier.ts';

/** The token's claims, and the route's scopes that the token has. */
export type Authorized = { claims: Claims; scopes: string[] | null };

type EventSource = {
  request: IncomingMessage;
  body: Buffer;
  routeKey: string;
  pathParameters: Record<string, string> | undefined;
  authorized: Authorized | undefined;
  accountId: string;
  apiId: string;
  requestId: string;
  /** Milliseconds since the epoch. */
  now: number;
};

/** A request id in API Gateway's format. */
export const newRequestId = () => randomBytes(11).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

/**
 * The event of payload format 2.0, as JSON, without empty members. Source: "Create AWS Lambda proxy integrations for
 * HTTP APIs".
 */
export function httpEvent(source: EventSource): string {
  const { request, body, routeKey, authorized, now } = source;
  const url = request.url ?? '/';
  const queryStart = url.indexOf('?');
  const rawQueryString = queryStart < 0 ? '' : url.slice(queryStart + 1);
  // `rawPath` of an HTTP API is the decoded path.
  const path = decodeURIComponent(queryStart < 0 ? url : url.slice(0, queryStart));
  const sourceIp = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  const { headers, cookies } = headersOf(request, sourceIp, now);
  const domainName = hostNameOf(headers['host'] ?? '');
  return JSON.stringify({
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString,
    cookies,
    headers,
    queryStringParameters: queryOf(rawQueryString),
    requestContext: {
      accountId: source.accountId,
      apiId: source.apiId,
      authorizer: authorized && { jwt: { claims: claimTexts(authorized.claims), scopes: authorized.scopes } },
      domainName,
      domainPrefix: domainName.split('.', 1)[0],
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: source.requestId,
      routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now,
    },
    pathParameters: source.pathParameters,
    ...bodyOf(body, headers),
  });
}

/** Hop-by-hop headers, which API Gateway does not pass on. */
const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

function headersOf(request: IncomingMessage, sourceIp: string, now: number) {
  const headers: Record<string, string> = {};
  let cookies: string[] | undefined;
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    if (name === 'cookie') {
      cookies = [...(cookies ?? []), ...value.split(/; */).filter(Boolean)];
    } else if (!connectionHeaders.has(name)) {
      headers[name] = Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value;
    }
  }
  const forwarded = headers['x-forwarded-for'];
  headers['x-forwarded-for'] = forwarded ? `${forwarded}, ${sourceIp}` : sourceIp;
  headers['x-forwarded-port'] = String(request.socket.localPort ?? '');
  headers['x-forwarded-proto'] = 'http';
  headers['x-amzn-trace-id'] ??= `Root=1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  return { headers, cookies };
}

/** Joins values of repeated names with commas. Invalid percent-encoding stays unchanged. */
function queryOf(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined;
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return Object.fromEntries(values);
}

/** Claims as text; a list as `[a b]`. */
function claimTexts(claims: Claims): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : textOf(value),
    ]),
  );
}

const textOf = (value: unknown) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

const textTypes = /^(text\/|application\/(json|xml|javascript)\b)/i;

/** Text is passed on unchanged; other types, including forms, as base64. */
function bodyOf(body: Buffer, headers: Record<string, string>) {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = textTypes.test(headers['content-type'] ?? '') && !headers['content-encoding'] && isUtf8(body);
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

const hostNameOf = (host: string) => host.replace(/:\d+$/, '');

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(now: number): string {
  const iso = new Date(now).toISOString();
  return `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
