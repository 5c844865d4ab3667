import { inParallel } from '../../shared/in-parallel.ts';
import type { PromotionDefinition } from '../../shared/contracts/promotions/definition.ts';
import type { CaseCart, PromotionCase } from '../support/promotions/case-file.ts';
import type { ApiResponse } from '../support/system/api-client.ts';
import { contentOf } from './case-quote.ts';
import { CaseError, type CaseStore, done } from './case-store.ts';
import type { CasesOffice } from './cases-office.ts';

type Customer = CaseCart['customer'];
/** What was used of limits before a cart. */
type UsedBefore = Partial<Record<'units' | 'spent' | 'uses' | 'customerUses', number | undefined>>;
type Placed = { orderId: string; lineIds: Map<string, string>; cancelledMinor: number };
export type CaseOrders = ReturnType<typeof createCaseOrders>;

const ordersAtOnce = 32;
/** Of one request that the store answers with `busy`. */
const maxAttempts = 20;
const helper = 'helper';

/** Places and cancels the orders of a case, as a storefront does. */
export function createCaseOrders(office: CasesOffice, store: CaseStore, { catalog, promotions }: PromotionCase) {
  const { names, currency } = store;
  const open = new Map<string, Placed>();
  let placed = 0;
  let usedBefore = '{}';
  const before: string[] = [];
  const ordered = new Set<string>();
  let hasHelper = false;

  async function send(cart: CaseCart): Promise<{ response: ApiResponse; order: Placed | undefined }> {
    const number = (placed += 1);
    const customer = cart.customer ?? { id: `buyer-${number}` };
    const body = {
      shippingAddress: {
        country: 'GB',
        postalCode: 'N1 9GU',
        city: 'London',
        line1: `${number} ${names.own('Street')}`,
      },
      ...contentOf(store, { ...cart, customer }),
      externalOrderId: names.own(`order-${number}`),
    };
    const response = await retried(() => office.client('storefront').post('/orders', body));
    if (response.status !== 201) return { response, order: undefined };
    const lines: { lineId: string; gift?: string }[] = response.body.lines;
    const requested = lines.filter(({ gift }) => gift === undefined);
    const lineIds = new Map(cart.lines.map(({ lineId }, index) => [lineId, requested[index]?.lineId ?? '']));
    const order = { orderId: String(response.body.orderId), lineIds, cancelledMinor: 0 };
    open.set(order.orderId, order);
    return { response, order };
  }

  const cancel = (orderId: string, body: object) =>
    retried(() => office.client('admin').post(`/orders/${orderId}/cancellation`, { reason: 'Case', ...body }));

  async function cancelled(orderIds: readonly string[]): Promise<void> {
    await inParallel(ordersAtOnce, orderIds, async (orderId) => {
      const response = await cancel(orderId, { requestId: 'end' });
      // An order that is cancelled or expired already is refused.
      if (response.status !== 200 && response.status !== 409) throw new CaseError(`Cancellation: ${response.text}`);
      open.delete(orderId);
    });
  }

  /** Places an order of units of a SKU of its own that gets the promotion with this discount. */
  async function use(
    id: string,
    definition: PromotionDefinition,
    discount: PromotionDefinition['discount'],
    { units = 1, times = 1, customer }: { units?: number; times?: number; customer?: Customer },
  ): Promise<void> {
    const { name, codes, needsCode, limits } = definition;
    const own = { name, codes, needsCode, limits, discount, eligible: { skus: [names.own(helper)] } };
    await store.putDefinition(id, { ...own, schedule: {}, priority: 1_000_000, exclusive: 'order' });
    const couponCodes = promotions.find((promotion) => promotion.id === id)?.code;
    await inParallel(ordersAtOnce, Array.from({ length: times }), async () => {
      const { response, order } = await send({
        lines: [{ lineId: '1', sku: helper, quantity: units }],
        ...(customer && { customer }),
        ...(couponCodes !== undefined && { couponCodes: [couponCodes] }),
      });
      if (!order) throw new CaseError(`An order that uses ${id} before: ${response.status} ${response.text}`);
      before.push(order.orderId);
    });
    await store.putDefinition(id, definition);
  }

  async function createHelper(priceMinor: number): Promise<void> {
    const [sku] = Object.values(catalog);
    await store.putSku(helper, { priceMinor, taxCategory: sku?.taxCategory });
    if (!hasHelper) await store.setStock({ [helper]: 900_000 });
    hasHelper = true;
  }

  return {
    send,
    cancel,
    /** Orders that later steps name. */
    named: new Map<string, Placed>(),
    /** A customer that has ordered before, or has not. */
    async buyerFor(customer: Customer, isFirstOrder: boolean | undefined): Promise<Customer> {
      if (isFirstOrder === undefined) return customer;
      const known = { ...customer, id: customer?.id ?? 'regular' };
      if (isFirstOrder) return { ...customer, id: `${known.id}-${(placed += 1)}` };
      if (!ordered.has(known.id)) {
        await createHelper(100);
        const { response, order } = await send({ lines: [{ lineId: '1', sku: helper, quantity: 1 }], customer: known });
        if (!order) throw new CaseError(`The earlier order of ${known.id}: ${response.text}`);
        ordered.add(known.id);
      }
      return known;
    },

    /** Makes this much of the limits used, by orders that get the promotions. */
    async useBefore(
      { units = 0, spent = 0, uses = 0, customerUses = 0 }: UsedBefore,
      customer: Customer,
    ): Promise<void> {
      const wanted = JSON.stringify({ units, spent, uses, customerUses, customer });
      if (wanted === usedBefore || (usedBefore === '{}' && units + spent + uses + customerUses === 0)) return;
      usedBefore = wanted;
      await cancelled(before.splice(0));
      if (units + spent + uses + customerUses === 0) return;
      const priceMinor = Math.max(1000, 2 * spent);
      await createHelper(priceMinor);
      const minor = (amount: number) => ({ [currency]: amount });
      const amountOff = (amount: number) => ({ kind: 'amount', level: 'order', amountMinor: minor(amount) }) as const;
      await store.setPolicy({ resolution: 'priority', maxOrderDiscountBasisPoints: undefined });
      for (const [id, definition] of store.definitions) {
        const { limits = {} } = definition;
        if (units > 0 && limits.units !== undefined) {
          const reduced = { kind: 'fixed-price', level: 'line', priceMinor: minor(priceMinor - 1) } as const;
          await use(id, definition, reduced, { units });
        }
        if (spent > 0 && limits.budgetMinor) await use(id, definition, amountOff(spent), {});
        if (uses > 0 && limits.total !== undefined) await use(id, definition, amountOff(1), { times: uses });
        if (customerUses > 0 && limits.perCustomer !== undefined) {
          await use(id, definition, amountOff(1), { times: customerUses, customer });
        }
      }
      await store.setPolicy();
    },

    /** Cancels every open order, so that nothing is used. */
    async cancelAll(): Promise<void> {
      before.splice(0);
      usedBefore = '{}';
      await cancelled([...open.keys()]);
    },

    /** What is left of the limits of the case's promotion that has such a limit. */
    async left(limit: 'total' | 'units'): Promise<number | undefined> {
      const id = [...store.definitions].find(([, { limits }]) => limits?.[limit] !== undefined)?.[0];
      if (id === undefined) return undefined;
      const { body } = await done(
        office.client('admin').get(`/promotions/${names.own(id)}/usage`),
        `GET the usage of ${id}`,
      );
      return body[limit === 'total' ? 'uses' : 'units']?.left;
    },
  };
}

/** Sends a request again while the store is busy. */
async function retried(request: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await request();
    if (response.status !== 503 || attempt === maxAttempts) return response;
  }
}
