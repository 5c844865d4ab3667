import { deflateRawSync } from 'node:zlib';
import { PutCommand, type QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { timelineOf, timelinePage } from '../../../shared/dynamodb/timeline.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';

const database = databaseForAll();
const table = tables.ORDER_TABLE_NAME;

/** Events of these sizes in bytes; DynamoDB reads about 1 MB at once. */
async function putEvents(pk: string, sizes: readonly number[]): Promise<string[]> {
  const keys = sizes.map((_, index) => `EVENT#${String(index).padStart(26, '0')}`);
  for (const [index, sk] of keys.entries()) {
    const detail = JSON.stringify({ text: 'x'.repeat(sizes[index] ?? 0) });
    const Item = { pk, sk, source: 'test', detailType: 'Tested', detail };
    await database.db.send(new PutCommand({ TableName: table, Item }));
  }
  return keys;
}

/** The database, with the number of its requests and of the items that they read. */
function counting() {
  const read = { requests: 0, items: 0 };
  const send = async (command: QueryCommand) => {
    const page = await database.db.send(command);
    read.requests += 1;
    read.items += page.Items?.length ?? 0;
    return page;
  };
  return { db: { send } as unknown as Database, read };
}

test.each([
  ['no events', [], 1000, [0]],
  ['small events', [10, 10, 10], 1000, [3]],
  ['as many small events as a page has', [10, 10], 2, [2]],
  ['more events than a page has', [10, 10, 10, 10, 10], 2, [2, 2, 1]],
  ['events of a large order', Array.from({ length: 7 }, () => 300_000), 1000, [2, 2, 2, 1]],
  ['a large event between small ones', [10, 390_000, 390_000, 390_000, 10], 1000, [3, 2]],
])('%s are pages of at most the limit and 0.9 MB', async (name, sizes, limit, expected) => {
  const keys = await putEvents(`TEST#${name}`, sizes);
  const pages: string[][] = [];
  let after: string | undefined;
  do {
    const { db, read } = counting();
    const { events, last } = await timelinePage(db, table, `TEST#${name}`, { limit, after });
    expect([read.requests, read.items <= limit + 1]).toEqual([1, true]);
    pages.push(events.map(({ sk }) => sk));
    after = last;
  } while (after !== undefined);
  expect(pages.map(({ length }) => length)).toEqual(expected);
  expect(pages.flat()).toEqual(keys);
  expect((await timelineOf(database.db, table, `TEST#${name}`)).map(({ sk }) => sk)).toEqual(keys);
});

test('compressed events are counted with the bytes of their text', async () => {
  const pk = 'TEST#compressed';
  for (const number of [0, 1, 2]) {
    const detail = deflateRawSync(JSON.stringify({ text: 'x'.repeat(400_000) }));
    const Item = { pk, sk: `EVENT#${number}`, source: 'test', detailType: 'Tested', detail };
    await database.db.send(new PutCommand({ TableName: table, Item }));
  }
  const { events, last } = await timelinePage(database.db, table, pk, { limit: 100 });
  expect([events.length, last]).toEqual([2, 'EVENT#1']);
});
