import type { ApiClient, ApiResponse } from '../support/system/api-client.ts';
import { definitionOf } from '../support/promotions/case-definition.ts';
import type { CasePromotion, PromotionCase } from '../support/promotions/case-file.ts';
import type { PromotionDefinition } from '../../shared/contracts/promotions/definition.ts';
import { caseNames } from './case-names.ts';
import type { CasesOffice } from './cases-office.ts';

const ample = 900_000;
const earliest = '1970-01-01T00:00:00Z';

export class CaseError extends Error {}

/** Sends a request that must succeed. */
export async function done(sent: Promise<ApiResponse>, what: string): Promise<ApiResponse> {
  const response = await sent;
  if (response.status >= 300) throw new CaseError(`${what}: ${response.status} ${response.text}`);
  return response;
}

export type CaseStore = Awaited<ReturnType<typeof createCaseStore>>;

/** Creates settings, catalogue, price lists and promotions of a case over HTTP. */
export async function createCaseStore(office: CasesOffice, given: PromotionCase, space: string) {
  const names = caseNames(space);
  const admin = () => office.client('admin');
  const put = (path: string, body: unknown) => replace(admin(), path, body);
  /** Puts settings, unless the case before has put the same. */
  const putSettings = async (name: string, body: unknown) => {
    if (office.settings.get(name) === JSON.stringify(body)) return;
    await put(`/settings/${name}`, body);
    office.settings.set(name, JSON.stringify(body));
  };
  const { store, catalog, categoryPaths = {}, promotions } = given;
  const { currency } = store;

  await putSettings('tax-zones', { zones: [zoneOf(store)] });
  await putSettings('shipping-methods', {
    methods: store.shippingMethods.map(({ method, priceMinor }) => ({
      method,
      name: method,
      prices: { [currency]: priceMinor },
    })),
  });
  const setPolicy = (changes: Partial<PromotionCase['store']> = {}) => {
    const { resolution, codePolicy, maxOrderDiscountBasisPoints } = { ...store, ...changes };
    return putSettings('promotions', { resolution, codePolicy, maxOrderDiscountBasisPoints });
  };
  await setPolicy();

  const floorCategory = 'floor';
  const categories = new Map(
    Object.values(catalog).map(({ category, floorMinor }) => [
      category ?? (floorMinor === undefined ? undefined : floorCategory),
      { isFloor: floorMinor !== undefined },
    ]),
  );
  for (const path of Object.values(categoryPaths)) {
    for (const category of path) if (!categories.has(category)) categories.set(category, { isFloor: false });
  }
  const parentOf = (category: string) => categoryPaths[category]?.at(-2);
  const created = new Set<string>();
  const createCategory = async (category: string): Promise<void> => {
    if (created.has(category)) return;
    created.add(category);
    const parent = parentOf(category);
    if (parent !== undefined) await createCategory(parent);
    const margin = categories.get(category)?.isFloor ? { minMarginBasisPoints: 0 } : {};
    const parentId = parent === undefined ? {} : { parentId: names.own(parent) };
    await put(`/catalog/categories/${names.own(category)}`, { name: category, ...parentId, ...margin });
  };
  for (const category of categories.keys()) if (category !== undefined) await createCategory(category);

  const putSku = async (sku: string, content: object) => {
    await done(
      admin().put(`/catalog/skus/${names.own(sku)}`, { name: sku, currency, ...content }),
      `PUT the SKU ${sku}`,
    );
  };
  for (const [sku, { priceMinor, taxCategory, category, floorMinor, groupPriceMinor = {} }] of Object.entries(
    catalog,
  )) {
    const own = category ?? (floorMinor === undefined ? undefined : floorCategory);
    await putSku(sku, {
      priceMinor,
      taxCategory,
      ...(own !== undefined && { category: names.own(own) }),
      ...(floorMinor !== undefined && { costMinor: floorMinor }),
    });
    for (const [group, unitPriceMinor] of Object.entries(groupPriceMinor)) {
      const list = names.own(`list-${group}`);
      await put(`/catalog/price-lists/${list}`, {
        name: group,
        currency,
        customerGroups: [group],
        priority: office.nextPriority(),
      });
      const prices = { prices: [{ breaks: [{ unitPriceMinor }] }] };
      await done(admin().put(`/catalog/price-lists/${list}/prices/${names.own(sku)}`, prices), `PUT a price of ${sku}`);
    }
  }

  for (const product of new Set(Object.values(catalog).map((sku) => sku.product))) {
    if (product === undefined) continue;
    const variants = Object.entries(catalog)
      .filter(([, sku]) => sku.product === product)
      .map(([sku, { attributes = {} }]) => ({
        sku: names.own(sku),
        attributes: Object.entries(attributes).map(([name, [value = '']]) => ({ name, type: 'text', value })),
      }));
    await put(`/catalog/products/${names.own(product)}`, { title: product, status: 'published', variants });
  }

  let movements = 0;
  const setStock = async (units: Readonly<Record<string, number>>) => {
    const counts = Object.entries(units).map(([sku, quantity]) => ({
      movementId: `${space}-${(movements += 1)}`,
      sku: names.own(sku),
      warehouse: 'main',
      type: 'count',
      quantity,
    }));
    if (counts.length === 0) return;
    const response = await done(admin().post('/stock/movements', { movements: counts }), 'POST the stock');
    const refused = response.body.results.find((result: { status: string }) => result.status === 'rejected');
    if (refused) throw new CaseError(`The stock: ${JSON.stringify(refused)}`);
  };
  const ampleStock = Object.fromEntries(Object.keys(catalog).map((sku) => [sku, ample]));
  await setStock(ampleStock);

  const definitions = new Map<string, PromotionDefinition>();
  const warnings = new Map<string, { type: string }[]>();
  const definitionFor = (promotion: CasePromotion) => names.definition(definitionOf(promotion));
  const end = async () => {
    for (const id of definitions.keys()) {
      const response = await admin().post(`/promotions/${names.own(id)}/end`, {});
      // One whose time is over has ended already.
      if (response.status !== 200 && response.status !== 409) throw new CaseError(`The end of ${id}: ${response.text}`);
    }
  };
  try {
    for (const promotion of promotions) {
      const definition = definitionFor(promotion);
      const promotionId = names.own(promotion.id);
      await done(admin().post('/promotions', { ...definition, promotionId }), `POST the promotion ${promotion.id}`);
      definitions.set(promotion.id, definition);
      if (promotion.paused) await act(admin(), promotionId, 'pause');
    }
  } catch (error) {
    await end();
    throw error;
  }
  const putDefinition = async (id: string, definition: PromotionDefinition) => {
    const response = await put(`/promotions/${names.own(id)}`, definition);
    warnings.set(id, response.body.warnings ?? []);
  };

  return {
    names,
    currency,
    setPolicy,
    setStock,
    restoreStock: () => setStock(ampleStock),
    putSku,
    /** A SKU for a case without a catalogue, such as one of instants only. */
    async anySku(): Promise<string> {
      const [taxCategory] = Object.keys(store.taxBasisPoints);
      await putSku('any', { priceMinor: 1000, taxCategory });
      return 'any';
    },
    definitions,
    putDefinition,
    /** Saves promotions with changed members; returns their warnings. */
    async override(changes: Readonly<Record<string, object>>): Promise<ReadonlyMap<string, { type: string }[]>> {
      for (const promotion of promotions.filter(({ id }) => changes[id])) {
        const changed: CasePromotion = { ...promotion, ...changes[promotion.id] };
        await putDefinition(promotion.id, definitionFor(changed));
        if (changed.paused && !promotion.paused) await act(admin(), names.own(promotion.id), 'pause');
      }
      return new Map(warnings);
    },
    async restore(changes: Readonly<Record<string, object>>): Promise<void> {
      for (const { id, paused } of promotions.filter((promotion) => changes[promotion.id])) {
        const definition = definitions.get(id);
        if (definition) await putDefinition(id, definition);
        if ('paused' in (changes[id] ?? {}) && !paused) await act(admin(), names.own(id), 'resume');
      }
    },
    /** Ends the promotions, so that the next case has only its own. */
    end,
  };
}

const act = (client: ApiClient, promotionId: string, action: string) =>
  done(client.post(`/promotions/${promotionId}/${action}`, {}), `POST ${action} of ${promotionId}`);

/** Puts a document or an item whose change needs the entity tag of what it replaces. */
async function replace(client: ApiClient, path: string, body: unknown): Promise<ApiResponse> {
  const current = await client.get(path);
  const { etag } = current.headers;
  return done(client.put(path, body, typeof etag === 'string' ? { 'if-match': etag } : {}), `PUT ${path}`);
}

const zoneOf = ({ taxIncluded, taxBasisPoints }: PromotionCase['store']) => ({
  zoneId: 'case',
  name: 'Case',
  country: '*',
  taxIncluded,
  rounding: 'line',
  rates: Object.entries(taxBasisPoints).map(([taxCategory, basisPoints]) => ({
    rateId: taxCategory,
    name: 'Tax',
    jurisdiction: 'case',
    taxCategory,
    percentage: String(basisPoints / 100),
    validFrom: earliest,
  })),
});
