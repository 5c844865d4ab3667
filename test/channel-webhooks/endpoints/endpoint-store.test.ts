import { expect, test } from 'vitest';
import { createEndpointStore } from '../../../functions/channel-webhooks/endpoints/endpoint-store.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { anEndpoint } from '../../support/webhooks/order-events.ts';

const database = databaseForAll();
const endpoints = createEndpointStore(database.db, tables);

const claim = { now: noon, until: noon + 12_000 };

test.each([
  ['is not paused', undefined, true],
  ['was paused until a second ago', noon - 1000, true],
  ['was paused until now', noon, true],
  ['is paused for a millisecond', noon + 1, false],
  ['has a running attempt', noon + 12_000, false],
  ['is paused for five minutes', noon + 300_000, false],
])('an attempt of an endpoint that %s', async (_what, pausedUntil, isClaimed) => {
  const endpoint = await anEndpoint(endpoints, 'https://shop.example.com/');
  const version = endpoint.version + 1;
  await endpoints.write({ ...endpoint, version, ...(pausedUntil !== undefined && { pausedUntil }) }, aCause());
  const read = await endpoints.read(endpoint);
  if (!read) throw new Error('The endpoint is not stored');
  expect(await endpoints.claim(read, claim)).toBe(isClaimed);
  // A second attempt, also by who read before the first one.
  expect(await endpoints.claim(read, claim)).toBe(false);
  expect(await endpoints.read(endpoint)).toMatchObject({ pausedUntil: isClaimed ? claim.until : pausedUntil });
});
