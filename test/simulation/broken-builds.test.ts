import { join } from 'node:path';
import { expect, test } from 'vitest';
import { broken, brokenBuilds } from './broken-builds.ts';
import { invariants } from './invariants.ts';

const root = join(import.meta.dirname, '../..');

test.each(Object.entries(brokenBuilds))('the mistake %s can still be made', (_name, build) => {
  expect(broken(build, root)).toContain(build.to);
});

test('every invariant has a mistake that breaks it', () => {
  const broke = Object.values(brokenBuilds).map(({ breaks }) => breaks);
  const unbroken = invariants.filter(({ name }) => !broke.some((start) => start && name.startsWith(start)));
  expect(unbroken.map(({ name }) => name)).toEqual([]);
});
