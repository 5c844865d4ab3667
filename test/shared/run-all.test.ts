import { describe, expect, test } from 'vitest';
import { runAll, runAllPages } from '../../shared/run-all.ts';
import { defects, outages } from '../support/defects.ts';

const ids = Array.from({ length: 9 }, (_, index) => index);
const pagesOf = (size: number) =>
  Array.from({ length: ids.length / size }, (_, page) => ids.slice(page * size, (page + 1) * size));

/** Work that fails for one id, with the ids that it started. */
function failing(bad: number, error: () => Error) {
  const started: number[] = [];
  const work = async (id: number) => {
    started.push(id);
    await Promise.resolve();
    if (id === bad) throw error();
    return id % 2 === 0 ? id : undefined;
  };
  return { started, work };
}

test('returns the defined results in the order of the items', async () => {
  expect(await runAll(2, ids, failing(-1, Error).work)).toEqual([0, 2, 4, 6, 8]);
});

test('runs at most the given number of items at once', async () => {
  let [running, most] = [0, 0];
  await runAllPages(2, pagesOf(3), async () => {
    most = Math.max(most, (running += 1));
    await Promise.resolve();
    running -= 1;
    return undefined;
  });
  expect(most).toBe(2);
});

describe.each(defects)('%s', (_name, error) => {
  test.each([0, 4, 8])('of item %i delays no other and is thrown afterwards', async (bad) => {
    const { started, work } = failing(bad, error);
    await expect(runAllPages(2, pagesOf(3), work)).rejects.toMatchObject({
      message: expect.stringMatching(/^1 of 9 item\(s\) failed; the first: /),
      errors: [error()],
    });
    expect(started).toEqual(ids);
  });
});

describe.each(outages)('%s', (_name, error) => {
  test.each([0, 4, 8])('at item %i is thrown at once, and no further item or page is started', async (bad) => {
    const { started, work } = failing(bad, error);
    await expect(runAllPages(2, pagesOf(3), work)).rejects.toThrow(error().message);
    // Two items run at once.
    expect(started.length).toBeLessThanOrEqual(bad + 2);
  });
});
