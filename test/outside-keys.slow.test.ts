import { expect, test } from 'vitest';
import { readSources } from './support/architecture.ts';
import { indexedByOutsideText } from './support/outside-keys.ts';

/** Far above the time of a compilation on a busy machine. */
const timeout = 600_000;

test(
  'no plain object is indexed by a text that may be any',
  async () => {
    const sources = [...readSources()].filter(([path]) => /^(functions|shared)\//.test(path));
    expect(await indexedByOutsideText(new Map(sources))).toEqual([]);
  },
  timeout,
);

test(
  'an object that is indexed by any text is found; declared names, numbers and literals are not',
  async () => {
    const source = `
      type Rates = Record<string, number>;
      export const read = (rates: Rates, key: string) => rates[key];
      export const write = (rates: Rates, key: string) => void (rates[key] = 1);
      export const nested = (rates: { of: Record<string, Rates> }, key: string) => rates.of?.['GB']?.[key];
      export const isIn = (rates: Rates, key: string) => key in rates;
      export const template = (rates: Rates, key: string) => rates[\`rate-\${key}\`];
      const names = { standard: 1, reduced: 2 };
      export const named = (name: keyof typeof names) => names[name];
      export const literal = (rates: Rates) => rates['standard'];
      export const item = (list: readonly number[], index: number) => list[index];
      export const letter = (text: string, index: number) => text[index];
    `;
    const found = await indexedByOutsideText(new Map([['shared/rates.ts', source]]));
    expect(found.map((line) => /\((\d+)/.exec(line)?.[1])).toEqual(['6', '3', '4', '5', '7']);
  },
  timeout,
);
