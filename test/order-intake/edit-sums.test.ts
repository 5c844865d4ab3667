import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { edit, skusOf } from '../../functions/order-intake/editing/edit.ts';
import { allOpen } from '../../functions/order-intake/order/line-units.ts';
import type { OrderItem } from '../../functions/order-intake/order/order-item.ts';
import { reservationsOf } from '../../shared/stock/reservation.ts';
import { aPolicy } from '../support/builders.ts';
import { aMugOrder, anEdit, editedEvent, inStock, mugs, plate, today } from './mug-order.ts';

const quantity = fc.integer({ min: 0, max: 6 });
const edits = fc.array(
  fc.record({
    lines: fc.dictionary(fc.constantFrom('line-1', 'line-2', 'line-3', 'line-4'), quantity),
    adds: fc.array(
      fc.record({ sku: fc.constantFrom('MUG', 'PLATE', 'BOWL'), quantity: fc.integer({ min: 1, max: 5 }) }),
      { maxLength: 2 },
    ),
    shippingMethod: fc.option(fc.constantFrom('standard', 'express'), { nil: undefined }),
  }),
  { maxLength: 8 },
);

const taxedOnTop = {
  lines: [mugs, plate].map((line) => Object.assign({}, line, { totalMinor: line.totalMinor + line.taxMinor })),
  taxMinor: 615,
  totalMinor: 3594 + 615,
};

test('any edits of any order: the sums are those of its lines, its events tell all of it, no unit is lost', () => {
  let made = 0;
  let edited = 0;
  fc.assert(
    fc.property(edits, fc.boolean(), (wanted, taxIncluded) => {
      const policy = aPolicy({ taxIncluded });
      const first = aMugOrder({ taxIncluded, ...(!taxIncluded && taxedOnTop) });
      // All units there are: in stock, or of the order.
      const stock = inStock({ MUG: { main: 4, north: 3 }, PLATE: { main: 2, north: 5 }, BOWL: { main: 0, north: 6 } });
      const all = { MUG: 4 + 3 + 2, PLATE: 2 + 5 + 1, BOWL: 6 };
      let order = first;
      let told = order.totalMinor;
      for (const { lines, adds, shippingMethod } of wanted) {
        const known = Object.entries(lines).filter(([lineId]) => order.lines.some((line) => line.lineId === lineId));
        const content = anEdit({
          editId: `edit-${(made += 1)}`,
          ...(known.length > 0 && { lines: known.map(([lineId, units]) => ({ lineId, quantity: units })) }),
          ...(adds.length > 0 && { addLines: adds }),
          shippingMethod,
        });
        const needed = new Set(skusOf(order, content));
        const offer = {
          skus: today,
          stock: new Map([...stock].filter(([sku]) => needed.has(sku))),
          pricesItself: false,
        };
        const outcome = edit(order, { content, contentHash: content.editId }, offer, policy);
        if (outcome.kind !== 'changed') continue;
        edited += 1;
        order = outcome.order;
        told += editedEvent(outcome).differences.totalMinor;
        for (const { sku, from } of outcome.stock?.takes ?? []) {
          for (const { warehouse, units } of from) {
            const counters = stock.get(sku)?.warehouses[warehouse];
            if (counters) counters.available -= units;
            expect(counters?.available).toBeGreaterThanOrEqual(0);
          }
        }
        for (const line of order.lines) {
          const { discountMinor, taxMinor, unitPriceMinor } = line;
          expect(line.totalMinor).toBe(line.quantity * unitPriceMinor - discountMinor + (taxIncluded ? 0 : taxMinor));
        }
        expect(new Set(order.lines.map(({ lineId }) => lineId)).size).toBe(order.lines.length);
      }
      const sum = (of: (line: OrderItem['lines'][number]) => number) =>
        order.lines.reduce((total, line) => total + of(line), 0);
      expect(order.subtotalMinor).toBe(sum((line) => line.quantity * line.unitPriceMinor));
      expect(order.discountMinor).toBe(sum((line) => line.discountMinor));
      const shippingTaxMinor = order.taxMinor - sum((line) => line.taxMinor);
      expect(shippingTaxMinor).toBe(order.shippingMinor === 0 ? 0 : taxIncluded ? 83 : 99);
      expect(order.totalMinor).toBe(
        sum((line) => line.totalMinor) + order.shippingMinor + (taxIncluded ? 0 : shippingTaxMinor),
      );
      expect(told).toBe(order.totalMinor);
      const held = new Map(
        reservationsOf(allOpen(order)).map(({ sku, from }) => [sku, from.reduce((total, { units }) => total + units, 0)]),
      );
      for (const [sku, units] of Object.entries(all)) {
        const left = Object.values(stock.get(sku)?.warehouses ?? {}).reduce(
          (total, { available }) => total + available,
          0,
        );
        expect(left + (held.get(sku) ?? 0), sku).toBe(units);
      }
    }),
  );
  expect(edited).toBeGreaterThan(0);
});
