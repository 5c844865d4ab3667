import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutatedSource, mutants } from './mutants.ts';
import { checkers } from '../checkers/checkers.ts';

const root = join(import.meta.dirname, '../../..');

test.each(Object.entries(mutants))('the mutant %s can still be applied', (_name, mutant) => {
  expect(mutatedSource(mutant, root)).toContain(mutant.to);
});

test('every checker has a mutant', () => {
  const detectedBy = Object.values(mutants).map((mutant) => mutant.detectedBy);
  const withoutMutant = checkers.filter(({ name }) => !detectedBy.some((start) => start && name.startsWith(start)));
  expect(withoutMutant.map(({ name }) => name)).toEqual([]);
});
