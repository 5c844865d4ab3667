import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutatedSource, mutants } from './mutants.ts';
import { checkers } from '../checkers/checkers.ts';

const root = join(import.meta.dirname, '../../..');

test.each(Object.entries(mutants))('the mistake %s can still be made', (_name, build) => {
  expect(mutatedSource(build, root)).toContain(build.to);
});

test('every invariant has a mistake that breaks it', () => {
  const broke = Object.values(mutants).map(({ detectedBy }) => detectedBy);
  const unbroken = checkers.filter(({ name }) => !broke.some((start) => start && name.startsWith(start)));
  expect(unbroken.map(({ name }) => name)).toEqual([]);
});
