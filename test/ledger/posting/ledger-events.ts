import type { LedgerMessage } from '../../../functions/ledger/posting/event-facts.ts';

const order = { orderId: 'ord_1', externalOrderId: 'O1', channel: 'storefront', currency: 'GBP' };

/** An event of a test, as the queue delivers it. */
const anEvent = (source: string, type: string, id: string, occurredAt: string, data: object): LedgerMessage => ({
  source: `storeworks.${source}`,
  'detail-type': type,
  detail: {
    metadata: {
      eventId: id,
      version: 1,
      occurredAt: occurredAt.length === 10 ? `${occurredAt}T12:00:00+01:00` : occurredAt,
      correlationId: 'c',
      causationId: 'c',
      actor: 'test',
    },
    data,
  },
});

type TestLine = { sku: string; quantity: number; price: number; tax: number; discount?: number; category?: string };
type TestOrder = {
  id?: string;
  name?: string;
  lines: TestLine[];
  shipping?: number;
  shippingTax?: number;
  taxes?: [kind: string, percentage: string, tax: number, categories?: string[], jurisdiction?: string][];
  /** Two letters of a state. */
  state?: string;
  isImported?: boolean;
  relief?: string;
  country?: string;
  jurisdiction?: string;
  currency?: string;
  exchangeCredit?: number;
};

/** Prices contain tax. The tax by rate is that of one standard rate, unless `taxes` is given. */
export function placed(id: string, day: string, given: TestOrder): LedgerMessage {
  const { lines, shipping = 0, shippingTax = 0, name = 'O1', country = 'GB', currency = 'GBP' } = given;
  const goods = lines.reduce((sum, line) => sum + line.quantity * line.price, 0);
  const discount = lines.reduce((sum, line) => sum + (line.discount ?? 0), 0);
  const taxMinor = lines.reduce((sum, line) => sum + line.tax, shippingTax);
  const taxes = given.taxes ?? [['standard', '20', taxMinor]];
  return anEvent('order-intake', given.isImported ? 'OrderImported' : 'OrderPlaced', id, day, {
    ...order,
    orderId: given.id ?? 'ord_1',
    externalOrderId: name,
    currency,
    status: given.isImported ? 'completed' : 'placed',
    customer: {},
    shippingAddress: { country, ...(given.state !== undefined && { state: given.state }) },
    shippingMethod: 'standard',
    couponCodes: [],
    lines: lines.map((line, index) => ({
      lineId: `line-${index + 1}`,
      sku: line.sku,
      quantity: line.quantity,
      unitPriceMinor: line.price,
      discountMinor: line.discount ?? 0,
      taxMinor: line.tax,
      totalMinor: line.quantity * line.price - (line.discount ?? 0),
      warehouse: 'main',
      taxCategory: line.category,
    })),
    subtotalMinor: goods,
    discountMinor: discount,
    shippingMinor: shipping,
    taxMinor,
    taxIncluded: true,
    totalMinor: goods - discount + shipping,
    discounts: [],
    taxes: taxes.map(([kind, percentage, tax, taxCategories, jurisdiction]) => ({
      rateId: given.relief ?? `vat-${kind}`,
      name: 'VAT',
      jurisdiction: jurisdiction ?? given.jurisdiction ?? 'GB',
      percentage,
      kind,
      taxCategories,
      taxableMinor: 0,
      taxMinor: tax,
    })),
    reservedUntil: null,
    placedAt: `${day.slice(0, 10)}T12:00:00+01:00`,
    ...(given.exchangeCredit !== undefined && {
      exchangeOf: {
        orderId: 'ord_0',
        refundId: 'ref_0',
        payments: [{ provider: 'stripe', paymentId: 'pay_0', amountMinor: given.exchangeCredit }],
      },
    }),
  });
}

type Units = { sku: string; quantity: number; lineId?: string }[];
const unitsOf = (units: Units) =>
  units.map(({ sku, quantity, lineId }, index) => ({
    lineId: lineId ?? `line-${index + 1}`,
    sku,
    warehouse: 'main',
    quantity,
  }));

export const shipped = (id: string, day: string, units: Units, orderId = 'ord_1'): LedgerMessage =>
  anEvent('order-intake', 'OrderShipped', id, day, {
    ...order,
    orderId,
    status: 'shipped',
    version: 3,
    shipmentId: `parcel-${id}`,
    lines: unitsOf(units),
  });

type Cancelling = { version?: number; whole?: boolean; refundId?: string };
export const cancelled = (id: string, day: string, units: Units, given: Cancelling = {}): LedgerMessage =>
  anEvent('order-intake', given.whole === false ? 'OrderLinesCancelled' : 'OrderCancelled', id, day, {
    ...order,
    status: given.whole === false ? 'placed' : 'cancelled',
    version: given.version ?? 2,
    requestId: id,
    reason: 'test',
    lines: unitsOf(units),
    cancelledMinor: 0,
    ...(given.refundId !== undefined && { refundId: given.refundId }),
  });

/** Changes the quantity of line-1, which has no discount. */
export const resized = (id: string, day: string, version: number, line: TestLine, given: { taxMinor: number }) =>
  anEvent('order-intake', 'OrderEdited', id, day, {
    ...order,
    status: 'placed',
    version,
    editId: id,
    reason: 'test',
    lines: [{ before: editedLine({ ...line, quantity: line.quantity + 1 }), after: editedLine(line) }],
    amounts: { subtotalMinor: 0, discountMinor: 0, shippingMinor: 0, totalMinor: 0, ...given },
    differences: { subtotalMinor: 0, discountMinor: 0, shippingMinor: 0, taxMinor: 0, totalMinor: 0 },
  });
const editedLine = ({ sku, quantity, price, tax }: TestLine) => ({
  lineId: 'line-1',
  sku,
  quantity,
  unitPriceMinor: price,
  discountMinor: 0,
  taxMinor: tax,
  totalMinor: quantity * price,
  warehouse: 'main',
});

export const expired = (id: string, day: string): LedgerMessage =>
  anEvent('order-intake', 'OrderExpired', id, day, {
    ...order,
    status: 'expired',
    version: 2,
    reservedUntil: `${day}T12:00:00Z`,
    lines: [],
  });

export const paid = (id: string, day: string, amountMinor: number, given: object = {}): LedgerMessage =>
  anEvent('order-intake', 'PaymentRecorded', id, day, {
    orderId: 'ord_1',
    payment: {
      eventId: `evt-${id}`,
      type: 'payment.captured',
      paymentId: 'pay_1',
      amountMinor,
      currency: 'GBP',
      occurredAt: `${day.slice(0, 10)}T12:00:00Z`,
      provider: 'stripe',
      ...given,
    },
    order: null,
  });

type Pot = { pot: string; amountMinor: number; taxMinor?: number; quantity?: number; sku?: string };
const refundOf = (pots: Pot[], given: object = {}) => {
  const amountMinor = pots.reduce((sum, pot) => sum + pot.amountMinor, 0);
  return {
    ...order,
    refundId: 'ref_1',
    status: 'paid',
    reason: 'test',
    amountMinor,
    version: 3,
    pots: pots.map((pot) => ({ taxMinor: 0, quantity: 0, ...pot })),
    ...given,
  };
};
const sumOf = (pots: Pot[]) => pots.reduce((sum, pot) => sum + pot.amountMinor, 0);

export const refundPaid = (id: string, day: string, pots: Pot[], given: object = {}): LedgerMessage =>
  anEvent('refund-approval', 'RefundPaid', id, day, {
    ...refundOf(pots, given),
    provider: 'stripe',
    paymentId: 'pay_1',
    paidMinor: sumOf(pots),
  });
export const payoutReturned = (id: string, day: string, pots: Pot[]): LedgerMessage =>
  anEvent('refund-approval', 'RefundPayoutFailed', id, day, {
    ...refundOf(pots),
    provider: 'stripe',
    paymentId: 'pay_1',
    paidMinor: sumOf(pots),
    failure: 'closed',
    wasPaid: true,
  });
export const creditGranted = (id: string, day: string, pots: Pot[]): LedgerMessage =>
  anEvent('refund-approval', 'StoreCreditGranted', id, day, { ...refundOf(pots), creditMinor: sumOf(pots) });
export const exchanged = (id: string, day: string, pots: Pot[]): LedgerMessage =>
  anEvent('refund-approval', 'ExchangeSettled', id, day, {
    ...refundOf(pots),
    replacementOrderId: 'ord_2',
    replacementMinor: sumOf(pots),
    creditMinor: sumOf(pots),
  });

export const returned = (id: string, day: string, units: Units, disposition = 'restock'): LedgerMessage =>
  anEvent('refund-approval', 'ReturnReceived', id, day, {
    ...refundOf([]),
    rmaId: 'rma_1',
    receiptId: id,
    units: units.map(({ sku, quantity, lineId = 'line-1' }) => ({
      lineId,
      sku,
      warehouse: 'main',
      quantity,
      disposition,
    })),
    isComplete: true,
  });

export const skuCost = (id: string, day: string, sku: string, costMinor: number): LedgerMessage =>
  anEvent('catalog', 'SkuChanged', id, day, {
    sku,
    name: sku,
    priceMinor: 1200,
    currency: 'GBP',
    costMinor,
    taxCategory: 'standard',
    active: true,
  });

export const moved = (
  id: string,
  day: string,
  type: string,
  onHandDelta: number,
  unitCostMinor?: number,
  sku = 'A',
): LedgerMessage =>
  anEvent('stock-update', 'StockMoved', id, day, {
    movementId: id,
    sku,
    warehouse: 'main',
    type,
    onHandDelta,
    unavailableDelta: 0,
    ...(unitCostMinor !== undefined && { unitCostMinor }),
    occurredAt: `${day.slice(0, 10)}T12:00:00Z`,
  });

export const settled = (id: string, day: string, type: string, amountMinor: number): LedgerMessage =>
  anEvent('ledger', 'SettlementLineRecorded', id, day, {
    provider: 'stripe',
    lineId: `txn-${id}`,
    type,
    amountMinor,
    currency: 'GBP',
    occurredAt: `${day.slice(0, 10)}T12:00:00Z`,
    reference: 'O1',
  });

type EntryPostings = { account: string; amountMinor: number }[];
export const entered = (id: string, date: string, postings: EntryPostings, given: object = {}): LedgerMessage =>
  anEvent('ledger', 'LedgerEntryApproved', id, date, {
    entryId: `entry-${id}`,
    date,
    text: 'an entry',
    currency: 'GBP',
    postings,
    requestedBy: 'finance',
    approvedBy: 'admin',
    ...given,
  });
