import * as z from 'zod';
import {
  type Categories,
  categoriesOf,
  categoryPaths,
  CategoryTree,
  categoryTreeKey,
} from '../../../shared/catalog/category-tree.ts';
import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import { skuKey, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import type { LakeEvent } from '../../../shared/lake/day-events.ts';
import type { PlacedOrder } from '../../../shared/pricing/frozen-order.ts';
import type { PricingSource } from '../../../shared/pricing/price-again.ts';
import { type PricingRules, rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import { snapshotKeys } from '../../../shared/pricing/pricing-snapshots.ts';
import type { PromotionPolicy, PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { headKeyFor } from '../../../shared/promotions/promotion-head.ts';
import { promotionSetOfVersion, promotionSetReader } from '../../../shared/promotions/promotion-set-store.ts';
import { readShippingMethods, readTaxZones } from '../../../shared/settings/priced-settings-store.ts';
import { promotionRules } from '../../../shared/settings/promotion-policy.ts';
import { sellingSettingsReader } from '../../../shared/settings/selling-settings.ts';
import { snapshotReader } from '../../../shared/settings/snapshot.ts';
import type { Channels, SellingPolicy } from '../../../shared/store.ts';
import { marginsOf } from '../promotion/compile-set.ts';

type Tables = { CATALOG_TABLE_NAME: string; SETTINGS_TABLE_NAME: string; PROMOTION_TABLE_NAME: string };
type Settings = { selling: SellingPolicy; channels: Channels; priceGuard: Omit<PriceGuard, 'changeExpiresHours'> };

/** What an event names of what its order was priced by. */
const Named = z.object({
  lines: z.array(z.object({ sku: z.string() })),
  pricing: z
    .object({
      settingsVersions: z.object({
        taxZones: z.number(),
        shippingMethods: z.number(),
        promotions: z.number().optional(),
      }),
    })
    .optional(),
});
type Versions = NonNullable<z.infer<typeof Named>['pricing']>['settingsVersions'];
const deployed: Versions = { taxZones: 0, shippingMethods: 0 };

/** SKUs of one read. */
const skusPerRead = 100;

/** What past orders are priced again with: SKUs of today, and the versions of settings and promotions that they name. */
export async function createPricingSource(db: Database, tables: Tables, settings: Settings) {
  const { selling, channels } = settings;
  const { policy, current } = await promotionsNow(db, tables, settings);
  const [zonesOf, methodsOf] = [readTaxZones(db, tables), readShippingMethods(db, tables)];
  const setOf = promotionSetOfVersion(db, tables.PROMOTION_TABLE_NAME);
  const skus = new Map<string, SkuRecord | undefined>();
  const rules = new Map<string, PricingRules | undefined>();
  const taxIncluded = new Map(Object.values(channels).map((each) => [each.channel, each.taxIncluded]));

  async function loadSkus(codes: readonly string[]): Promise<void> {
    const missing = codes.filter((code) => !skus.has(code));
    for (let index = 0; index < missing.length; index += skusPerRead) {
      const wanted = missing.slice(index, index + skusPerRead);
      const keys = { [tables.CATALOG_TABLE_NAME]: wanted.map(skuKey) };
      for (const code of wanted) skus.set(code, undefined);
      const items = (await readBatch(db, keys, false)).get(tables.CATALOG_TABLE_NAME) ?? [];
      for (const sku of items.map((item) => SkuRecord.parse(item))) skus.set(sku.sku, sku);
    }
  }

  async function loadRules(versions: Versions): Promise<void> {
    if (rules.has(nameOf(versions))) return;
    const { taxZones, shippingMethods, promotions } = versions;
    const [zones, methods, set] = await Promise.all([
      taxZones === 0 ? [] : zonesOf(taxZones),
      shippingMethods === 0 ? [] : methodsOf(shippingMethods),
      promotions === undefined ? undefined : setOf(promotions),
    ]);
    const isKept = zones && methods && (promotions === undefined || set);
    rules.set(
      nameOf(versions),
      isKept
        ? rulesOf(
            selling,
            {
              ...(taxZones > 0 && { taxZones: { version: taxZones, zones: [...zones] } }),
              ...(shippingMethods > 0 && { shippingMethods: { version: shippingMethods, methods: [...methods] } }),
            },
            [],
            set && { set, policy },
          )
        : undefined,
    );
  }

  const source: PricingSource = {
    skuOf: (sku) => skus.get(sku),
    taxIncludedIn: (channel) => taxIncluded.get(channel),
    rulesOf: ({ pricing }: PlacedOrder) => rules.get(nameOf(pricing?.settingsVersions ?? deployed)),
  };
  return {
    source,
    policy,
    current,
    loadSkus,
    /** Loads what these events name. Other events than placed orders name nothing. */
    prepare: async (events: readonly LakeEvent[]): Promise<void> => {
      const named = events.flatMap(({ data }) => Named.safeParse(data).data ?? []);
      await loadSkus([...new Set(named.flatMap(({ lines }) => lines.map(({ sku }) => sku)))]);
      const versions = named.map(({ pricing }) => pricing?.settingsVersions ?? deployed);
      for (const each of new Map(versions.map((one) => [nameOf(one), one])).values()) await loadRules(each);
    },
  };
}
export type LoadedSource = Awaited<ReturnType<typeof createPricingSource>>;

const nameOf = ({ taxZones, shippingMethods, promotions }: Versions) =>
  `${taxZones} ${shippingMethods} ${promotions ?? ''}`;

/**
 * The promotions in force with all categories and margins, as a draft may name others than they do, and how promotions
 * combine. The policy of then is not kept with an order.
 */
async function promotionsNow(
  db: Database,
  { SETTINGS_TABLE_NAME: settings, PROMOTION_TABLE_NAME: promotions, CATALOG_TABLE_NAME: catalog }: Tables,
  { selling: { timeZone }, priceGuard }: Settings,
): Promise<{ policy: PromotionPolicy; current: PromotionSet }> {
  const keys = { [settings]: [snapshotKeys.settings], [promotions]: [headKeyFor('')], [catalog]: [categoryTreeKey] };
  const items = await readBatch(db, keys, true);
  const inForce = await promotionSetReader(db, promotions)(items.get(promotions)?.[0]);
  const none: PromotionSet = { version: 0, promotions: [], categoryPaths: {} };
  const tree = snapshotReader(CategoryTree.transform(categoriesOf))(items.get(catalog)?.[0]);
  const categories: Categories = tree?.value ?? new Map();
  const current = {
    ...(inForce ?? none),
    categoryPaths: categoryPaths(categories),
    minMarginBasisPoints: marginsOf(categories, priceGuard),
  };
  const rules = promotionRules(current, sellingSettingsReader()(items.get(settings)?.[0]), { timeZone });
  if (!rules) throw new Error('A set has rules');
  return { policy: rules.policy, current };
}
