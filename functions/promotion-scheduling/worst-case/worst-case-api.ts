import type { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import type { postWorstCase } from '../../../shared/contracts/promotions/worst-case-routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import type { CompiledPromotion, PromotionPolicy, PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { channelNames, type Channels, type SellingPolicy } from '../../../shared/store.ts';
import { codesOf, type PromotionRecord } from '../promotion/promotion-record.ts';
import { concernedBy, mostCommonCurrency, namedSkus, unionOf } from './concerned-goods.ts';
import { type ConcernedSkus, pastBasketsOf, skusOfBaskets } from './concerned-skus-store.ts';
import type { PastBaskets } from './past-baskets.ts';
import { worstCase } from './worst-case.ts';

type Deps = {
  promotion: (promotionId: string) => Promise<PromotionRecord | undefined>;
  source: () => Promise<{ policy: PromotionPolicy; current: PromotionSet }>;
  skus: ConcernedSkus;
  pastBaskets: () => Promise<PastBaskets>;
  settings: { selling: SellingPolicy; channels: Channels };
};

const unknownPromotion = problem(404, 'unknown-promotion', 'The store has no such promotion. Send its definition.');
/** Of the last year, if the request has none. */
const maxPastBaskets = 500;
/** SKUs that the result calls goods of the promotion. */
const maxSkus = 500;

/** Searches the worst case of a promotion or of a draft with all that it can meet. It writes nothing. */
export const worstCaseApi =
  ({ promotion, source, skus, pastBaskets, settings: { selling, channels } }: Deps) =>
  async ({ params: { promotionId }, body, cause }: Request<typeof postWorstCase>): Promise<HttpResponse> => {
    const names = channelNames(channels);
    const { definition: sent, channel = names[0] ?? '', baskets } = body;
    if (!names.includes(channel)) {
      return invalidContent([{ pointer: '/channel', detail: `There is no channel ${channel}.` }]);
    }
    const definition = sent ?? (await promotion(promotionId))?.definition;
    if (!definition) return unknownPromotion;
    const { policy, current } = await source();
    const draft = draftOf(promotionId, definition);
    const sentBaskets = baskets?.map((lines) => lines.map(({ sku, quantity }) => [sku, quantity] as const));
    const [read, past] = await Promise.all([
      skus(namedSkus(draft)),
      sentBaskets
        ? skusOfBaskets(skus, sentBaskets).then((ofSent) => ({ baskets: sentBaskets, skus: ofSent, goods: [] }))
        : pastBasketsOf(skus, await pastBaskets(), { draft, set: current }, maxPastBaskets),
    ]);
    const found = unionOf(concernedBy(draft, current, read), past.goods, maxSkus);
    const currency = body.currency ?? mostCommonCurrency(found);
    const rules = { ...rulesOf(selling), promotions: { set: current, policy } };
    const search = {
      draft,
      set: current,
      skus: found,
      rules,
      channel,
      currency,
      now: cause.now,
      baskets: past.baskets,
      beside: past.skus,
    };
    return { status: 200, body: worstCase(search) };
  };

const draftOf = (promotionId: string, { codes, ...rest }: PromotionDefinition): CompiledPromotion => ({
  ...rest,
  ...(codes && { codes: codesOf({ codes }) }),
  promotionId,
  version: 1,
  shards: 1,
});
