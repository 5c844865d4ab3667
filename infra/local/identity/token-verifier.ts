import { errors, importJWK, type JWK, jwtVerify } from 'jose';
import * as z from 'zod';

const Claims = z.looseObject({
  iss: z.string(),
  exp: z.number(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  client_id: z.string().optional(),
  scope: z.string().optional(),
  scp: z.union([z.string(), z.array(z.string())]).optional(),
});

export type Claims = z.infer<typeof Claims>;
/** The token's claims, or the reason why it is refused. */
type Verified = { kind: 'verified'; claims: Claims } | { kind: 'refused'; reason: string };
export type VerifyToken = (token: string) => Promise<Verified>;

/** Maximum number of cached tokens. */
const maxCachedTokens = 10_000;

/**
 * Checks tokens as API Gateway's JWT authorizer does: signature by the issuer's key with RS256, issuer,
 * `exp`, `nbf` and `iat`. A verified token is cached until it expires.
 */
export async function createVerifier(issuer: string, publicKey: JWK, now: () => number): Promise<VerifyToken> {
  const key = await importJWK(publicKey, 'RS256');
  const verifiedTokens = new Map<string, Extract<Verified, { kind: 'verified' }>>();

  const check = async (token: string): Promise<Verified> => {
    const currentDate = new Date(now());
    try {
      const { payload, protectedHeader } = await jwtVerify(token, key, { issuer, algorithms: ['RS256'], currentDate });
      if (protectedHeader.kid !== publicKey.kid) return { kind: 'refused', reason: 'the signing key is not known' };
      const claims = Claims.safeParse(payload);
      if (!claims.success) return { kind: 'refused', reason: 'the token lacks a claim' };
      if (payload.iat !== undefined && payload.iat * 1000 > currentDate.getTime() + 1000) {
        return { kind: 'refused', reason: 'the token was issued in the future' };
      }
      return { kind: 'verified', claims: claims.data };
    } catch (error) {
      if (error instanceof errors.JOSEError) return { kind: 'refused', reason: reasonOf(error) };
      throw error;
    }
  };

  return async (token) => {
    const known = verifiedTokens.get(token);
    if (known && known.claims.exp * 1000 > now()) return known;
    verifiedTokens.delete(token);
    const verified = await check(token);
    if (verified.kind === 'verified') {
      const [oldest] = verifiedTokens.keys();
      if (verifiedTokens.size >= maxCachedTokens && oldest !== undefined) verifiedTokens.delete(oldest);
      verifiedTokens.set(token, verified);
    }
    return verified;
  };
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is not valid';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the signing algorithm is not allowed';
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} is not accepted`;
  return 'the token is not valid';
}
