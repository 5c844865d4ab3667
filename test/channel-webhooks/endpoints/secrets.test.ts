import { describe, expect, test } from 'vitest';
import {
  previousSecretsExpireAt,
  rotated,
  validSecrets,
} from '../../../functions/channel-webhooks/endpoints/secrets.ts';
import { noon } from '../../support/builders.ts';

const day = 86_400_000;
const hours = (count: number) => noon + count * 3_600_000;

describe('the secret of an endpoint', () => {
  test.each([
    ['never rotated', undefined, ['new'], undefined],
    ['rotated an hour ago', [{ secret: 'old', expiresAt: hours(23) }], ['new', 'old'], hours(23)],
    ['rotated and expired', [{ secret: 'old', expiresAt: noon }], ['new'], undefined],
    [
      'rotated twice',
      [
        { secret: 'old', expiresAt: hours(23) },
        { secret: 'older', expiresAt: hours(2) },
      ],
      ['new', 'old', 'older'],
      hours(23),
    ],
    [
      'rotated twice, the earlier one expired',
      [
        { secret: 'old', expiresAt: hours(1) },
        { secret: 'older', expiresAt: hours(-1) },
      ],
      ['new', 'old'],
      hours(1),
    ],
  ])('%s signs with the valid ones, the newest first', (_when, previousSecrets, expected, expiresAt) => {
    expect(validSecrets({ secret: 'new', previousSecrets }, noon)).toEqual(expected);
    expect(previousSecretsExpireAt({ secret: 'new', previousSecrets }, noon)).toBe(expiresAt);
  });

  test('stays valid for the overlap after its rotation, and earlier ones no longer than before', () => {
    const first = rotated({ secret: 'a' }, 'b', 86_400, noon);
    if (first === 'too-many-secrets') throw new Error(first);
    expect(first).toEqual({ secret: 'b', previousSecrets: [{ secret: 'a', expiresAt: noon + day }] });
    const second = rotated(first, 'c', 3600, noon + 1000);
    expect(second).toEqual({
      secret: 'c',
      previousSecrets: [
        { secret: 'b', expiresAt: hours(1) + 1000 },
        { secret: 'a', expiresAt: hours(1) + 1000 },
      ],
    });
  });

  test('has at most four before it; a rotation without overlap revokes all of them', () => {
    let secrets: Parameters<typeof rotated>[0] = { secret: '0' };
    for (let count = 1; count <= 4; count += 1) {
      const next = rotated(secrets, String(count), 86_400, noon);
      if (next === 'too-many-secrets') throw new Error(next);
      secrets = next;
    }
    expect(validSecrets(secrets, noon)).toEqual(['4', '3', '2', '1', '0']);
    expect(rotated(secrets, '5', 1, noon)).toBe('too-many-secrets');
    const revoked = rotated(secrets, '5', 0, noon);
    if (revoked === 'too-many-secrets') throw new Error(revoked);
    expect(validSecrets(revoked, noon)).toEqual(['5']);
  });
});
