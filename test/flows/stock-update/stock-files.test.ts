import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeferralStore } from '../../../functions/stock-update/movements/deferral-store.ts';
import { type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';
import { tablesOf } from '../../support/orders/large-orders.ts';
import { outcomesOf, stockInbox } from '../../support/stock/stock-inbox.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const stockOf = async (sku: string) => (await office.client('warehouse').get(`/stock/${sku}`)).body;

const { put, upload, resultOf, send } = stockInbox(() => office);

describe('a file of movements', () => {
  test('with spaces in its name is applied in row order, and its result states the error of each malformed row', async () => {
    const [sku, other] = [await stockedSku(office, { units: 0 }), await stockedSku(office, { units: 0 })];
    const name = `day ${randomUUID()}/north & south`;
    const text = [
      '\uFEFFsku,movementId,type,quantity,warehouse,lot,reason',
      `${sku},${name.length}-${sku}-1,receipt,10,main,L1,"from ""ACME"", by lorry"`,
      `${sku},${sku}-2,write-off,11,main,,`,
      `${sku},${sku}-3,write-off,4,main,L1,`,
      `${other},${sku}-4,receipt,7,main,,`,
      `NO-SUCH-SKU,${sku}-5,receipt,7,main,,`,
      `${sku},${sku}-6,receipt,1e3,main,,`,
      `${sku},${sku}-7,receipt,1`,
      `${sku},${sku}-3,write-off,5,main,L1,`,
      `${sku},${sku}-3,write-off,4,main,L1,`,
      '',
    ].join('\r\n');
    await upload(name, text);
    const { summary, rows } = await resultOf(name);
    expect(outcomesOf(rows)).toEqual([
      'accepted',
      'insufficient-stock',
      'accepted',
      'accepted',
      'unknown-sku',
      expect.stringMatching(/^invalid: quantity/),
      expect.stringMatching(/^invalid: has 4 cells, the header 7/),
      'movement-conflict',
      'accepted',
    ]);
    expect(rows.map(({ row }) => Number(row))).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(summary).toEqual({
      file: `movements/${name}.csv`,
      rows: 9,
      accepted: 4,
      rejected: 5,
      reasons: { 'insufficient-stock': 1, 'unknown-sku': 1, invalid: 2, 'movement-conflict': 1 },
    });
    expect(await stockOf(sku)).toMatchObject({ onHand: 6 });
    expect(await stockOf(other)).toMatchObject({ onHand: 7 });
    const { body } = await office.client('warehouse').get(`/stock/${sku}/movements`);
    expect(body.movements[1]).toMatchObject({
      reason: 'from "ACME", by lorry',
      actor: `file movements/${name}.csv`,
      // S3 reports the upload time with a resolution of one second.
      occurredAt: expect.stringMatching(/\.999Z$/),
    });
  });

  test('uploaded again, also under another name, changes nothing', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const text = `movementId,sku,warehouse,type,quantity\n${sku}-1,${sku},main,receipt,5\n`;
    for (const name of [`a-${sku}`, `b-${sku}`]) {
      await upload(name, text);
      expect((await resultOf(name)).summary).toMatchObject({ accepted: 1 });
    }
    await upload(`a-${sku}`, text);
    await office.settled();
    expect(await stockOf(sku)).toMatchObject({ onHand: 5 });
  });

  test('states whether its counts include open orders, per row or for the whole file', async () => {
    const skus = await Promise.all([0, 1, 2].map(() => stockedSku(office, { units: 10 })));
    for (const sku of skus) {
      await office.client('storefront').post('/orders', orderOf(sku, { lines: [{ sku, quantity: 4 }] }));
    }
    const [included, deducted, byRow] = skus;
    const header = 'movementId,sku,warehouse,type,quantity';
    await upload(`included-${included}`, `${header}\nc-${included},${included},main,count,9\n`);
    await upload(`deducted-${deducted}`, `${header}\nc-${deducted},${deducted},main,count,9\n`, {
      'open-orders': 'deducted',
    });
    await upload(`row-${byRow}`, `${header},openOrders\nc-${byRow},${byRow},main,count,9,deducted\n`);
    await upload(`wrong-${byRow}`, `${header}\nd-${byRow},${byRow},main,count,9\n`, { 'open-orders': 'perhaps' });
    const names = [`included-${included}`, `deducted-${deducted}`, `row-${byRow}`, `wrong-${byRow}`];
    const summaries = await Promise.all(names.map(async (name) => (await resultOf(name)).summary));
    expect(summaries.map(({ accepted }) => accepted)).toEqual([1, 1, 1, 0]);
    expect(summaries[3].refused).toContain('open-orders');
    const stock = await Promise.all(skus.map(stockOf));
    expect(stock.map(({ onHand, available }) => [onHand, available])).toEqual([
      [9, 5],
      [13, 9],
      [13, 9],
    ]);
  });

  test('with an earlier time of count is applied as of that time', async () => {
    const sku = await stockedSku(office, { units: 5 });
    const header = 'movementId,sku,warehouse,type,quantity,occurredAt';
    await upload(`late-${sku}`, `${header}\nl-${sku},${sku},main,count,2,2026-03-02T06:00:00Z\n`);
    expect((await resultOf(`late-${sku}`)).summary).toMatchObject({ accepted: 1 });
    expect(await stockOf(sku)).toMatchObject({ onHand: 7 });
  });

  test('with an earlier count does not override a newer count', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const header = 'movementId,sku,warehouse,type,quantity,occurredAt';
    await upload(`new-${sku}`, `${header}\nn-${sku},${sku},main,count,8,2026-03-02T06:00:00Z\n`);
    expect((await resultOf(`new-${sku}`)).summary).toMatchObject({ accepted: 1 });
    await upload(`old-${sku}`, `${header}\no-${sku},${sku},main,count,3,2026-03-01T06:00:00Z\n`);
    expect(outcomesOf((await resultOf(`old-${sku}`)).rows)).toEqual(['count-outdated']);
    expect(await stockOf(sku)).toMatchObject({ onHand: 8 });
  });

  test.each([
    ['without a header', '', 'no header'],
    ['with an unrelated header', 'name,price\nMug,3\n', 'lacks movementId'],
    ['with an unknown column', 'movementId,sku,warehouse,type,quantity,colour\n', 'colour'],
  ])('%s is refused completely', async (_name, text, problem) => {
    const name = randomUUID();
    await upload(name, text);
    const { summary, rows } = await resultOf(name);
    expect(summary).toMatchObject({ rows: 0, refused: expect.stringContaining(problem) });
    expect(rows).toMatchObject([{ row: '1', status: 'rejected', reason: expect.stringContaining(problem) }]);
  });

  test('with an unclosed quote is applied up to that row', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const header = 'movementId,sku,warehouse,type,quantity,reason';
    const tail = `x,${sku},main,receipt,1,\n`.repeat(2000);
    await upload(
      `quote-${sku}`,
      `${header}\nq-${sku},${sku},main,receipt,5,fine\nr-${sku},${sku},main,receipt,5,"open\n${tail}`,
    );
    const { rows } = await resultOf(`quote-${sku}`);
    expect(outcomesOf(rows)).toEqual(['accepted', expect.stringMatching(/^unreadable from here on/)]);
    expect(await stockOf(sku)).toMatchObject({ onHand: 5 });
  });
});

describe('whatever is uploaded has a result', () => {
  const header = 'movementId,sku,warehouse,type,quantity,reason';
  /** A good row, the given one, and another good row. A character of the text is a byte. */
  const around = (sku: string, id: string, line: string) =>
    western(
      `${header}\n${id}-1,${sku},main,receipt,1,\n${line.replace('SKU-0', sku)}\n${id}-2,${sku},main,receipt,1,\n`,
    );
  const western = (text: string) => Buffer.from(text, 'latin1');

  test('that names a broken row, and the rows around it are applied', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const rows: [id: string, line: string, reason: RegExp][] = [
      ['quote', 'x,SKU-0,main,receipt,1,3" nail', /^invalid: Cell 6 has a quote/],
      ['quotes', 'x,SKU-0,main,receipt,1,the "old" one', /^invalid: Cell 6 has a quote/],
      ['inches', 'x,SKU-0,main,receipt,1,19"', /^invalid: Cell 6 has a quote/],
      ['after', 'x,SKU-0,main,receipt,1,"a" b', /^invalid: Cell 6 has text after/],
      ['few', 'x,SKU-0,main,receipt,1', /^invalid: has 5 cells, the header 6/],
      ['many', 'x,SKU-0,main,receipt,1,a,b', /^invalid: has 7 cells, the header 6/],
      ['decimal', 'x,SKU-0,main,receipt,"1,5",', /^invalid: quantity: Not a whole number; write it like 12, not "1,5"/],
      ['negative', 'x,SKU-0,main,receipt,-1,', /^invalid: quantity/],
      ['type', 'x,SKU-0,main,gift,1,', /^invalid: type/],
      ['unknown', 'x,NO-SKU,main,receipt,1,', /^unknown-sku$/],
      ['long', `x,SKU-0,main,receipt,1,${'y'.repeat(70_000)}`, /^invalid: The row is longer than 65536/],
      ['cp850', 'x,SKU-0,main,receipt,1,Z\x81rich', /^invalid: has characters that are not readable/],
      ['cp437', 'x,SKU-0,main,receipt,1,caf\x82', /^invalid: has characters/],
      ['damaged', 'x,SKU-0,main,receipt,1,Z\xef\xbf\xbdrich', /^invalid: has characters/],
      ['surrogate', 'x,SKU-0,main,receipt,1,\xed\xa0\x80', /^invalid: has characters/],
      ['nul', 'x,SKU-0,main,receipt,1,a\0b', /^invalid: has characters/],
      ['noid', ',SKU-0,main,receipt,1,', /^invalid: movementId: The cell is empty/],
    ];
    await Promise.all(rows.map(([id, line]) => upload(`row-${id}`, around(sku, id, line))));
    for (const [id, , reason] of rows) {
      const { rows: results, summary } = await resultOf(`row-${id}`);
      expect(outcomesOf(results), id).toEqual(['accepted', expect.stringMatching(reason), 'accepted']);
      expect(
        results.map(({ row, movementId }) => `${row} ${movementId}`),
        id,
      ).toEqual([`2 ${id}-1`, `3 ${id === 'noid' ? '' : 'x'}`, `4 ${id}-2`]);
      expect(summary, id).toMatchObject({ rows: 3, accepted: 2, rejected: 1 });
    }
    expect(await stockOf(sku)).toMatchObject({ onHand: 2 * rows.length });
  });

  test('that says why a whole file is refused', async () => {
    const files: [name: string, content: string | Buffer, reason: RegExp][] = [
      ['empty', '', /file is empty/],
      ['blank', '\n\n', /file is empty/],
      ['header', `${header}\n`, /no rows below its header/],
      ['xlsx', Buffer.from('504b030414000600080000002100', 'hex'), /Excel workbook/],
      ['gzip', gzipSync(header), /gzip/],
      ['pdf', '%PDF-1.7\n', /PDF/],
      ['utf16', Buffer.from(`${header}\n`, 'utf16le'), /UTF-16 without a byte order mark/],
      ['pipes', `${header.replaceAll(',', '|')}\n`, /separated by "\|"/],
      ['columns', `${header}${',x'.repeat(300)}\n`, /306 columns/],
      ['twice', `${header},SKU\n`, /a column twice: "sku"/],
      ['mistyped', `${header},expiersOn\n`, /did you mean expiresOn\?/],
      ['quote', `${header},"lot\n`, /opens a quote/],
    ];
    await Promise.all(files.map(([name, content]) => upload(`file-${name}`, content)));
    for (const [name, , reason] of files) {
      const { summary, rows } = await resultOf(`file-${name}`);
      expect(summary, name).toMatchObject({ rows: 0, refused: expect.stringMatching(reason) });
      expect(rows, name).toMatchObject([{ row: '1', status: 'rejected', reason: expect.stringMatching(reason) }]);
    }
  });

  test('in any separator and encoding that is detected', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const text = (id: string) => `${header}\n${id},${sku},main,receipt,1,Zürich\n`;
    const files: [name: string, content: string | Buffer, format: object][] = [
      ['bom', `\uFEFF${text('bom')}`, {}],
      ['semicolons', text('semicolons').replaceAll(',', ';'), { separator: 'semicolon' }],
      ['quoted', text('quoted').replaceAll(',', ';').replace('Zürich', '"Zürich"'), { separator: 'semicolon' }],
      ['tabs', text('tabs').replaceAll(',', '\t'), { separator: 'tab' }],
      ['sep', `sep=;\r\n${text('sep').replaceAll(',', ';')}`, { separator: 'semicolon' }],
      ['utf16', Buffer.from(`\uFEFF${text('utf16')}`, 'utf16le'), { encoding: 'UTF-16LE' }],
      ['western', western(text('western')), { encoding: 'Windows-1252' }],
      ['case', text('case').replace(header, ` ${header.toUpperCase()} ,,`), {}],
    ];
    await Promise.all(files.map(([name, content]) => upload(`format-${name}`, content)));
    for (const [name, , format] of files) {
      const { summary, rows } = await resultOf(`format-${name}`);
      expect(summary, `${name} ${JSON.stringify(rows)}`).toMatchObject({ accepted: 1, rejected: 0, ...format });
    }
    const { movements } = (await office.client('warehouse').get(`/stock/${sku}/movements`)).body;
    expect(movements.filter(({ reason }: { reason?: string }) => reason === 'Zürich')).toHaveLength(files.length);
  });

  test('under any name, and no two files share a result', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const csv = (id: string) => `movementId,sku,warehouse,type,quantity\n${id},${sku},main,receipt,1\n`;
    const names: [key: string, result: string, summary: object][] = [
      [`movements/${sku}.csv`, sku, { accepted: 1 }],
      [`movements/${sku}.CSV`, `${sku}.CSV`, { accepted: 1 }],
      [`movements/${sku}.Csv`, `${sku}.Csv`, { accepted: 1 }],
      [
        `movements/${sku}.txt`,
        `_/movements/${sku}.txt`,
        { refused: expect.stringContaining('does not end with .csv') },
      ],
      [
        `Movements/${sku}.csv`,
        `_/Movements/${sku}.csv`,
        { refused: expect.stringContaining('not in the folder movements/') },
      ],
      [`${sku}.csv`, `_/${sku}.csv`, { refused: expect.stringContaining('upload it as movements/<name>.csv') }],
      [`orders/${sku}.csv`, `_/orders/${sku}.csv`, { refused: expect.stringContaining('not in the folder') }],
    ];
    await put('movements/', '');
    await Promise.all(names.map(([key]) => put(key, csv(key))));
    for (const [key, result, summary] of names)
      expect((await resultOf(result)).summary).toMatchObject({ file: key, ...summary });
    await office.settled();
    const { Contents = [] } = await s3Of(office.credentials).send(
      new ListObjectsV2Command({ Bucket: office.credentials.stockInboxBucket, Prefix: 'results/_/' }),
    );
    expect(
      Contents.map(({ Key }) => Key).filter(
        (key) => key?.includes('results/_/results') || key?.endsWith('movements/.json'),
      ),
    ).toEqual([]);
    expect(await stockOf(sku)).toMatchObject({ onHand: 3 });
  });
});

describe('movements by message', () => {
  const receipt = (sku: string, id: string, given: object = {}) => ({
    movements: [{ movementId: `${sku}-${id}`, sku, warehouse: 'main', type: 'receipt', quantity: 1, ...given }],
  });

  test('are applied once when they are sent twice, beside malformed messages', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const ids = Array.from({ length: 15 }, (_, index) => `${index}`);
    await Promise.all([
      ...[...ids, ...ids].map((id) => send(receipt(sku, id))),
      send('not JSON'),
      send(receipt(sku, 'none', { quantity: -1 })),
    ]);
    await expect.poll(async () => (await stockOf(sku)).onHand).toBe(15);
  });

  test('with an earlier time of count are applied as of that time', async () => {
    const sku = await stockedSku(office, { units: 5 });
    await send(receipt(sku, 'late', { type: 'count', quantity: 2, occurredAt: '2026-03-02T06:00:00Z' }));
    await expect.poll(async () => (await stockOf(sku)).onHand).toBe(7);
  });

  test('that are refused publish an event', async () => {
    const sku = await stockedSku(office, { units: 3 });
    await send(receipt(sku, 'x', { type: 'count', quantity: 4, expectedOnHand: 2 }));
    const rejections = async () => {
      const events = await office.lake.events('StockMovementRejected');
      return events.map(({ detail }) => detail.data).filter((data) => JSON.stringify(data).includes(sku));
    };
    await expect
      .poll(rejections, { interval: 500 })
      .toMatchObject([{ movementId: `${sku}-x`, type: 'count', quantity: 4, reason: 'count-outdated' }]);
    expect(await stockOf(sku)).toMatchObject({ onHand: 3 });
  });

  test('that arrive before a movement they depend on are deferred', async () => {
    const sku = await stockedSku(office, { units: 3 });
    const transfer = { transferId: `T-${sku}`, quantity: 2 };
    const { db, tables } = await tablesOf(office);
    const early = await send(receipt(sku, 'in', { type: 'transfer-in', warehouse: 'north', ...transfer }));
    await expect.poll(() => createDeferralStore(db, tables).last(early)).toBeDefined();
    await send(receipt(sku, 'out', { type: 'transfer-out', ...transfer }));
    await expect.poll(async () => (await stockOf(sku)).warehouses).toMatchObject([{ onHand: 1 }, { onHand: 2 }]);
    expect((await stockOf(sku)).inTransit.units).toBe(0);
  });
});
