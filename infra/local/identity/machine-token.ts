import * as z from 'zod';
import type { IdentityClient } from './client.ts';
import { isSame } from './secrets.ts';

export type TokenRefusal = { kind: 'refused'; status: number; error: string };
const refused = (status: number, error: string): TokenRefusal => ({ kind: 'refused', status, error });

const TokenRequest = z.object({
  grant_type: z.string(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  scope: z.string().optional(),
});

/** Client credentials grant, RFC 6749 section 4.4. A request without `scope` gets all scopes of the client. */
export function decideToken(
  clients: ReadonlyMap<string, IdentityClient>,
  secrets: Readonly<Record<string, string>>,
  authorization: string | undefined,
  body: unknown,
): TokenRefusal | { kind: 'granted'; client: IdentityClient; scopes: string[] } {
  const request = TokenRequest.safeParse(body);
  if (!request.success) return refused(400, 'invalid_request');
  const { grant_type: grant, client_id: bodyId, client_secret: bodySecret, scope } = request.data;
  const [id, secret] = authorization === undefined ? [bodyId, bodySecret] : basicCredentials(authorization);
  const client = id === undefined ? undefined : clients.get(id);
  if (!client || secret === undefined || !isSame(secret, secrets[client.clientId] ?? '')) {
    return refused(401, 'invalid_client');
  }
  if (grant !== 'client_credentials') return refused(400, 'unsupported_grant_type');
  const requested = scope?.split(' ').filter(Boolean) ?? [];
  if (requested.some((name) => !client.scopes.includes(name))) return refused(400, 'invalid_scope');
  return { kind: 'granted', client, scopes: requested.length > 0 ? [...new Set(requested)] : client.scopes };
}

function basicCredentials(authorization: string): (string | undefined)[] {
  const encoded = /^basic ([\w+/=-]+)$/i.exec(authorization)?.[1];
  if (!encoded) return [];
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return [id, secret.join(':')];
}
