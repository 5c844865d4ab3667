import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { newestUnder } from '../../../shared/dynamodb/query-pages.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';

const { db } = databaseForAll();
const TableName = tables.REFUND_TABLE_NAME;
const Item = z.object({ sk: z.string(), text: z.string() });
const put = (pk: string, sk: string, text = '') => db.send(new PutCommand({ TableName, Item: { pk, sk, text } }));

/** The sort keys of all pages, page by page. */
async function pagesOf(pk: string, prefix: string, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  let before: string | undefined;
  do {
    const { items, last } = await newestUnder(db, TableName, { pk, prefix }, Item, { before, limit });
    pages.push(items.map(({ sk }) => sk));
    before = last;
  } while (before !== undefined);
  return pages;
}

describe('the newest items under a prefix', () => {
  beforeAll(async () => {
    for (const sk of ['A#9', 'B#1', 'B#2', 'B#3', 'B#4', 'B#5', 'C#1']) await put('small', sk);
    // DynamoDB returns three of these at once, and two fit into a response.
    for (const sk of ['B#1', 'B#2', 'B#3']) await put('large', sk, 'x'.repeat(310_000));
  });

  test.each([
    [2, [['B#5', 'B#4'], ['B#3', 'B#2'], ['B#1']]],
    [4, [['B#5', 'B#4', 'B#3', 'B#2'], ['B#1']]],
    [9, [['B#5', 'B#4', 'B#3', 'B#2', 'B#1']]],
  ])('come in pages of at most %d, each item once', async (limit, pages) => {
    expect(await pagesOf('small', 'B#', limit)).toEqual(pages);
  });

  test('come in pages that fit into a response', async () => {
    expect(await pagesOf('large', 'B#', 50)).toEqual([['B#3', 'B#2'], ['B#1']]);
  });

  test('continue after a sort key that was deleted', async () => {
    const page = await newestUnder(db, TableName, { pk: 'small', prefix: 'B#' }, Item, { before: 'B#2x', limit: 1 });
    expect(page).toEqual({ items: [{ sk: 'B#2', text: '' }], last: 'B#2' });
  });

  test('are none in an empty partition', async () => {
    expect(await pagesOf('none', 'B#', 2)).toEqual([[]]);
  });
});
