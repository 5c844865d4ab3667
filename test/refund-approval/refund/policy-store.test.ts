import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { createPolicyStore, type EarlierVersion } from '../../../functions/refund-approval/refund/policy-store.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';

const database = databaseForEach();
const at = new Date(noon).toISOString();

/** The keys of each request that reads items. */
let reads: unknown[][] = [];
beforeEach(() => {
  reads = [];
});
const send = async (command: Parameters<Database['send']>[0]) => {
  if (command instanceof BatchGetCommand) {
    const { Keys = [] } = Object.values(command.input.RequestItems ?? {})[0] ?? {};
    reads.push(Keys.map(({ sk }) => sk));
  }
  return database.db.send(command);
};
const policies = createPolicyStore({ send } as Database, tables.REFUND_TABLE_NAME);

/** A policy that differs from the others by its days. */
const contentOf = (version: number) => ({
  ...defaultPolicy,
  returns: { ...defaultPolicy.returns, windowDays: 30 + version },
});

/** Stores versions 1 to 4; the last one with these earlier policies. */
async function stored(earlier: EarlierVersion[]) {
  for (const version of [1, 2, 3, 4]) {
    const policy = { version, content: contentOf(version), by: 'finance', at, from: '192.0.2.1' };
    await policies.put({ ...policy, ...(version === 4 && { earlier }) }, false, aCause());
  }
}
const until = (ms: number) => new Date(noon + ms).toISOString();
const earlierOf = (by: string, version: number, ms = 1): EarlierVersion => ({ by, version, until: until(ms) });
const key = (version: number) => `VERSION#0000000${version}`;

describe('the policy in force', () => {
  test.each<[string, EarlierVersion[], number[], string[]]>([
    ['no earlier policy', [], [], []],
    ['one that is over', [earlierOf('finance', 2, 0)], [], []],
    ['one that judges its author', [earlierOf('finance', 2)], [2], [key(2)]],
    ['the default policy before it', [earlierOf('finance', 0)], [0], []],
    ['two of one author', [earlierOf('finance', 2), earlierOf('finance', 3)], [2, 3], [key(2), key(3)]],
    ['one of two authors', [earlierOf('finance', 3), earlierOf('admin', 3)], [3, 3], [key(3)]],
    ['one that is over, and one not', [earlierOf('finance', 1, -1), earlierOf('admin', 3)], [3], [key(3)]],
  ])('with %s is read in at most two requests', async (_what, earlier, versions, keys) => {
    await stored(earlier);
    const policy = await policies.inForce(noon);
    expect(policy).toMatchObject({ version: 4, content: contentOf(4) });
    expect(policy.earlier).toEqual(
      earlier
        .filter(({ until: end }) => end > until(0))
        .map(({ by, until: end, version }) => ({
          by,
          until: end,
          version,
          content: version === 0 ? defaultPolicy : contentOf(version),
        })),
    );
    expect(policy.earlier?.map(({ version }) => version)).toEqual(versions);
    expect(reads).toEqual([['POLICY'], ...(keys.length > 0 ? [keys] : [])]);
  });

  test('without those that judge authors is one read', async () => {
    expect(await policies.current()).toEqual({ version: 0, content: defaultPolicy });
    await stored([earlierOf('finance', 2)]);
    expect(await policies.current()).toEqual({ version: 4, content: contentOf(4) });
    expect(reads).toEqual([['POLICY'], ['POLICY']]);
  });

  test('of which a version is missing is an error', async () => {
    await stored([earlierOf('finance', 9)]);
    await expect(policies.inForce(noon)).rejects.toThrow('The refund policy has no version 9');
    await expect(policies.version(7)).rejects.toThrow('The refund policy has no version 7');
    expect(await policies.version(2)).toEqual(contentOf(2));
  });
});
