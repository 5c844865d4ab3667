import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { expect, test } from 'vitest';
import { FailedRowsError, type UploadedFile, uploadedFiles } from '../../../shared/lambda/uploaded-files.ts';

const log = { info: () => {}, warn: () => {} };

/** A bucket that has every uploaded file, and keeps what is written to it. */
function inboxOf(storedBytes = 5) {
  const results = new Map<string, { body: string; sequencer: string | undefined }>();
  const send = async (command: unknown) => {
    if (command instanceof GetObjectCommand) {
      return { Body: Readable.from(['id\na\n']), Metadata: {}, ContentLength: storedBytes };
    }
    if (command instanceof HeadObjectCommand) {
      const found = results.get(command.input.Key ?? '');
      if (!found) throw new NotFound({ message: 'not found', $metadata: {} });
      return { Metadata: found.sequencer === undefined ? {} : { sequencer: found.sequencer } };
    }
    const { Key = '', Body, Metadata } = (command as PutObjectCommand).input;
    results.set(Key, { body: z.string().parse(Body), sequencer: Metadata?.['sequencer'] });
    return {};
  };
  const inbox = {
    bucket: 'inbox',
    folder: 'imports',
    maxBytes: 1000,
    refuse: (refused: string) => ({ summary: { rows: 0, refused }, csv: `row,reason\n1,${refused}\n` }),
  };
  const onUploaded = uploadedFiles({ send } as unknown as S3Client, inbox, log);
  const upload = (
    key: string,
    process: (file: UploadedFile) => Promise<object> = async ({ body }) => ({ content: await text(body) }),
    { sequencer = '1', size = 5 }: { sequencer?: string; size?: number | undefined } = {},
  ) => onUploaded({ time: '2026-11-30T09:15:00Z', detail: { object: { key, sequencer, size } } }, process);
  return {
    upload,
    keys: () => [...results.keys()],
    summary: (key: string) => JSON.parse(results.get(key)?.body ?? '{}') as object,
  };
}

test('a file is processed once per upload', async () => {
  const { upload, summary } = inboxOf();
  let runs = 0;
  const count = () => Promise.resolve({ runs: (runs += 1) });
  await upload('imports/a.csv', count);
  await upload('imports/a.csv', count);
  expect(summary('results/a.json')).toEqual({ file: 'imports/a.csv', runs: 1 });
  await upload('imports/a.csv', count, { sequencer: '2' });
  expect(summary('results/a.json')).toEqual({ file: 'imports/a.csv', runs: 2 });
});

test.each(['a.csv', 'Imports/a.csv', 'imports/a.txt', 'imports/a', 'orders/a.csv'])(
  '%s is refused without being read',
  async (key) => {
    const { upload, keys, summary } = inboxOf();
    await upload(key, () => Promise.reject(new Error('read')));
    expect(keys()).toEqual([`results/_/${key}.csv`, `results/_/${key}.json`]);
    expect(summary(`results/_/${key}.json`)).toMatchObject({
      file: key,
      refused: expect.stringContaining('imports/<name>.csv'),
    });
  },
);

test.each(['results/a.csv', 'results/_/a.csv.json', 'exports/01.csv', 'results/a.CSV'])(
  '%s, which the store writes, has no result',
  async (key) => {
    const { upload, keys } = inboxOf();
    await upload(key);
    expect(keys()).toEqual([]);
  },
);

test.each([
  ['a type error', new TypeError('x is undefined')],
  ['a range error', new RangeError('Invalid time value')],
  ['a schema error', new z.ZodError([])],
])('%s of the store is answered, and a later attempt replaces the answer', async (_name, error) => {
  const { upload, summary } = inboxOf();
  await expect(upload('imports/a.csv', () => Promise.reject(error))).rejects.toThrow(error);
  expect(summary('results/a.json')).toEqual({ file: 'imports/a.csv', failed: expect.stringContaining('tries again') });
  await upload('imports/a.csv');
  expect(summary('results/a.json')).toEqual({ file: 'imports/a.csv', content: 'id\na\n' });
});

test('rows that failed leave the summary of the others, and a later attempt replaces it', async () => {
  const { upload, summary } = inboxOf();
  const failed = new FailedRowsError({ rows: 3, accepted: 2 }, new TypeError('x is undefined'));
  await expect(upload('imports/a.csv', () => Promise.reject(failed))).rejects.toThrow('x is undefined');
  expect(summary('results/a.json')).toEqual({
    file: 'imports/a.csv',
    rows: 3,
    accepted: 2,
    failed: expect.stringContaining('tries again'),
  });
  await upload('imports/a.csv');
  expect(summary('results/a.json')).toEqual({ file: 'imports/a.csv', content: 'id\na\n' });
});

test('an error that a retry may cure has no result yet', async () => {
  const { upload, keys } = inboxOf();
  await expect(upload('imports/a.csv', () => Promise.reject(new Error('The connection was lost')))).rejects.toThrow(
    'lost',
  );
  expect(keys()).toEqual([]);
});

test.each([
  ['of one byte more', 1001, 1001],
  ['of a gigabyte', 1e9, 1e9],
  ['whose event has no size', 0, 1001],
  ['that was replaced by a larger one', 5, 5000],
  ['that was replaced by a smaller one', 1e12, 5],
])('a file %s is refused with a result, without being read', async (_, size, storedBytes) => {
  const { upload, summary, keys } = inboxOf(storedBytes);
  await upload('imports/a.csv', () => Promise.reject(new Error('read')), { size: size === 0 ? undefined : size });
  expect(keys()).toEqual(['results/a.csv', 'results/a.json']);
  expect(summary('results/a.json')).toMatchObject({ refused: expect.stringContaining('more than the 1000') });
});

test('a file of the largest size is read', async () => {
  const { upload, summary } = inboxOf(1000);
  await upload('imports/a.csv', () => Promise.resolve({ rows: 1 }), { size: 1000 });
  expect(summary('results/a.json')).toMatchObject({ rows: 1 });
});
