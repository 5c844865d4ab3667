import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chainKey, chainOf, parseChain, textOf } from '../../../functions/audit-trail/chain/audit-chain.ts';
import { createChainStore } from '../../../functions/audit-trail/chain/chain-store.ts';
import { closeDays } from '../../../functions/audit-trail/chain/close-days-job.ts';
import { createFolderStore } from '../../../functions/audit-trail/chain/folder-store.ts';
import { verify } from '../../../functions/audit-trail/chain/verify.ts';
import { businessDays } from '../../../shared/business-day.ts';
import { lakeKey, lateArrivalKey } from '../../../shared/lake/lake-keys.ts';
import { createLakeStore } from '../../../shared/lake/lake-store.ts';
import { memoryS3 } from '../../nightly-metrics/run/memory-s3.ts';

const [d1, d2, d3, d4] = ['2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29'] as const;
const nightAfter = (day: string) => Date.parse(`${day}T04:15:00Z`) + 86_400_000;

let s3: ReturnType<typeof memoryS3>;
let folder: string;
beforeEach(() => {
  s3 = memoryS3();
  folder = mkdtempSync(join(tmpdir(), 'verify-audit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (Key: string, Body: string) => s3.client.send(new PutObjectCommand({ Bucket: 'lake', Key, Body }));
const close = (nowMs: number) =>
  closeDays(
    { lake: createLakeStore(s3.client, 'lake'), chains: createChainStore(s3.client, 'lake') },
    businessDays('Europe/London'),
  )(nowMs);
const text = (key: string) => s3.text(`lake/${key}`) ?? '';
const set = (key: string, content: string) => void s3.objects.set(`lake/${key}`, Buffer.from(content));
const remove = (key: string) => void s3.objects.delete(`lake/${key}`);
const keysIn = (day: string) => parseChain(day, text(chainKey(day)))?.files.map(({ key }) => key);
const hashOf = (day: string) => parseChain(day, text(chainKey(day)))?.hash ?? '';

/** Copies the bucket to the folder, as `aws s3 sync` does. */
function copied() {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  for (const [key, content] of s3.objects) {
    const path = join(folder, key.slice('lake/'.length));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return createFolderStore(folder);
}
const problems = async (keptHash?: string) => (await verify(copied(), keptHash)).problems;

/** Three closed days, with two files, none and two files. */
async function closedDays() {
  for (const [day, name] of [
    [d1, 'b'],
    [d1, 'a'],
    [d3, 'c'],
    [d3, 'd'],
  ] as const) {
    await put(lakeKey(day, name), `events ${name}`);
  }
  expect(await close(nightAfter(d3))).toEqual([d1, d2, d3]);
}

describe('the nightly job', () => {
  test('closes each ended day once, oldest first, with its files in the order of their keys', async () => {
    await closedDays();
    expect(keysIn(d1)).toEqual([lakeKey(d1, 'a'), lakeKey(d1, 'b')]);
    expect(keysIn(d2)).toEqual([]);
    const last = s3.json(`lake/${chainKey(d3)}`);
    expect(last).toMatchObject({ day: d3, previous: hashOf(d2), files: [{ size: 8 }, { size: 8 }] });
    expect(await problems()).toEqual([]);
    const writes = s3.writes.length;
    expect(await close(nightAfter(d3))).toEqual([]);
    expect(s3.writes).toHaveLength(writes);
  });

  test('closes no day before an hour past its midnight in the store, and none of an empty lake', async () => {
    expect(await close(nightAfter(d3))).toEqual([]);
    await put(lakeKey(d1, 'a'), 'a');
    expect(await close(Date.parse(`${d2}T00:59:59Z`))).toEqual([]);
    expect(await close(Date.parse(`${d2}T01:00:00Z`))).toEqual([d1]);
  });

  test('closes a month of days per run, from a year ago at most', async () => {
    await put(lakeKey('2020-01-01', 'a'), 'a');
    await put(lakeKey('2026-01-01', 'a'), 'a');
    const runs = [await close(nightAfter(d4)), await close(nightAfter(d4))];
    expect(runs.map((days) => [days[0], days.length])).toEqual([
      ['2026-01-01', 31],
      ['2026-02-01', 31],
    ]);
    expect(await problems()).toEqual([]);
  });

  test('lists a late file in the chain of the day on which it arrived, and changes no earlier chain', async () => {
    await closedDays();
    const before = [d1, d2, d3].map((day) => text(chainKey(day)));
    await put(lakeKey(d1, 'late'), 'late');
    await put(lateArrivalKey(d4, d1), '');
    // Until the night, its late arrival says that the file is not a change.
    expect(await problems()).toEqual([]);
    await put(lakeKey(d4, 'e'), 'e');
    expect(await close(nightAfter(d4))).toEqual([d4]);
    expect([d1, d2, d3].map((day) => text(chainKey(day)))).toEqual(before);
    expect(keysIn(d4)).toEqual([lakeKey(d1, 'late'), lakeKey(d4, 'e')]);
    expect(await problems()).toEqual([]);
    set(lakeKey(d1, 'late'), 'LATE');
    expect(await problems()).toEqual([`${lakeKey(d1, 'late')} was changed after ${d4} was closed.`]);
  });

  test('that crashes between two days goes on where it stopped, with the same chains', async () => {
    await closedDays();
    const expected = [d1, d2, d3].map((day) => text(chainKey(day)));
    for (const day of [d1, d2, d3]) remove(chainKey(day));
    s3.failAfter(1);
    await expect(close(nightAfter(d3))).rejects.toThrow('the bucket is gone');
    expect(text(chainKey(d2))).toBe('');
    s3.failAfter(Infinity);
    expect(await close(nightAfter(d3))).toEqual([d2, d3]);
    expect([d1, d2, d3].map((day) => text(chainKey(day)))).toEqual(expected);
  });

  test('that another run overtakes, with a file more, continues its chains', async () => {
    for (const day of [d1, d2, d3]) await put(lakeKey(day, 'a'), day);
    const lake = createLakeStore(s3.client, 'lake');
    const keysOfDay = async (day: string) => {
      const keys = await lake.keysOfDay(day);
      if (day !== d1 || s3.objects.has(`lake/${lakeKey(d1, 'b')}`)) return keys;
      await put(lakeKey(d1, 'b'), 'b');
      await close(nightAfter(d2));
      return keys;
    };
    const overtaken = closeDays(
      { lake: { ...lake, keysOfDay }, chains: createChainStore(s3.client, 'lake') },
      businessDays('Europe/London'),
    );
    expect(await overtaken(nightAfter(d3))).toEqual([d1, d2, d3]);
    const chains = s3.writes.filter((key) => key.includes('/audit/'));
    expect(chains).toEqual([d1, d2, d3].map((day) => `lake/${chainKey(day)}`));
    expect(keysIn(d1)).toEqual([lakeKey(d1, 'a'), lakeKey(d1, 'b')]);
    expect(await problems()).toEqual([]);
  });

  test('fails for a chain of the day before that was changed', async () => {
    await closedDays();
    set(chainKey(d3), text(chainKey(d3)).replace('"size":8', '"size":9'));
    await expect(close(nightAfter(d4))).rejects.toThrow(`${chainKey(d3)} was changed`);
  });
});

/** A chain with one file less and a hash that fits, as who knows the format would write it. */
function rewritten(day: string): string {
  const chain = parseChain(day, text(chainKey(day)));
  return textOf(chainOf(day, chain?.previous ?? null, chain?.files.slice(1) ?? []));
}
const [a, b, c, d] = [lakeKey(d1, 'a'), lakeKey(d1, 'b'), lakeKey(d3, 'c'), lakeKey(d3, 'd')];

describe('verify', () => {
  // Each was seen failing, without one comparison of verify.ts or of `parseChain` at a time.
  test.each<[name: string, change: () => void, problems: string[]]>([
    ['one byte of a file changed', () => set(c, 'events C'), [`${c} was changed after ${d3} was closed.`]],
    ['a file removed', () => remove(b), [`${b} was removed after ${d1} was closed.`]],
    ['a file inserted', () => set(lakeKey(d2, 'x'), 'x'), [`${lakeKey(d2, 'x')} was added after ${d2} was closed.`]],
    [
      'a file of another name inserted',
      () => set(`events/dt=${d1}/.x`, 'x'),
      [`events/dt=${d1}/.x was added after ${d1} was closed.`],
    ],
    [
      'two files swapped',
      () => {
        const [first, second] = [text(a), text(d)];
        set(a, second);
        set(d, first);
      },
      [`${a} was changed after ${d1} was closed.`, `${d} was changed after ${d3} was closed.`],
    ],
    [
      'a chain edited',
      () => set(chainKey(d1), text(chainKey(d1)).replace('"size":8', '"size":9')),
      [`${chainKey(d1)} was changed.`],
    ],
    ['white space of a chain', () => set(chainKey(d1), ` ${text(chainKey(d1))}`), [`${chainKey(d1)} was changed.`]],
    ['a chain that is no JSON', () => set(chainKey(d2), '{'), [`${chainKey(d2)} was changed.`]],
    ['a chain of another day', () => set(chainKey(d3), text(chainKey(d2))), [`${chainKey(d3)} was changed.`]],
    [
      'a file removed, and a chain written again without it',
      () => {
        remove(a);
        set(chainKey(d1), rewritten(d1));
      },
      [`${chainKey(d1)} was written again: ${chainKey(d2)} has another hash of it.`],
    ],
    ['a chain removed', () => remove(chainKey(d2)), [`${chainKey(d2)} was removed.`]],
    ['the first chain removed', () => remove(chainKey(d1)), [`${chainKey(d1)} was removed, with all before it.`]],
  ])('names %s', async (_, change, expected) => {
    await closedDays();
    change();
    expect(await problems()).toEqual(expected);
  });

  test('names the removal of all chains, and that of the last ones by a kept hash only', async () => {
    expect(await problems()).toEqual(['There is no chain under audit/dt=: all were removed, or no day was closed.']);
    await closedDays();
    const kept = hashOf(d3);
    expect(await problems(kept)).toEqual([]);
    for (const key of [chainKey(d3), c, d]) remove(key);
    expect(await problems()).toEqual([]);
    expect(await problems(kept)).toEqual([`No day has the hash ${kept}: its chain was removed or written again.`]);
  });
});

test('the command prints the last hash, or what changed with exit code 1', async () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['functions/audit-trail/chain/verify-audit-job.ts', ...args], { encoding: 'utf8' });
  await closedDays();
  copied();
  const unchanged = run(folder, '--hash', hashOf(d2));
  expect(unchanged.stdout).toContain('3 days, 4 files: unchanged\n');
  expect(unchanged.stdout).toContain(hashOf(d3));
  expect(unchanged.status).toBe(0);
  remove(c);
  copied();
  expect(run(folder)).toMatchObject({ status: 1, stdout: '', stderr: `${c} was removed after ${d3} was closed.\n` });
  expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining('Usage:') });
  expect(run(folder, '--bogus')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^Usage:/) });
});
