import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { GoodsScope, PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import type { postWorstCase } from '../../../shared/contracts/promotions/worst-case-routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import type { CompiledPromotion, PromotionPolicy, PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import type { Channels, SellingPolicy } from '../../../shared/store.ts';
import { codesOf, type PromotionRecord } from '../promotion/promotion-record.ts';
import type { ConcernedSkus } from './concerned-skus-store.ts';
import { worstCase } from './worst-case.ts';

type Deps = {
  promotion: (promotionId: string) => Promise<PromotionRecord | undefined>;
  source: () => Promise<{ policy: PromotionPolicy; current: PromotionSet | undefined }>;
  skus: ConcernedSkus;
  settings: { selling: SellingPolicy; channels: Channels };
};

const unknownPromotion = problem(404, 'unknown-promotion', 'The store has no such promotion. Send its definition.');
const none: PromotionSet = { version: 0, promotions: [], categoryPaths: {} };

/** Searches the worst case of a promotion or of a draft with all that it can meet. It writes nothing. */
export const worstCaseApi =
  ({ promotion, source, skus, settings: { selling, channels } }: Deps) =>
  async ({ params: { promotionId }, body, cause }: Request<typeof postWorstCase>): Promise<HttpResponse> => {
    const names = Object.values(channels).map(({ channel }) => channel);
    const { definition: sent, channel = names[0] ?? '', baskets } = body;
    if (!names.includes(channel)) {
      return invalidContent([{ pointer: '/channel', detail: `There is no channel ${channel}.` }]);
    }
    const definition = sent ?? (await promotion(promotionId))?.definition;
    if (!definition) return unknownPromotion;
    const { policy, current = none } = await source();
    const draft = draftOf(promotionId, definition);
    const past = baskets?.map((lines) => lines.map(({ sku, quantity }) => [sku, quantity] as const));
    const found = await skus(namedSkus([draft], past ?? []));
    const currency = body.currency ?? mostCommon(found);
    const rules = { ...rulesOf(selling), promotions: { set: current, policy } };
    const search = { draft, set: current, skus: found, rules, channel, currency, now: cause.now, baskets: past };
    return { status: 200, body: worstCase(search) };
  };

const draftOf = (promotionId: string, { codes, ...rest }: PromotionDefinition): CompiledPromotion => ({
  ...rest,
  ...(codes && { codes: codesOf({ codes }) }),
  promotionId,
  version: 1,
  shards: 1,
});

/** The SKUs if the goods of the draft are all named by SKU; none if it names categories, products or all. */
function namedSkus(
  promotions: readonly CompiledPromotion[],
  past: readonly (readonly (readonly [string, number])[])[],
): string[] {
  const scopes = promotions.flatMap(({ eligible, discount }): GoodsScope[] =>
    discount.kind === 'buy-get' ? [eligible, discount.buy.of, discount.get.of] : [eligible],
  );
  if (scopes.some((scope) => scope.all || scope.categories || scope.products || scope.attributes || !scope.skus))
    return [];
  const given = promotions.flatMap(({ discount }) => {
    if (discount.kind === 'gift') return discount.gifts;
    return discount.kind === 'bundle' ? Object.keys(discount.bundle) : [];
  });
  return [...new Set([...scopes.flatMap(({ skus }) => skus ?? []), ...given, ...past.flat().map(([sku]) => sku)])];
}

function mostCommon(skus: readonly SkuRecord[]): string {
  const counts = [...Map.groupBy(skus, ({ currency }) => currency)].map(([currency, own]) => ({
    currency,
    count: own.length,
  }));
  return counts.toSorted((a, b) => b.count - a.count)[0]?.currency ?? 'GBP';
}
