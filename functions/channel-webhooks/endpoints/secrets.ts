import type { Endpoint } from './endpoint.ts';

type Secrets = Pick<Endpoint, 'secret' | 'previousSecrets'>;

/** Previous secrets that are valid at a time; each adds a signature to every request. */
const maxPreviousSecrets = 4;

/** The secrets that sign at `now` (milliseconds), the newest first. */
export const validSecrets = ({ secret, previousSecrets = [] }: Secrets, now: number): string[] => [
  secret,
  ...previousSecrets.filter(({ expiresAt }) => expiresAt > now).map((previous) => previous.secret),
];

/** When the last of the previous secrets expires, in milliseconds since the epoch; undefined if none is valid. */
export const previousSecretsExpireAt = ({ previousSecrets = [] }: Secrets, now: number): number | undefined => {
  const valid = previousSecrets.map(({ expiresAt }) => expiresAt).filter((expiresAt) => expiresAt > now);
  return valid.length > 0 ? Math.max(...valid) : undefined;
};

/**
 * Replaces the secret. The one before stays valid for `overlapSeconds`, and earlier ones no longer than that, so that 0
 * revokes all. `too-many-secrets`: wait until one expires, or revoke.
 */
export function rotated(
  { secret: previous, previousSecrets = [] }: Secrets,
  secret: string,
  overlapSeconds: number,
  now: number,
): Secrets | 'too-many-secrets' {
  const until = now + overlapSeconds * 1000;
  const earlier = previousSecrets
    .filter(({ expiresAt }) => expiresAt > now)
    .map((each) => ({ secret: each.secret, expiresAt: Math.min(each.expiresAt, until) }));
  if (overlapSeconds > 0 && earlier.length >= maxPreviousSecrets) return 'too-many-secrets';
  return { secret, previousSecrets: [{ secret: previous, expiresAt: until }, ...earlier].slice(0, maxPreviousSecrets) };
}
