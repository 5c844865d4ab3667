import assert from 'node:assert';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertReconciled } from '../../../functions/nightly-metrics/reports/manifest.ts';
import { type EventDefinition, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderCancelled } from '../../../shared/contracts/orders/life-cycle-events.ts';
import {
  ExchangeSettled,
  RefundPaid,
  RefundPayoutFailed,
  StoreCreditGranted,
} from '../../../shared/contracts/refunds/events.ts';
import { build } from './build-day.ts';
import { lakeFile, orderPlaced } from './lake-files.ts';

let count = 0;

const aComponent = (given: Record<string, unknown> = {}) => ({
  pot: 'line:line-1',
  amountMinor: 600,
  taxMinor: 100,
  quantity: 1,
  ...given,
});

/** A refund event of 15 June 2011. @default one unit at 6.00 */
function posting(definition: EventDefinition, given: Record<string, unknown> = {}) {
  count += 1;
  const pots = [aComponent()];
  const data = {
    refundId: `ref_${count}`,
    orderId: 'ord_old',
    externalOrderId: 'web-old',
    channel: 'storefront',
    currency: 'GBP',
    status: 'paid',
    reason: 'damaged',
    amountMinor: 600,
    version: 5,
    pots,
    ...(definition === StoreCreditGranted
      ? { creditMinor: 600 }
      : { provider: 'acme', paymentId: 'pay-1', paidMinor: 600 }),
    ...(definition === RefundPayoutFailed && { failure: 'account-closed', wasPaid: true }),
    ...given,
  };
  const at = '2011-06-15T11:00:00.000Z';
  return newEvent(definition, data, { actor: 'a', correlationId: 'c', causationId: 'c', now: Date.parse(at) }, at);
}

const figures = (row: Record<string, string> = {}) =>
  ['refundedUnits', 'refundedMinor', 'refundedTaxMinor', 'overpaidMinor', 'creditedMinor', 'netUnits', 'netMinor']
    .map((name) => row[name])
    .join(' ');

describe('refunds of a day', () => {
  it('are listed by payment and component, for orders of any day', async () => {
    const pots = [
      aComponent({ amountMinor: 1205, taxMinor: 201, quantity: 2 }),
      aComponent({ pot: 'shipping', quantity: 0 }),
    ];
    const paid = posting(RefundPaid, { paidMinor: 1805, pots });
    const { rows, report } = await build([lakeFile(paid, posting(StoreCreditGranted)), lakeFile(paid)]);
    expect(
      rows('refunds').map((row) => [row['posting'], row['pot'], row['refundedMinor'], row['creditedMinor']]),
    ).toEqual([
      ['RefundPaid', 'line:line-1', '1205', '0'],
      ['RefundPaid', 'shipping', '600', '0'],
      ['StoreCreditGranted', 'line:line-1', '0', '600'],
    ]);
    expect(rows('refunds')[0]).toMatchObject({
      orderId: 'ord_old',
      externalOrderId: 'web-old',
      reason: 'damaged',
      provider: 'acme',
      paymentId: 'pay-1',
      postedAt: '2011-06-15T11:00:00.000Z',
      refundedUnits: '2',
      refundedTaxMinor: '201',
    });
    expect(report('refunds')).toMatchObject({
      rows: 3,
      amounts: { GBP: { refundedMinor: 1805, refundedTaxMinor: 301, refundedUnits: 2, creditedMinor: 600 } },
    });
  });

  it('are deducted from the totals of the day, except store credit', async () => {
    const { rows } = await build([
      lakeFile(orderPlaced({ lines: [{ quantity: 3 }] }), posting(RefundPaid), posting(StoreCreditGranted)),
    ]);
    expect(rows('totals-by-channel').map(figures)).toEqual(['1 600 100 0 600 2 2400']);
  });

  it('include what an exchange spent on its replacement order', async () => {
    const settled = posting(ExchangeSettled, {
      replacementOrderId: 'ord_new',
      replacementMinor: 1000,
      creditMinor: 600,
    });
    const { rows } = await build([lakeFile(orderPlaced(), settled)]);
    expect(rows('refunds')).toMatchObject([{ posting: 'ExchangeSettled', orderId: 'ord_old', refundedMinor: '600' }]);
    expect(rows('totals-by-channel').map(figures)).toEqual(['1 600 100 0 0 0 400']);
  });

  it('are reduced by a reversed payout; a payout that was never paid is not counted', async () => {
    const { rows, report } = await build([
      lakeFile(
        posting(RefundPaid),
        posting(RefundPayoutFailed),
        posting(RefundPayoutFailed, { channel: 'telephone' }),
        posting(RefundPayoutFailed, { wasPaid: false }),
      ),
    ]);
    expect(rows('totals-by-channel').map(figures)).toEqual(['0 0 0 0 0 0 0', '-1 -600 -100 0 0 1 600']);
    expect(report('refunds')).toMatchObject({ rows: 3, amounts: { GBP: { refundedMinor: -600 } } });
  });

  it('count overpaid money as refunded and do not deduct it again after the cancellation', async () => {
    const pots = [aComponent({ pot: 'overpaid', amountMinor: 1000, taxMinor: 0, quantity: 0 })];
    const cancelled = posting(OrderCancelled, {
      requestId: 'r',
      // Cancelled by a person, not by the refund of its units.
      refundId: undefined,
      lines: [{ lineId: 'line-1', sku: 'MUG', warehouse: 'main', quantity: 1 }],
      cancelledMinor: 1000,
    });
    const { rows } = await build([lakeFile(orderPlaced(), cancelled, posting(RefundPaid, { paidMinor: 1000, pots }))]);
    expect(rows('totals-by-channel').map(figures)).toEqual(['0 1000 0 1000 0 0 0']);
  });

  it('reconcile to the cent with any payouts, reversals and credit', async () => {
    const definition = fc.constantFrom(RefundPaid, RefundPayoutFailed, StoreCreditGranted);
    const component = fc.record({
      pot: fc.constantFrom('line:line-1', 'line:line-2', 'shipping', 'overpaid', 'goodwill'),
      amountMinor: fc.integer({ min: 0, max: 1_000_000 }),
      taxMinor: fc.integer({ min: 0, max: 1000 }),
      quantity: fc.integer({ min: 0, max: 9 }),
    });
    const refund = fc.record({
      definition,
      currency: fc.constantFrom('GBP', 'EUR'),
      channel: fc.constantFrom('a', 'b'),
      pots: fc.array(component, { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(refund, { maxLength: 6 }), async (refunds) => {
        const sum = (pots: { amountMinor: number }[]) =>
          pots.reduce((total, { amountMinor }) => total + amountMinor, 0);
        const events = refunds.map(({ definition: kind, pots, ...where }) =>
          posting(kind, { ...where, pots, paidMinor: sum(pots), creditMinor: sum(pots) }),
        );
        const { report } = await build([lakeFile(orderPlaced(), ...events)]);
        const pounds = refunds.filter(({ currency }) => currency === 'GBP');
        const signed = (pick: (name: string) => boolean) =>
          pounds.reduce((total, { definition: kind, pots }) => {
            const own = sum(pots.filter(({ pot: name }) => pick(name)));
            return total + (kind === RefundPaid ? own : kind === RefundPayoutFailed ? -own : 0);
          }, 0);
        const credits = pounds.filter(({ definition: kind }) => kind === StoreCreditGranted);
        expect(report('totals-by-channel')?.amounts['GBP']).toMatchObject({
          refundedMinor: signed(() => true),
          creditedMinor: sum(credits.flatMap(({ pots }) => pots)),
          netMinor: 1000 - signed((name) => name !== 'overpaid'),
        });
      }),
      { numRuns: 10 },
    );
  });

  it.each([
    ['without a currency', RefundPaid, { currency: undefined }],
    ['with components below the paid amount', RefundPaid, { paidMinor: 601 }],
    ['without components', RefundPaid, { pots: [], paidMinor: 0 }],
    ['of half a unit', RefundPaid, { pots: [aComponent({ quantity: 0.5 })] }],
    ['with a negative amount', RefundPaid, { paidMinor: -600, pots: [aComponent({ amountMinor: -600 })] }],
    ['that failed without wasPaid', RefundPayoutFailed, { wasPaid: undefined }],
    ['with a different credit amount', StoreCreditGranted, { creditMinor: 1 }],
  ])('exclude and quarantine a refund %s', async (_, definition, fields) => {
    const { input, report } = await build([lakeFile(posting(definition, fields), orderPlaced())]);
    expect(input.quarantined).toEqual([{ file: "file's 0.ndjson.gz", reason: 'invalid-refund', rows: 1 }]);
    expect(report('refunds')?.rows).toBe(0);
  });

  it('fail the run when a total differs from the refunds by a penny', async () => {
    const { reports } = await build([lakeFile(posting(RefundPaid))]);
    assertReconciled(reports);
    const totals = reports.find(({ name }) => name === 'totals-by-channel')?.amounts['GBP'];
    assert(totals);
    totals['refundedMinor'] = 601;
    expect(() => assertReconciled(reports)).toThrow(
      'totals-by-channel does not add up to the orders: refundedMinor in GBP',
    );
  });
});
