import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { VerifyToken } from '../identity/token-verifier.ts';

/** A person who is signed in: the ARN that AWS would report, and the managed policies of their permission set. */
export type Person = { name: string; arn: string; policies: readonly string[] };

/** By group of the user pool: the permission set of its people in IAM Identity Center, and its managed policies. */
export type ConsoleRoles = Readonly<Record<string, { permissionSet: string; policies: readonly string[] }>>;

/** A signed-in person. `csrfToken` is in every form of their pages. */
export type Session = { person: Person; csrfToken: string };

/** The identity provider, and the public client with which people sign in. */
type Provider = {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  peopleClientId: string | undefined;
  verifyToken: VerifyToken;
};
type Pending = { state: string; nonce: string; verifier: string; address: string; endsAt: number };

const cookieName = 'console-session';
const pendingCookieName = 'console-sign-in';
const sessionMs = 12 * 3_600_000;
const pendingMs = 600_000;
/** Sign-ins that were begun, of which the oldest are forgotten. */
const maxPending = 1000;

const Tokens = z.object({ id_token: z.string() });
const IdToken = z.object({
  aud: z.string(),
  token_use: z.literal('id'),
  nonce: z.string(),
  email: z.string(),
  'cognito:groups': z.array(z.string()).default([]),
});

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
const newSecret = () => randomBytes(32).toString('base64url');
/** `Lax`: the identity provider may have another host name than the page, such as 127.0.0.1 for localhost. */
const cookieOf = (name: string, value: string, seconds: number) =>
  `${name}=${value}; Path=/console; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;

type Options = { provider: Provider; roles: ConsoleRoles; accountId: string; now: () => number };

/** Sessions of people who sign in at the user pool: authorization code with PKCE. They do not outlive a restart. */
export function openSessions({ provider, roles, accountId, now }: Options) {
  const begun = new Map<string, Pending>();
  const sessions = new Map<string, Session & { endsAt: number }>();

  /** The person of a group that has a role in the console. */
  const personOf = (name: string, groups: readonly string[]): Person | undefined => {
    const [role] = groups.flatMap((group) => (Object.hasOwn(roles, group) ? [roles[group]] : []));
    if (!role) return undefined;
    const session = `AWSReservedSSO_${role.permissionSet}_0000000000000000/${name}`;
    return { name, arn: `arn:aws:sts::${accountId}:assumed-role/${session}`, policies: role.policies };
  };

  const claimsOf = async ({ verifier, address }: Pending, code: string) => {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: provider.peopleClientId ?? '',
      code,
      redirect_uri: address,
      code_verifier: verifier,
    });
    const response = await fetch(provider.tokenEndpoint, { method: 'POST', body });
    const tokens = Tokens.safeParse(await response.json());
    if (!response.ok || !tokens.success) return undefined;
    const verified = await provider.verifyToken(tokens.data.id_token);
    return verified.kind === 'verified' ? IdToken.safeParse(verified.claims).data : undefined;
  };

  return {
    /** Begins a sign-in that returns to `address`: where to go, and the cookie to set; undefined without a client of people. */
    begin: (address: string): { location: string; cookie: string } | undefined => {
      if (provider.peopleClientId === undefined) return undefined;
      const [token, state, nonce, verifier] = [newSecret(), newSecret(), newSecret(), newSecret()];
      const [oldest] = begun.keys();
      if (begun.size >= maxPending && oldest !== undefined) begun.delete(oldest);
      begun.set(digest(token), { state, nonce, verifier, address, endsAt: now() + pendingMs });
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: provider.peopleClientId,
        redirect_uri: address,
        scope: 'openid',
        state,
        nonce,
        code_challenge: digest(verifier),
        code_challenge_method: 'S256',
      });
      return {
        location: `${provider.authorizationEndpoint}?${query.toString()}`,
        cookie: cookieOf(pendingCookieName, token, pendingMs / 1000),
      };
    },
    /**
     * Ends a sign-in that this browser began. Returns the cookie of a new session; undefined for a state or code of
     * another sign-in, and for a person of a group without a role in the console.
     */
    complete: async (code: string, state: string, cookies: string | undefined): Promise<string | undefined> => {
      const key = digest(cookieIn(cookies, pendingCookieName) ?? '');
      const pending = begun.get(key);
      begun.delete(key);
      if (!pending || pending.state !== state || pending.endsAt <= now()) return undefined;
      const claims = await claimsOf(pending, code);
      if (!claims || claims.nonce !== pending.nonce || claims.aud !== provider.peopleClientId) return undefined;
      const person = personOf(claims.email, claims['cognito:groups']);
      if (!person) return undefined;
      const session = newSecret();
      sessions.set(digest(session), { person, csrfToken: newSecret(), endsAt: now() + sessionMs });
      return cookieOf(cookieName, session, sessionMs / 1000);
    },
    /** The session of a request's cookies. */
    find: (cookies: string | undefined): Session | undefined => {
      const token = cookieIn(cookies, cookieName);
      const session = token === undefined ? undefined : sessions.get(digest(token));
      return session && session.endsAt > now() ? session : undefined;
    },
    signOut: (cookies: string | undefined): string => {
      sessions.delete(digest(cookieIn(cookies, cookieName) ?? ''));
      return cookieOf(cookieName, '', 0);
    },
  };
}

export type Sessions = ReturnType<typeof openSessions>;

/** The value of a cookie by name. */
export const cookieIn = (cookies = '', name: string): string | undefined =>
  cookies
    .split(/;\s*/)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
