import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { EntryContent } from '../../shared/contracts/ledger/entry-routes.ts';
import { contractRoutes } from '../../infra/contract-routes.ts';
import { priceColumns, skuColumns } from '../../shared/contracts/catalog/file-columns.ts';
import { NewPromotion } from '../../shared/contracts/promotions/promotion.ts';
import { orderColumns } from '../../shared/contracts/orders/file-columns.ts';
import { CodeBatchContent } from '../../shared/contracts/promotions/code-routes.ts';
import { ShipmentContent } from '../../shared/contracts/orders/life-cycle-routes.ts';
import { WantedLine } from '../../shared/contracts/orders/routes.ts';
import { RepairContent } from '../../shared/contracts/stock/repair-routes.ts';
import { Movement } from '../../shared/stock/movement.ts';

/** API Gateway decodes a path before it matches routes; clients remove `.` and `..`. */
const unsafe = [
  'a/b',
  '/a',
  'a%2Fb',
  'a%b',
  'a?b',
  'a#b',
  'a\\b',
  '.',
  '..',
  '',
  'a b',
  ' a',
  'a\tb',
  'a\nb',
  'a\u0000b',
  'a\u007fb',
  'a\u0085b',
  'a\ud800b',
  'ü',
];
const accepted = (schema: z.ZodType) => unsafe.filter((id) => schema.safeParse(id).success);

/** A customer chose how to write it. */
const asEntered: Record<string, string[]> = { code: ['a b', ' a', 'ü'] };

/** Schemas with which an id of a path is created in a body or file. The others are created by their path or the store. */
const created: Record<string, z.ZodType[]> = {
  sku: [skuColumns.sku.read, priceColumns.sku.read, Movement.shape.sku, orderColumns.sku.read, WantedLine.shape.sku],
  warehouse: [Movement.shape.warehouse, orderColumns.warehouse.read],
  shipmentId: [ShipmentContent.shape.shipmentId],
  batchId: [CodeBatchContent.shape.batchId],
  repairId: [RepairContent.shape.repairId],
  promotionId: [NewPromotion.shape.promotionId],
  entryId: [EntryContent.shape.entryId],
};
const byPathOrStore = new Set([
  'categoryId',
  'productId',
  'listId',
  'orderId',
  'exportId',
  'code',
  'importId',
  'refundId',
  'rehearsalId',
  'replayId',
  'rmaId',
  'changeId',
  'report',
  'runId',
  'bundleId',
  'auditId',
  'checkId',
  'alertId',
  'provider',
  'endpointId',
  'file',
  'name',
  'version',
  'account',
  'eventId',
  'month',
  'day',
  'date',
  'kind',
  'period',
]);

const parameters = contractRoutes.flatMap(({ key, path, params }) =>
  [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = '']) => ({ key, name, schema: params?.shape[name] })),
);

test.each(parameters.map((parameter) => [parameter.name, parameter.key, parameter.schema] as const))(
  'the path parameter %s of %s accepts only ids that survive an HTTP API',
  (name, _key, schema) => {
    expect(schema).toBeInstanceOf(z.ZodType);
    expect(accepted(schema as z.ZodType)).toEqual(asEntered[name] ?? []);
  },
);

describe('an id that a body or file creates', () => {
  test('is listed for every path parameter', () => {
    const names = new Set(parameters.map(({ name }) => name));
    expect(Array.from(names).toSorted()).toEqual(
      Object.keys(created)
        .concat(...byPathOrStore)
        .toSorted(),
    );
  });

  test.each(Object.entries(created))('%s survives an HTTP API', (_name, schemas) => {
    for (const schema of schemas) expect(accepted(schema)).toEqual([]);
  });
});
