import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { PeopleClient } from './client.ts';
import { isSame } from './secrets.ts';
import type { Person } from './people.ts';

const codeSeconds = 300;
/** Codes and refresh tokens that are kept; the oldest go first. They do not outlive a restart. */
const maxKept = 1000;

const Authorization = z.object({
  response_type: z.literal('code'),
  client_id: z.string(),
  redirect_uri: z.url(),
  scope: z.string().optional(),
  state: z.string().optional(),
  nonce: z.string().optional(),
  code_challenge: z.string().regex(/^[\w-]{43}$/),
  code_challenge_method: z.literal('S256'),
});
type Authorization = z.infer<typeof Authorization>;
const Credentials = z.object({ person: z.string(), password: z.string() });

export type SignIn =
  | { kind: 'page'; status: number; fields: Record<string, string>; wrongPassword: boolean }
  | { kind: 'redirect'; to: string }
  | { kind: 'refused'; error: string };
export type Grant = { client: PeopleClient; person: Person; scopes: string[]; nonce?: string | undefined };
type Granted = { kind: 'granted'; grant: Grant; refreshToken: string } | { kind: 'refused'; error: string };

type Parts = {
  clients: readonly PeopleClient[];
  people: ReadonlyMap<string, Person & { password: string }>;
  now: () => number;
};

/** Sign-in of people at the hosted page: a code for a person and their password, and a token for the code and its verifier. */
export function createSignIn({ clients, people, now }: Parts) {
  const codes = new Map<string, Grant & { request: Authorization; until: number }>();
  const refreshTokens = new Map<string, Grant & { until: number }>();
  const clientOf = (id: string | undefined) => clients.find(({ clientId }) => clientId === id);

  /** A request that names an unknown client or address must not be redirected: the address is not the client's. */
  const check = (fields: unknown): { client: PeopleClient; request: Authorization; scopes: string[] } | string => {
    const request = Authorization.safeParse(fields);
    if (!request.success) return `invalid_request: ${request.error.issues[0]?.path.join('.') ?? ''}`;
    const client = clientOf(request.data.client_id);
    if (!client) return 'invalid_client';
    if (!client.callbackUrls.some((url) => isCallback(url, request.data.redirect_uri))) return 'redirect_mismatch';
    const asked = request.data.scope?.split(' ').filter(Boolean) ?? client.scopes;
    if (asked.some((scope) => !client.scopes.includes(scope))) return 'invalid_scope';
    return { client, request: request.data, scopes: asked };
  };

  const granted = (grant: Grant): Granted => {
    const refreshToken = newSecret();
    keep(refreshTokens, refreshToken, { ...grant, until: now() + grant.client.refreshSeconds * 1000 });
    return { kind: 'granted', grant, refreshToken };
  };

  return {
    page(fields: unknown): SignIn {
      const checked = check(fields);
      if (typeof checked === 'string') return { kind: 'refused', error: checked };
      return { kind: 'page', status: 200, fields: textsOf(checked.request), wrongPassword: false };
    },

    submit(fields: unknown): SignIn {
      const checked = check(fields);
      if (typeof checked === 'string') return { kind: 'refused', error: checked };
      const { client, request, scopes } = checked;
      const given = Credentials.safeParse(fields).data;
      const person = people.get(given?.person ?? '');
      if (!person || !isSame(given?.password ?? '', person.password)) {
        return { kind: 'page', status: 401, fields: textsOf(request), wrongPassword: true };
      }
      const { password: _, ...known } = person;
      const code = newSecret();
      keep(codes, code, {
        client,
        person: known,
        scopes,
        nonce: request.nonce,
        request,
        until: now() + codeSeconds * 1000,
      });
      const to = new URL(request.redirect_uri);
      to.searchParams.set('code', code);
      if (request.state !== undefined) to.searchParams.set('state', request.state);
      return { kind: 'redirect', to: to.href };
    },

    /** RFC 7636: the code is used once, by the client and address that asked for it, with the verifier of its challenge. */
    exchange({
      client_id: clientId,
      code = '',
      redirect_uri: address,
      code_verifier: verifier = '',
    }: TokenFields): Granted {
      const found = codes.get(code);
      codes.delete(code);
      const isValid =
        found !== undefined &&
        found.until > now() &&
        found.client.clientId === clientId &&
        found.request.redirect_uri === address &&
        isSame(createHash('sha256').update(verifier).digest('base64url'), found.request.code_challenge);
      if (!isValid) return { kind: 'refused', error: 'invalid_grant' };
      const { client, person, scopes, nonce } = found;
      return granted({ client, person, scopes, nonce });
    },

    refresh({ client_id: clientId, refresh_token: token = '' }: TokenFields): Granted {
      const found = refreshTokens.get(token);
      if (!found || found.until <= now() || found.client.clientId !== clientId) {
        return { kind: 'refused', error: 'invalid_grant' };
      }
      const { client, person, scopes } = found;
      return { kind: 'granted', grant: { client, person, scopes }, refreshToken: token };
    },

    isClient: (clientId: string | undefined) => clientOf(clientId) !== undefined,

    /** Address after `/logout`; undefined if it is not one of the client's. */
    logoutAddress(clientId: unknown, address: unknown): string | undefined {
      const client = clientOf(typeof clientId === 'string' ? clientId : undefined);
      if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
      return client?.logoutUrls.some((url) => isCallback(url, address)) ? address : undefined;
    },
  };
}

type TokenFields = Partial<
  Record<'client_id' | 'code' | 'redirect_uri' | 'code_verifier' | 'refresh_token', string | undefined>
>;

const newSecret = () => randomBytes(32).toString('base64url');

function keep<V>(kept: Map<string, V>, key: string, value: V): void {
  const [oldest] = kept.keys();
  if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
  kept.set(key, value);
}

const textsOf = (request: Authorization): Record<string, string> =>
  Object.fromEntries(Object.entries(request).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Exact, but for the name and port of this machine: the port of a local server is not known when the app is synthesised. */
function isCallback(configured: string, given: string): boolean {
  if (configured === given) return true;
  const [a, b] = [new URL(configured), new URL(given)];
  return (
    loopback.test(a.hostname) &&
    loopback.test(b.hostname) &&
    a.protocol === b.protocol &&
    b.href.slice(b.origin.length) === a.href.slice(a.origin.length)
  );
}
