import type { ServerResponse } from 'node:http';
import * as z from 'zod';

/** A response of the API. */
export type HttpResponse = {
  status: number;
  headers: Record<string, string>;
  cookies?: string[];
  body: string | Buffer;
};

const HeaderValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const Structured = z.object({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string(), HeaderValue).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** Headers that the server sets. */
const ownHeaders = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']);

/**
 * Parses a function's result by payload format 2.0: an object with `statusCode`, or any other value, which is the body
 * of a 200 response. Returns `undefined` for an invalid result, for which API Gateway responds with 500.
 */
export function readResponse(payload: string): HttpResponse | undefined {
  const value: unknown = JSON.parse(payload);
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    const body = typeof value === 'string' ? value : payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const parsed = Structured.safeParse(value);
  if (!parsed.success) return undefined;
  const { statusCode, cookies, body, isBase64Encoded } = parsed.data;
  const headers: Record<string, string> = { 'content-type': 'text/plain;charset=utf-8' };
  for (const [name, text] of Object.entries(parsed.data.headers ?? {})) {
    const key = name.toLowerCase();
    if (!ownHeaders.has(key)) headers[key] = text;
  }
  return {
    status: statusCode,
    headers,
    ...(cookies && { cookies }),
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

/** The engine's own responses are not stored by caches, as those of apps that set these headers. */
const ownResponseHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** API Gateway's own responses: `{"message": …}`. */
export const messageResponse = (status: number, message: string): HttpResponse => ({
  status,
  headers: { ...ownResponseHeaders, 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

/** Responses of the authorizer: problem documents (RFC 9457) that keep AWS's `message`. */
export const refusalResponse = (status: 401 | 403, detail: string, challenge: string): HttpResponse => {
  const [type, title, message] =
    status === 401 ? ['unauthorized', 'Unauthorized', 'Unauthorized'] : ['forbidden', 'Forbidden', 'Forbidden'];
  return {
    status,
    headers: {
      ...ownResponseHeaders,
      'content-type': 'application/problem+json',
      'www-authenticate': challenge,
    },
    body: JSON.stringify({ type, title, status, detail, message }),
  };
};

/** Sends the response. Throws for an invalid header before anything is sent. */
export function send(
  response: ServerResponse,
  { status, headers, cookies, body }: HttpResponse,
  isHead: boolean,
): void {
  const hasBody = status !== 204 && status !== 304;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  response.writeHead(status, {
    ...headers,
    ...(hasBody && { 'content-length': length }),
    ...(cookies && cookies.length > 0 && { 'set-cookie': cookies }),
  });
  if (isHead || !hasBody) response.end();
  else response.end(body);
}
