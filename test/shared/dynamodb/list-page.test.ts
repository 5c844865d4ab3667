import { assert, asyncProperty, constantFrom, integer, stringMatching, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectPage, newestFirst, newestOf } from '../../../shared/dynamodb/list-page.ts';

/** An index in memory: keys by partition. */
const readKeysOf =
  (index: ReadonlyMap<string, readonly string[]>) =>
  async (partition: string, before: string | undefined, count: number): Promise<string[]> =>
    newestFirst((index.get(partition) ?? []).filter((key) => before === undefined || key < before)).slice(0, count);

type List = {
  keys: readonly string[];
  limit: number;
  isWanted?: (key: string) => boolean;
  from?: string;
  before?: string;
};

/** Reads all pages; `between` changes the index after each. */
async function readAll(
  { keys, limit, isWanted = () => true, from, before }: List,
  between: () => readonly string[] = () => keys,
) {
  const found: string[] = [];
  let current = keys;
  let after: string | undefined;
  let pages = 0;
  do {
    const partitions = ['0', '1', '2'];
    const byPartition = Map.groupBy(current, (key) => String(key.charCodeAt(key.length - 1) % partitions.length));
    const source = newestOf(partitions, readKeysOf(byPartition), from, before);
    const read = async (listed: string[]) => new Map(listed.filter(isWanted).map((key) => [key, key]));
    const page = await collectPage(source, read, { limit, after, isFiltered: true });
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    found.push(...page.entries);
    after = page.last;
    current = between();
    pages += 1;
  } while (after !== undefined);
  return { found, pages };
}

const keysOf = (count: number) => Array.from({ length: count }, (_, index) => `k${String(index).padStart(5, '0')}`);
const Keys = uniqueArray(stringMatching(/^[a-z]{1,4}$/), { maxLength: 60 });

describe('pages of a list', () => {
  test('contain each entry once, in order, within the range, whatever the page size', () =>
    assert(
      asyncProperty(Keys, integer({ min: 1, max: 7 }), constantFrom('a', 'k', 'z'), async (keys, limit, from) => {
        const before = 't';
        const isWanted = (key: string) => key.length !== 2;
        const { found } = await readAll({ keys, limit, isWanted, from, before });
        const inRange = keys.filter((key) => key >= from && key < before && isWanted(key));
        expect(found).toEqual(newestFirst(inRange));
      }),
    ));

  test('lose and repeat no entry that exists throughout, while others are added and removed', () =>
    assert(
      asyncProperty(Keys, Keys, integer({ min: 1, max: 5 }), async (kept, others, limit) => {
        const changing = others.filter((key) => !kept.includes(key));
        let round = 0;
        const between = () => {
          round += 1;
          return [...kept, ...changing.filter((_, index) => (index + round) % 3 > 0)];
        };
        const { found } = await readAll({ keys: [...kept, ...changing], limit }, between);
        expect(new Set(found).size).toBe(found.length);
        expect(found.filter((key) => kept.includes(key))).toEqual(newestFirst(kept));
      }),
    ));

  test('are short, not endless, if a filter matches nothing', async () => {
    const { found, pages } = await readAll({ keys: keysOf(2500), limit: 5, isWanted: () => false });
    expect(found).toEqual([]);
    expect(pages).toBe(3);
  });

  test.each([
    ['none of the keys', [], 1],
    ['the last key', ['k00000'], 1],
    ['one key of a hundred', keysOf(2500).filter((_, index) => index % 100 === 0), 3],
  ])(
    'are not short because of skipped keys, whose entries are not read: %s is wanted',
    async (_name, wanted, pages) => {
      const keys = keysOf(2500);
      const source = newestOf(['0'], readKeysOf(new Map([['0', keys]])));
      const entriesRead: string[] = [];
      const sizes: number[] = [];
      let after: string | undefined;
      do {
        const read = async (listed: string[]) => {
          entriesRead.push(...listed);
          return new Map(listed.map((key) => [key, key]));
        };
        const isKeyWanted = (key: string) => wanted.includes(key);
        const page = await collectPage(source, read, { limit: 10, after, isFiltered: true, isKeyWanted });
        sizes.push(page.entries.length);
        after = page.last;
      } while (after !== undefined);
      expect(sizes).toHaveLength(pages);
      expect(sizes.slice(0, -1).every((size) => size === 10)).toBe(true);
      expect(new Set(entriesRead)).toEqual(new Set(wanted));
    },
  );

  test('have at most 0.9 MB, and an entry that is larger is a page', async () => {
    const keys = newestFirst(keysOf(6));
    const sizes = [400_000, 400_000, 400_000, 2_000_000, 1, 1];
    const source = newestOf(['0'], async (_, before, count) =>
      keys.filter((key) => before === undefined || key < before).slice(0, count),
    );
    const read = async (listed: string[]) =>
      new Map(listed.map((key) => [key, { key, text: 'x'.repeat(sizes[keys.indexOf(key)] ?? 0) }]));
    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const page = await collectPage(source, read, { limit: 50, after, isFiltered: false });
      pages.push(page.entries.map(({ key }) => key));
      after = page.last;
    } while (after !== undefined);
    expect(pages.map(({ length }) => length)).toEqual([2, 1, 1, 2]);
    expect(pages.flat()).toEqual(keys);
  });
});
