import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import type { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import type { PromotionContent, PromotionWarning } from '../../../shared/contracts/promotions/promotion.ts';
import type * as routes from '../../../shared/contracts/promotions/routes.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { PromotionSettings } from '../../../shared/settings/promotion-policy.ts';
import { promotionResponse } from '../promotion/promotion-body.ts';
import { codesOf, etagOf, type PromotionRecord } from '../promotion/promotion-record.ts';
import type { PromotionSnapshot, PromotionStore } from '../promotion/promotion-store.ts';
import { productsOf, type ReferenceStore, skusOf } from '../promotion/reference-store.ts';
import { type Review, reviewedOf } from '../promotion/review.ts';
import { saveChange } from '../promotion/save-change.ts';
import { decideCreate, decideReplace, type SaveContext, type SaveDecision } from './decide.ts';
import type { References } from './reference-rules.ts';
import { warningsOf } from './warnings.ts';

/** Changes of promotions in force wait for each other, as they change one set. */
const defaultRetryBudgetMs = 8000;

export type DefinitionStores = { store: PromotionStore; references: ReferenceStore; review: Review };

/** What definitions depend on beside the tables. */
export type DefinitionSettings = {
  policy: PromotionSettings;
  /** Shipping methods. */
  methods: readonly string[];
  channels: readonly string[];
  priceGuard: Omit<PriceGuard, 'changeExpiresHours'>;
  storeZone: string;
};

type Write = Pick<Request<typeof routes.putPromotion>, 'caller' | 'cause'>;

/** What a definition names, as far as the store has it. */
export async function loadReferences(
  references: ReferenceStore,
  { channels, methods }: Pick<DefinitionSettings, 'channels' | 'methods'>,
  definition: PromotionDefinition,
  { categories }: Pick<PromotionSnapshot, 'categories'>,
): Promise<References> {
  const [skus, products] = await Promise.all([
    references.skus(skusOf(definition)),
    references.products(productsOf(definition)),
  ]);
  return { skus, products, categories, channels, methods };
}

/** The routes that create, replace and read a promotion. */
export const definitionApi = (
  { store, references, review }: DefinitionStores,
  settings: DefinitionSettings,
  retryBudgetMs = defaultRetryBudgetMs,
) => {
  const { storeZone, priceGuard } = settings;

  const warnings = (
    record: PromotionRecord,
    { set, categories }: PromotionSnapshot,
    { skus }: Pick<References, 'skus'>,
    now: number,
  ): PromotionWarning[] =>
    warningsOf(record.definition, {
      promotionId: record.promotionId,
      set,
      categories,
      skus,
      priceGuard,
      storeZone,
      now,
    });

  const save = (
    promotionId: string,
    content: PromotionContent,
    { caller, cause }: Write,
    decide: (context: SaveContext) => SaveDecision,
  ): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const { now } = cause;
      const snapshot = await store.load(promotionId, codesOf(content));
      const known = await loadReferences(references, settings, content, snapshot);
      const by = caller.subject || caller.clientId;
      const thresholds = settings.policy.approvalAboveMinor;
      const decision = decide({ snapshot, references: known, thresholds, storeZone, by, now });
      const respond = (status: 200 | 201, record: PromotionRecord, found?: Awaited<ReturnType<Review>>) =>
        promotionResponse(status, record, {
          storeZone,
          now,
          warnings: [...warnings(record, snapshot, known, now), ...(found?.warnings ?? [])],
          worstCase: found?.worstCase,
        });
      if (!('next' in decision)) return refused(decision, snapshot.current, respond);
      const action = decision.kind === 'create' ? 'created' : 'changed';
      const change = { next: decision.next, action, from: caller.address } as const;
      const outcome = await saveChange(store, change, snapshot, settings, cause);
      if (outcome === undefined) return undefined;
      if (outcome !== 'done') return outcome.refusal;
      const reviewed = reviewedOf(decision.next, snapshot, settings, now);
      const found = reviewed && (await review(reviewed));
      return respond(decision.kind === 'create' ? 201 : 200, decision.next, found);
    });

  return {
    create: (request: Request<typeof routes.createPromotion>): Promise<HttpResponse> => {
      const { promotionId, ...content } = request.body;
      return save(promotionId, content, request, (context) => decideCreate(promotionId, content, context));
    },

    replace: (request: Request<typeof routes.putPromotion>): Promise<HttpResponse> => {
      const { params, body, headers } = request;
      return save(params.promotionId, body, request, (context) =>
        decideReplace(params.promotionId, body, headers['if-match'], context),
      );
    },

    get: async ({ params, cause }: Request<typeof routes.getPromotion>): Promise<HttpResponse> => {
      const snapshot = await store.load(params.promotionId, []);
      const { current } = snapshot;
      if (!current) return unknownPromotion;
      const skus = await references.skus(skusOf(current.definition));
      const { now } = cause;
      return promotionResponse(200, current, { storeZone, now, warnings: warnings(current, snapshot, { skus }, now) });
    },
  };
};

function refused(
  decision: Exclude<SaveDecision, { kind: 'create' | 'replace' }>,
  current: PromotionRecord | undefined,
  respond: (status: 200, record: PromotionRecord) => HttpResponse,
): HttpResponse {
  switch (decision.kind) {
    case 'already-created': {
      const response = respond(200, decision.current);
      return { ...response, headers: { ...response.headers, 'idempotent-replayed': 'true' } };
    }
    case 'unchanged':
      return respond(200, decision.current);
    case 'exists':
      return problem(
        409,
        'promotion-exists',
        'Another promotion has this id. Choose another id, or PUT that promotion.',
      );
    case 'unknown':
      return unknownPromotion;
    case 'ended':
      return problem(409, 'promotion-ended', 'The promotion has ended. Create another one.');
    case 'precondition-required':
      return problem(428, decision.kind, 'If-Match with the ETag of the promotion is required.');
    case 'precondition-failed':
      return problem(
        412,
        decision.kind,
        'The promotion has another version than If-Match names.',
        {},
        current && { etag: etagOf(current) },
      );
    case 'invalid':
      return invalidContent(decision.errors);
    default:
      return decision satisfies never;
  }
}

const unknownPromotion = problem(404, 'not-found', 'There is no such promotion.');
