import type { RouteConfig } from './api-config.ts';
import { type HttpResponse, refusalResponse } from './response.ts';
import type { Authorized } from './event.ts';
import type { Claims, VerifyToken } from '../identity/token-verifier.ts';

type Decision = { kind: 'open' } | ({ kind: 'authorized' } & Authorized) | { kind: 'refused'; response: HttpResponse };

/**
 * API Gateway's JWT authorizer: checks signature, times and issuer, then the audience (`aud`, or `client_id` without
 * `aud`), then that the token has one of the route's scopes. Source: "Control access to HTTP APIs with JWT
 * authorizers".
 */
export async function authorize(
  { authorizer, scopes }: RouteConfig,
  authorization: string | undefined,
  verifyToken: VerifyToken,
): Promise<Decision> {
  if (!authorizer) return { kind: 'open' };
  if (authorization === undefined) {
    return { kind: 'refused', response: refusalResponse(401, 'The request has no token.', 'Bearer') };
  }
  const verified = await verifyToken(authorization.replace(/^bearer +/i, '').trim());
  if (verified.kind === 'refused') return invalidToken(verified.reason);
  const { claims } = verified;
  if (claims.iss !== authorizer.issuer) return invalidToken('the issuer is not accepted');
  if (!isAudience(claims, authorizer.audience)) return invalidToken('the audience is not accepted');
  if (scopes.length === 0) return { kind: 'authorized', claims, scopes: null };

  const granted = scopesOf(claims);
  const matching = scopes.filter((scope) => granted.includes(scope));
  if (matching.length > 0) return { kind: 'authorized', claims, scopes: matching };
  const challenge = `Bearer scope="${scopes.join(' ')}" error="insufficient_scope"`;
  const detail = `The token lacks the scope ${scopes.join(' or ')}.`;
  return { kind: 'refused', response: refusalResponse(403, detail, challenge) };
}

function invalidToken(reason: string): Decision {
  const challenge = `Bearer scope="" error="invalid_token" error_description="${reason}"`;
  return { kind: 'refused', response: refusalResponse(401, `The token is not accepted: ${reason}.`, challenge) };
}

function isAudience({ aud, client_id: clientId }: Claims, accepted: string[]): boolean {
  if (aud === undefined) return clientId !== undefined && accepted.includes(clientId);
  return [aud].flat().some((name) => accepted.includes(name));
}

function scopesOf({ scope, scp }: Claims): string[] {
  const given = scope ?? scp ?? [];
  return typeof given === 'string' ? given.split(' ') : given;
}
