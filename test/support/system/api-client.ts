import { Pool } from 'undici';

/** The fields of `.local/credentials.json` that a client of the HTTP API needs. */
export type ApiCredentials = {
  apiUrl: string;
  tokenEndpoint: string;
  clients: Record<string, { clientId: string; clientSecret: string }>;
};

export type ApiResponse = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON; the text if the body is not JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests state the expected shape in their assertions
  body: any;
  text: string;
};

export type ApiClient = ReturnType<typeof createApiClient>;

/**
 * Creates an HTTP client with the credentials of `name`. It keeps connections alive and renews its access token a minute
 * before the token expires. `now` returns milliseconds since the epoch.
 */
export function createApiClient(
  { apiUrl, tokenEndpoint, clients }: ApiCredentials,
  name: string,
  connections = 64,
  now: () => number = Date.now,
) {
  const client = clients[name];
  if (!client) throw new Error(`There is no client ${name}`);
  let token: Promise<{ text: string; renewAt: number }> | undefined;

  const currentToken = async (): Promise<string> => {
    token ??= fetchToken(tokenEndpoint, client, now());
    const { text, renewAt } = await token;
    if (now() < renewAt) return text;
    token = undefined;
    return currentToken();
  };
  return clientWithToken(apiUrl, currentToken, connections);
}

/** Creates an HTTP client whose requests carry this token. */
export function clientWithToken(apiUrl: string, currentToken: () => Promise<string>, connections = 64) {
  const pool = new Pool(apiUrl, { connections, pipelining: 1 });
  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiResponse> => {
    const response = await pool.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${await currentToken()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, body: parseOrText(text) };
  };

  return {
    send,
    get: (path: string, headers?: Record<string, string>) => send('GET', path, undefined, headers),
    post: (path: string, body: unknown, headers?: Record<string, string>) => send('POST', path, body, headers),
    put: (path: string, body: unknown, headers?: Record<string, string>) => send('PUT', path, body, headers),
    close: () => pool.close(),
    /** Closes the connections at once; requests in flight fail. */
    abort: () => pool.destroy(),
  };
}

async function fetchToken(
  endpoint: string,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  requestedAt: number,
) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  if (!response.ok) throw new Error(`No token for ${clientId}: ${response.status} ${await response.text()}`);
  const { access_token: text, expires_in: seconds } = (await response.json()) as {
    access_token: string;
    expires_in: number;
  };
  return { text, renewAt: requestedAt + (seconds - 60) * 1000 };
}

const parseOrText = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
