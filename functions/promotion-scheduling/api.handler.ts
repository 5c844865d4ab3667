import { createPriceHistoryStore } from '../../shared/catalog/price-history-store.ts';
import { readPricedOffer } from '../../shared/catalog/offer-store.ts';
import * as previewRoutes from '../../shared/contracts/promotions/preview-routes.ts';
import * as codeRoutes from '../../shared/contracts/promotions/code-routes.ts';
import * as routes from '../../shared/contracts/promotions/routes.ts';
import * as usageRoutes from '../../shared/contracts/promotions/usage-routes.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { createClaimsStore } from '../../shared/promotions/claims-store.ts';
import { createPromotionSetStore } from '../../shared/promotions/promotion-set-store.ts';
import { publicPromotionsOfSku } from '../../shared/promotions/public-promotions-store.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { channelNames } from '../../shared/store.ts';
import {
  currentPromotionSettings,
  currentShippingMethods,
  withCurrent,
} from '../../shared/settings/current-settings-store.ts';
import { claimCheckApi } from './claim-checks/claim-check-api.ts';
import { createClaimCheckRequests } from './claim-checks/claim-check-request-store.ts';
import { checkApi } from './definitions/check-api.ts';
import {
  downloadCodeBatch,
  findCode,
  getCodeBatch,
  listCodeBatches,
  postCodeBatch,
  revokeCodeBatch,
} from './codes/code-api.ts';
import { createCodeFiles } from './codes/code-files-client.ts';
import { createCodeStore } from './codes/code-store.ts';
import { definitionApi } from './definitions/definition-api.ts';
import { listPromotions } from './definitions/list-api.ts';
import { versionApi } from './definitions/version-api.ts';
import { Env } from './env.ts';
import { lifecycleApi } from './lifecycle/lifecycle-api.ts';
import { overlapApi } from './overlaps/overlap-api.ts';
import { createPromotionStore } from './promotion/promotion-store.ts';
import { createReferenceStore } from './promotion/reference-store.ts';
import { reductionReview } from './reductions/reduction-review.ts';
import { reviewWith } from './review.ts';
import { switchApi } from './switch/switch-api.ts';
import { createSwitchStore } from './switch/switch-store.ts';
import { createPastBaskets } from './worst-case/past-baskets-client.ts';
import { createConcernedSkus } from './worst-case/concerned-skus-store.ts';
import { usageApi } from './usage/usage-api.ts';

const env = Env.parse(process.env);
const db = openDatabase();
const store = createPromotionStore(db, env);
const references = createReferenceStore(db, env);
const storeZone = env.SELLING.timeZone;
const policy = currentPromotionSettings(db, env);
const methods = currentShippingMethods(
  db,
  env,
  env.SELLING.shippingMethods.map(({ method }) => method),
);
const channels = channelNames(env.CHANNELS);
const current = async () => {
  const [policyInForce, methodsInForce] = await Promise.all([policy(), methods()]);
  return { policy: policyInForce, methods: methodsInForce, channels, priceGuard: env.PRICE_GUARD, storeZone };
};
const readOffer = readPricedOffer(db, env);
/** Loaded when a promotion is saved: most requests of the API need no file. */
const analysisFiles = async () => {
  const [{ S3Client }, { createAnalysisFiles }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('./analyses/analysis-files-client.ts'),
  ]);
  return createAnalysisFiles(new S3Client(), env.REPORTS_BUCKET_NAME);
};
const review = reviewWith({
  skus: createConcernedSkus(db, env),
  pastBaskets: createPastBaskets(analysisFiles).read,
  readOffer,
  reductions: reductionReview({
    history: createPriceHistoryStore(db, env),
    promotions: publicPromotionsOfSku(db, env, policy, storeZone),
  }),
  settings: { selling: env.SELLING, channels: env.CHANNELS },
});
const cursors = createCursors(secretReader(env.CURSOR_SECRET_ARN));
const versions = versionApi(store, cursors);
const codes = createCodeStore(db, env);
const codeFiles = createCodeFiles(env.PROMOTION_FILES_BUCKET_NAME);
const sets = createPromotionSetStore(db, env);
const claimChecks = claimCheckApi(createClaimCheckRequests(db, env));
const switches = switchApi(createSwitchStore(db, env));
const definitions = (settings: Awaited<ReturnType<typeof current>>) =>
  definitionApi({ store, references, review }, settings);
const lifecycle = (settings: Awaited<ReturnType<typeof current>>) => lifecycleApi(store, review, settings);

export const handler = httpHandler(
  on(
    routes.createPromotion,
    withCurrent(current, (settings) => definitions(settings).create),
  ),
  on(
    routes.putPromotion,
    withCurrent(current, (settings) => definitions(settings).replace),
  ),
  on(
    routes.getPromotion,
    withCurrent(current, (settings) => definitions(settings).get),
  ),
  on(routes.listPromotions, listPromotions(store, cursors, storeZone)),
  on(routes.listPromotionVersions, versions.list),
  on(routes.getPromotionVersion, versions.get),
  on(
    routes.submitPromotion,
    withCurrent(current, (settings) => lifecycle(settings)('submit')),
  ),
  on(
    routes.approvePromotion,
    withCurrent(current, (settings) => lifecycle(settings)('approve')),
  ),
  on(
    routes.rejectPromotion,
    withCurrent(current, (settings) => lifecycle(settings)('reject')),
  ),
  on(
    routes.pausePromotion,
    withCurrent(current, (settings) => lifecycle(settings)('pause')),
  ),
  on(
    routes.resumePromotion,
    withCurrent(current, (settings) => lifecycle(settings)('resume')),
  ),
  on(
    routes.endPromotion,
    withCurrent(current, (settings) => lifecycle(settings)('end')),
  ),
  on(
    previewRoutes.checkPromotion,
    withCurrent(current, (settings) =>
      checkApi({ store, references, review }, { ...settings, selling: env.SELLING }, readOffer),
    ),
  ),
  on(previewRoutes.listPromotionOverlaps, overlapApi({ store, references }, env.SELLING, readOffer)),
  on(usageRoutes.getPromotionUsage, usageApi(store, createClaimsStore(db, env.PROMOTION_TABLE_NAME))),
  on(usageRoutes.postClaimCheck, claimChecks.post),
  on(usageRoutes.getClaimCheck, claimChecks.get),
  on(routes.getPromotionSwitch, switches.get),
  on(routes.putPromotionSwitch, switches.put),
  on(codeRoutes.postCodeBatch, postCodeBatch(codes)),
  on(codeRoutes.listCodeBatches, listCodeBatches(codes, cursors)),
  on(codeRoutes.getCodeBatch, getCodeBatch(codes)),
  on(codeRoutes.downloadCodeBatch, downloadCodeBatch(codes, codeFiles)),
  on(codeRoutes.revokeCodeBatch, revokeCodeBatch(codes)),
  on(
    codeRoutes.findCode,
    findCode(codes, async () => (await sets.current()).set),
  ),
);
