import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inParallel } from '../../shared/in-parallel.ts';
import { s3Of, startBackOffice } from '../support/system/back-office.ts';
import { stockedSku } from '../support/system/test-data.ts';
import { damagedBytes, oddValue } from './mutations.ts';

const count = Number(process.env['FUZZ_FILES'] ?? 2000);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
/** Uploaded together, so that no queue is longer than a few seconds. */
const perRound = 100;
const roundTimeoutMs = 300_000;
const atOnce = 8;

/** A table whose cells are odd here and there. */
const tableOf = (header: string, rowOf: (row: number) => string[]): fc.Arbitrary<string[][]> =>
  fc
    .tuple(fc.nat(4), fc.array(fc.tuple(fc.nat(100), fc.nat(100), oddValue), { maxLength: 3 }), fc.nat(1_000_000))
    .map(([rows, changes, first]) => {
      const table = Array.from({ length: rows + 1 }, (_, row) => (row === 0 ? header.split(',') : rowOf(first + row)));
      for (const [row, column, odd] of changes) {
        const cells = table[row % table.length] ?? [];
        cells[column % (cells.length + 1)] = String(odd);
      }
      return table;
    });

const csvOf = (table: fc.Arbitrary<string[][]>): fc.Arbitrary<string> =>
  fc
    .tuple(
      table,
      fc.constantFrom(',', ',', ',', ';', '\t', '|'),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.constantFrom('', '', '\uFEFF', 'sep=;\n'),
      fc.constantFrom('', '', '"', '""', '\n\n', '\u0000'),
    )
    .map(([rows, separator, end, start, rest]) => start + rows.map((cells) => cells.join(separator)).join(end) + rest);

/** A conforming file, one in another form or encoding, or one with damaged bytes. */
const fileOf = (table: fc.Arbitrary<string[][]>): fc.Arbitrary<Buffer> => {
  const text = csvOf(table);
  return fc.oneof(
    { weight: 3, arbitrary: text.map((each) => Buffer.from(each)) },
    { weight: 3, arbitrary: damagedBytes(text) },
    { weight: 1, arbitrary: text.map((each) => Buffer.from(`\uFEFF${each}`, 'utf16le')) },
    { weight: 1, arbitrary: text.map((each) => Buffer.from(each, 'latin1')) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );
};

test(`each of ${count} mutated files of seed ${seed} has a result`, { timeout: 900_000 }, async () => {
  console.log(`Repeat with FUZZ_SEED=${seed} FUZZ_FILES=${count}`);
  const office = await startBackOffice();
  const s3 = s3Of(office.credentials);
  try {
    const sku = await stockedSku(office);
    const orders = tableOf(
      'externalOrderId,channel,currency,placedAt,customerId,country,sku,quantity,unitPriceMinor,taxMinor',
      (row) => [`OLD-${row}`, 'storefront', 'GBP', '2019-07-01T10:00:00Z', 'ada', 'GB', sku, '3', '1200', '600'],
    );
    const movements = tableOf('movementId,sku,warehouse,type,quantity,reason', (row) => [
      `fuzz-${row}`,
      sku,
      'main',
      'receipt',
      '1',
      'counted',
    ]);
    const kinds = [
      { Bucket: office.credentials.orderFilesBucket, folder: 'imports', files: fileOf(orders) },
      { Bucket: office.credentials.stockInboxBucket, folder: 'movements', files: fileOf(movements) },
    ];
    const missing: string[] = [];
    for (let round = 0; round * perRound < count && missing.length === 0; round += 1) {
      await inParallel(kinds.length, kinds, async ({ Bucket, folder, files }) => {
        const bodies = fc.sample(files, {
          seed: seed + round,
          numRuns: Math.min(perRound, count - round * perRound) / 2,
        });
        const name = (index: number) => `fuzz-${round}-${index}`;
        await inParallel(atOnce, [...bodies.entries()], ([index, Body]) =>
          s3.send(new PutObjectCommand({ Bucket, Key: `${folder}/${name(index)}.csv`, Body })),
        );
        const unanswered = await resultsOf(Bucket, `results/fuzz-${round}-`, bodies.length);
        for (const [index, body] of bodies.entries()) {
          const reason = unanswered.get(`results/${name(index)}.json`);
          if (reason !== undefined) missing.push(`${folder} ${reason}: ${body.toString('base64')}`);
        }
      });
    }
    expect(missing.slice(0, 10)).toEqual([]);
  } finally {
    s3.destroy();
    await office.stop();
  }

  /** What is wrong with the result of each of these files, by key; waits until all have one. */
  async function resultsOf(Bucket: string, Prefix: string, wanted: number): Promise<Map<string, string>> {
    const deadline = Date.now() + roundTimeoutMs;
    const keys = Array.from({ length: wanted }, (_, index) => `${Prefix}${index}.json`);
    for (;;) {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      const found = new Set(Contents.map(({ Key = '' }) => Key));
      if (keys.every((key) => found.has(key)) || Date.now() > deadline) {
        const faults = await inParallel(atOnce, keys, async (Key): Promise<[string, string][]> => {
          if (!found.has(Key)) return [[Key, 'no result']];
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          const summary = JSON.parse((await Body?.transformToString()) ?? '') as Record<string, unknown>;
          return 'failed' in summary ? [[Key, 'an error of the store']] : [];
        });
        return new Map(faults.flat());
      }
      await sleep(200);
    }
  }
});
