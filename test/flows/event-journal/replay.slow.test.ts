import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { backOfficeForTest } from '../../support/system/back-office.ts';

const root = join(import.meta.dirname, '../../..');

/**
 * A year of invoices. Ada returns mugs and gets a discount, Bob returns two lamps and a chandelier, a guest returns a mug.
 * Guests order before and after a new rate of tax, and from countries with another rate, outside the union, and unknown.
 */
const year = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,MUG,MUG,10,2011-01-04T08:26,3.00,ada,France
2,MUG,MUG,4,2011-02-01T08:26,3.50,ada,France
2,CUP,CUP,20,2011-02-01T08:26,2.00,ada,France
3,LAMP,LAMP,3,2011-02-01T09:00,300.00,bob,United Kingdom
4,CHANDELIER,CHANDELIER,1,2011-02-02T09:00,1200.00,bob,United Kingdom
8,CUP,CUP,1,2011-01-03T20:00,2.35,,United Kingdom
9,CUP,CUP,1,2011-01-04T08:00,2.40,,European Community
10,CUP,CUP,1,2011-01-04T08:00,1.21,,EIRE
11,CUP,CUP,5,2011-01-04T08:00,2.00,,Japan
12,CUP,CUP,1,2011-01-04T08:00,2.00,,Channel Islands
C5,MUG,MUG,-6,2011-03-01T08:26,3.00,ada,France
C5,D,Discount,-1,2011-03-01T08:26,25.00,ada,France
C6,LAMP,LAMP,-2,2011-03-01T08:26,300.00,bob,United Kingdom
C6,CHANDELIER,CHANDELIER,-1,2011-03-01T08:26,1200.00,bob,United Kingdom
C7,MUG,MUG,-1,2011-03-01T08:26,3.00,,France
`;

test(
  'replaying a year with cancellations reconciles exactly, and a second replay changes nothing',
  { timeout: 900_000 },
  async () => {
    const office = await backOfficeForTest();
    const file = join(mkdtempSync(join(tmpdir(), 'storeworks-year-')), 'year.csv.gz');
    writeFileSync(file, gzipSync(year));
    const replay = async () => {
      const args = ['test/replay/replay.ts', file, '--state', office.context.state.directory];
      return (await promisify(execFile)(process.execPath, args, { cwd: root })).stdout;
    };

    const first = await replay();
    expect(first).toContain('2 cancellations matched to orders, 0 are goodwill');
    expect(first).toContain('4 refunds requested, 0 existed already; 1 approved automatically, 3 by approvers, 4 paid');
    expect(first).toContain('cancellations: 3 = 2 matched + 0 goodwill + 1 left out');
    expect(first).toContain('units restocked: 9 = 9 on hand again');
    for (const total of [
      '£1843.00 in the daily reports',
      '£1843.00 taken from payments',
      '£1818.00 taken from goods and shipping + £25.00 of goodwill',
    ]) {
      expect(first).toContain(`holds    refunds paid: £1843.00 = ${total}`);
    }
    expect(first).toContain('tax zones: version 1, put now');
    for (const [country, rate, orders, taxable, tax] of [
      ['FR', '19.6', '2', '£70.23', '£13.77'],
      ['GB', '17.5', '1', '£2.00', '£0.35'],
      ['GB', '20', '2', '£1750.00', '£350.00'],
      ['IE', '21', '1', '£1.00', '£0.21'],
      ['JE', 'export', '1', '£2.00', '£0.00'],
      ['JP', 'export', '1', '£10.00', '£0.00'],
      ['ZZ', '20', '1', '£2.00', '£0.40'],
    ]) {
      expect(first.replaceAll(/ +/g, ' ')).toContain(`${country} ${rate} ${orders} ${taxable} taxable ${tax} tax`);
    }
    expect(first).toContain('tax of the orders: £364.73 = £364.73 in the daily reports');
    expect(first).toContain('tax of the orders: £364.73 = £364.73 from the invoices at the rates of their day');
    expect(first).toContain('countries: 6 = 6 with the same tax in the daily reports');
    expect(first).not.toContain('DIFFERS');

    const second = await replay();
    expect(second).toContain('0 refunds requested, 4 existed already');
    expect(second).toContain('units restocked: 9 = 9 on hand again');
    expect(second).toContain('tax zones: version 1, in force already');
    expect(second).toContain('Nothing changed: everything existed already.');
    expect(second).not.toContain('DIFFERS');
  },
);
