import type { ApiResponse } from '../support/system/api-client.ts';
import type { CaseCart, CaseQuote, PromotionCase } from '../support/promotions/case-file.ts';
import type { CaseOrders } from './case-orders.ts';
import type { CaseStore } from './case-store.ts';
import type { CasesOffice } from './cases-office.ts';
import { differences, exactDifferences } from './differences.ts';

type Discounts = {
  promotionId?: string;
  appliedMinor: number;
  target?: string;
  lines?: { line: number; amountMinor: number }[];
}[];
type Quoted = {
  lines: { gift?: string; discountMinor: number; taxMinor: number; totalMinor: number }[];
  discounts: Discounts;
  promotions?: {
    applied: { promotionId: string; discountMinor: number; target: string; trimmed?: string; claims?: object }[];
    notApplied: { promotionId: string; reason: string; missingMinor?: number; missingUnits?: number }[];
    codes: { code: string; outcome: string }[];
  };
};

/** The body of a quote or an order with this cart. */
export function contentOf({ names, currency }: CaseStore, cart: Omit<CaseCart, 'overrides'>): Record<string, unknown> {
  const { couponCodes, customer, shippingMethod, paymentMethod, country } = cart;
  const { id, email, groups = [] } = customer ?? {};
  return {
    currency,
    lines: cart.lines.map(({ sku, quantity }) => ({ sku: names.own(sku), quantity })),
    ...(couponCodes && { couponCodes: couponCodes.map(names.ownCode) }),
    ...(shippingMethod !== undefined && { shippingMethod }),
    ...(paymentMethod !== undefined && { paymentMethod }),
    ...(country !== undefined && { shippingAddress: { country } }),
    ...(customer && {
      customer: {
        ...(id !== undefined && { id: names.own(id) }),
        ...(email !== undefined && { email: names.ownCode(email) }),
        ...(groups[0] !== undefined && { group: groups[0] }),
      },
    }),
  };
}

/** Quotes the cart of a case; returns the differences from what is expected. */
export async function checkQuote(
  office: CasesOffice,
  store: CaseStore,
  orders: CaseOrders,
  { cart, expect }: CaseQuote,
): Promise<string[]> {
  const { overrides = {}, stock = {}, resolution, channel, at, units, spent, uses, customerUses, isFirstOrder } = cart;
  await orders.useBefore({ units, spent, uses, customerUses }, cart.customer);
  const warnings = await store.override(overrides);
  if (resolution) await store.setPolicy({ resolution });
  await store.setStock(stock);
  const buyer = await orders.buyerFor(cart.customer, isFirstOrder);
  const content = contentOf(store, { ...cart, customer: buyer });
  const quoted = await office
    .client(channel === undefined || channel === 'storefront' ? 'storefront' : 'admin')
    .post('/quotes', { ...content, ...(channel !== undefined && { channel }), ...(at !== undefined && { at }) });
  if (Object.keys(stock).length > 0) await store.restoreStock();
  if (resolution) await store.setPolicy();
  await store.restore(overrides);
  if ('refusal' in expect) return refusalDifferences(expect.refusal, quoted, store);
  if (quoted.status !== 200) return [`expected a quote, got ${quoted.status} ${quoted.text}`];
  const actual = resultOf(quoted.body, cart, store);
  const { applied, notApplied, lines, validation = [], shippingDiscounts, trimmed, ...others } = expect;
  return [
    ...differences(others, actual),
    ...exactDifferences(applied, actual.applied, 'applied'),
    ...exactDifferences(notApplied, actual.notApplied, 'notApplied'),
    ...exactDifferences(shippingDiscounts ?? {}, actual.shippingDiscounts, 'shippingDiscounts'),
    ...differences(trimmed ?? {}, actual.trimmed, 'trimmed'),
    ...differences(lines, actual.lines, 'lines'),
    ...lines.flatMap((line, index) =>
      exactDifferences(line.discounts, actual.lines[index]?.discounts ?? {}, `lines[${index}].discounts`),
    ),
    ...validation.flatMap((warning) => missingWarning(warning, warnings)),
  ];
}

type Refusal = Extract<CaseQuote['expect'], { refusal: unknown }>['refusal'];

function refusalDifferences(expected: Refusal, { status, body, text }: ApiResponse, { names }: CaseStore): string[] {
  const { pointers, lines, ...others } = expected;
  if (status < 400) return [`expected the refusal ${JSON.stringify(expected)}, got ${status} ${text}`];
  const actual = {
    status,
    type: body.type,
    lines: body.lines?.map((line: { sku: string }) => ({ ...line, sku: names.given(line.sku) })),
    pointers: body.errors?.map(({ pointer }: { pointer: string }) => pointer),
  };
  return differences({ ...others, ...(lines && { lines }), ...(pointers && { pointers }) }, actual, 'refusal');
}

/** The quote in the words of the case. Promotions of other cases do not count. */
function resultOf(body: Quoted & Record<string, unknown>, cart: Pick<CaseCart, 'lines'>, { names }: CaseStore) {
  const { applied = [], notApplied = [], codes = [] } = body.promotions ?? {};
  const own = <T extends { promotionId: string }>(list: readonly T[]) =>
    list.flatMap((each) => {
      const id = names.given(each.promotionId);
      return id === undefined ? [] : [{ ...each, id }];
    });
  const sums = (entries: readonly (readonly [string, number])[]) => {
    const amounts: Record<string, number> = {};
    for (const [id, minor] of entries) amounts[id] = (amounts[id] ?? 0) + minor;
    return amounts;
  };
  const discounts = own(
    body.discounts.flatMap((each) =>
      each.promotionId === undefined ? [] : [{ ...each, promotionId: each.promotionId }],
    ),
  );
  return {
    ...body,
    lines: body.lines.map(({ gift, ...line }, index) => ({
      ...line,
      lineId: gift === undefined ? cart.lines[index]?.lineId : `gift-${names.given(gift)}`,
      discounts: sums(
        discounts.flatMap(({ id, lines = [] }) =>
          lines
            .filter((each) => each.line === index && each.amountMinor > 0)
            .map((each) => [id, each.amountMinor] as const),
        ),
      ),
    })),
    applied: sums(own(applied).map(({ id, discountMinor }) => [id, discountMinor])),
    shippingDiscounts: sums(
      own(applied).flatMap(({ id, target, discountMinor }) =>
        target === 'shipping' ? [[id, discountMinor] as const] : [],
      ),
    ),
    trimmed: Object.fromEntries(
      own(applied).flatMap(({ id, trimmed }) => (trimmed === undefined ? [] : [[id, trimmed]])),
    ),
    claims: Object.fromEntries(own(applied).map(({ id, claims }) => [id, claims])),
    notApplied: Object.fromEntries(
      own(notApplied).map(({ id, reason, missingMinor, missingUnits }) => [
        id,
        {
          reason,
          ...(missingMinor !== undefined && { missingMinor }),
          ...(missingUnits !== undefined && { missingUnits }),
        },
      ]),
    ),
    codes: codes.map(({ code, outcome }) => ({ code: names.givenCode(code), outcome })),
  };
}

function missingWarning(expected: unknown, warnings: ReadonlyMap<string, { type: string }[]>): string[] {
  const { promotion, warning } = expected as { promotion: string; warning: string };
  const types = (warnings.get(promotion) ?? []).map(({ type }) => type);
  return types.includes(warning)
    ? []
    : [`validation of ${promotion}: expected the warning ${warning}, got ${types.join(', ') || 'none'}`];
}

/** Whether a promotion is in force at an instant, as a quote of that time shows. */
export async function checkInstant(
  office: CasesOffice,
  store: CaseStore,
  given: PromotionCase,
  { promotion, at, active }: PromotionCase['instants'][number],
): Promise<string[]> {
  const [sku = await store.anySku()] = Object.keys(given.catalog);
  const { code, codes = code === undefined ? [] : [code] } = given.promotions.find(({ id }) => id === promotion) ?? {};
  const cart = { lines: [{ lineId: '1', sku, quantity: 1 }], couponCodes: codes };
  const quoted = await office.client('storefront').post('/quotes', { ...contentOf(store, cart), at });
  if (quoted.status !== 200) return [`${promotion} at ${at}: ${quoted.status} ${quoted.text}`];
  const { applied, notApplied } = resultOf(quoted.body, cart, store);
  const reason = notApplied[promotion]?.reason;
  if (!(promotion in applied) && reason === undefined) return [`${promotion} at ${at}: the quote does not name it`];
  const isActive = reason === undefined || !['paused', 'not-started', 'ended', 'not-now'].includes(reason);
  return isActive === active ? [] : [`${promotion} at ${at}: expected active ${active}, got ${isActive} (${reason})`];
}
