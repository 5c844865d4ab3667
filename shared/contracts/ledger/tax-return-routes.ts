import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { CurrencyCode, Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { Month } from './amounts.ts';

export const taxReturnKinds = ['uk-vat', 'eu-oss', 'us-sales-tax'] as const;

const Kind = z
  .enum(taxReturnKinds)
  .describe('Value added tax of the United Kingdom, Union one-stop-shop, or sales tax by state');
const Period = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2]|Q[1-4])$/, 'A period is a month YYYY-MM or a quarter YYYY-Qn')
  .meta({ description: 'A month or a quarter', example: '2026-Q2' });

const base = (example: number) =>
  z.int().meta({ description: 'Amount without tax that the tax is due on, in minor units', example });
const tax = (example: number) => z.int().meta({ description: 'Tax in minor units, negative for a claim', example });

const TaxReturnRow = z.object({
  place: StoredText.meta({
    description: 'Country that the goods go to, or a state of the United States',
    example: 'DE',
  }),
  rate: StoredText.meta({ description: 'Country and kind of the rate, as in the account', example: 'DE:standard' }),
  percentage: StoredText.optional().meta({ description: 'Percentage, if it is known', example: '19' }),
  relief: z.enum(['export', 'reverse-charge', 'exemption']).optional().describe('Why no tax is due'),
  currency: CurrencyCode.describe('Currency, ISO 4217'),
  baseMinor: base(84_034),
  taxMinor: tax(15_966),
});
export type TaxReturnRow = z.infer<typeof TaxReturnRow>;

const list = <S extends z.ZodType>(schema: S, description: string) =>
  z.array(schema).max(maxEntries).describe(description);

export const TaxReturn = z
  .object({
    kind: Kind,
    period: Period,
    status: z.enum(['open', 'filed']).describe('A filed return does not change'),
    isClosed: z.boolean().meta({ description: 'Whether all months of the period are closed', example: true }),
    filedAt: Instant.optional().describe('When it was filed'),
    filedBy: StoredText.optional().meta({ description: 'Client or user who filed it', example: 'finance' }),
    boxes: list(
      z.object({
        currency: CurrencyCode.describe('Currency, ISO 4217. The return itself is in GBP'),
        box: z.int().min(1).max(9).meta({ description: 'Number of the box', example: 1 }),
        amount: StoredText.meta({
          description: 'Amount: boxes 1 to 5 with decimals, boxes 6 to 9 in whole units',
          example: '4.83',
        }),
      }),
      'The nine boxes of the United Kingdom; none for other kinds',
    ),
    rows: list(TaxReturnRow, 'Supplies of the period by place, rate and relief'),
    corrections: list(
      TaxReturnRow.extend({ forMonth: Month.describe('Closed month that the correction is for') }),
      'What came late for an earlier period. It is part of the boxes and totals of this one',
    ),
    entries: list(
      z.object({
        account: StoredText.meta({ description: 'Account', example: 'liabilities:tax:output:GB:standard' }),
        currency: CurrencyCode.describe('Currency, ISO 4217'),
        taxMinor: tax(100),
      }),
      'Output tax that was posted without its base: entries of persons, and transactions before 2026-12-01',
    ),
    totals: list(
      z.object({
        place: StoredText.meta({ description: 'Country of the tax, or a state of the United States', example: 'DE' }),
        currency: CurrencyCode.describe('Currency, ISO 4217'),
        taxMinor: tax(15_966),
      }),
      'Tax by place and currency, corrections included',
    ),
    unprovenExports: list(
      z.object({
        orderId: StoredText.meta({ description: 'The order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
        place: StoredText.meta({ description: 'Country that the goods go to', example: 'US' }),
        placedAt: Instant.describe('When the order was placed'),
        currency: CurrencyCode.describe('Currency, ISO 4217'),
        amountMinor: z
          .int()
          .meta({ description: 'Amount of the goods that are not shipped, in minor units', example: 1200 }),
        isOverdue: z.boolean().meta({ description: 'Whether 90 days have passed', example: false }),
      }),
      'Zero-rated exports of the period without a shipment of all goods, at most 1,000; none for other kinds',
    ),
  })
  .meta({ id: 'TaxReturn' });
export type TaxReturn = z.infer<typeof TaxReturn>;

const params = z.strictObject({ kind: Kind, period: Period });

export const getTaxReturn = defineRoute({
  method: 'GET',
  path: '/ledger/tax-returns/{kind}/{period}',
  tag: 'Ledger',
  summary: 'A tax return from the transactions of the ledger; a filed one as it was filed',
  scope: 'ledger.read',
  params,
  query: z.strictObject({
    format: z
      .enum(['json', 'csv'])
      .default('json')
      .describe('`csv`: one row for each box, supply, correction and export'),
  }),
  responses: { 200: { description: 'The return', schema: TaxReturn, text: ['text/csv'] } },
});

export const fileTaxReturn = defineRoute({
  method: 'POST',
  path: '/ledger/tax-returns/{kind}/{period}/file',
  tag: 'Ledger',
  summary: 'File a return of a closed period: later events are corrections in the next one',
  scope: 'ledger.close',
  params,
  responses: {
    200: { description: 'The filed return; also if it was filed before', schema: TaxReturn },
    409: {
      description:
        '`period-not-closed`: a month of the period is open; `period-overlaps`: a month is in another return',
      schema: Problem,
    },
  },
});
