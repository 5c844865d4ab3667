import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { glossary } from '../../../shared/metrics/glossary.ts';
import { measures } from '../../../shared/metrics/measures.ts';

const file = fileURLToPath(new URL('../../../functions/nightly-metrics/glossary.md', import.meta.url));

test('the glossary is current', async () => {
  const formatted = await format(glossary(), { ...(await resolveConfig(file)), parser: 'markdown' });
  await expect(formatted).toMatchFileSnapshot(file);
});

test('each measure has one definition', () => {
  expect(new Set(measures.map(({ name }) => name)).size).toBe(measures.length);
  expect(measures.filter(({ description }) => description === '')).toEqual([]);
});
