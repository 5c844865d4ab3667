import { Pool } from 'undici';

/** The part of `.local/credentials.json` that a caller of the HTTP interface needs. */
export type ApiCredentials = {
  apiUrl: string;
  tokenEndpoint: string;
  clients: Record<string, { clientId: string; clientSecret: string }>;
};

export type ApiAnswer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON, or the text itself where it is not JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as they expect them to be
  body: any;
  text: string;
};

export type ApiClient = ReturnType<typeof createApiClient>;

/**
 * Calls the HTTP interface as one of its clients, over kept-alive connections, with a token that is renewed in time; `now`
 * is the clock by which tokens end.
 */
export function createApiClient(
  { apiUrl, tokenEndpoint, clients }: ApiCredentials,
  name: string,
  connections = 64,
  now: () => number = Date.now,
) {
  const client = clients[name];
  if (!client) throw new Error(`There is no client ${name}`);
  const pool = new Pool(apiUrl, { connections, pipelining: 1 });
  let token: Promise<{ text: string; renewAt: number }> | undefined;

  const currentToken = async (): Promise<string> => {
    token ??= fetchToken(tokenEndpoint, client, now());
    const { text, renewAt } = await token;
    if (now() < renewAt) return text;
    token = undefined;
    return currentToken();
  };

  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> => {
    const answer = await pool.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${await currentToken()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, body: parseOrText(text) };
  };

  return {
    send,
    get: (path: string, headers?: Record<string, string>) => send('GET', path, undefined, headers),
    post: (path: string, body: unknown, headers?: Record<string, string>) => send('POST', path, body, headers),
    put: (path: string, body: unknown, headers?: Record<string, string>) => send('PUT', path, body, headers),
    close: () => pool.close(),
  };
}

async function fetchToken(
  endpoint: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  askedAt: number,
) {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  if (!answer.ok) throw new Error(`No token for ${clientId}: ${answer.status} ${await answer.text()}`);
  const { access_token: text, expires_in: seconds } = (await answer.json()) as {
    access_token: string;
    expires_in: number;
  };
  return { text, renewAt: askedAt + (seconds - 60) * 1000 };
}

const parseOrText = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
