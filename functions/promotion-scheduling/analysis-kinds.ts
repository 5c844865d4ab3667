import * as z from 'zod';
import { PromotionDefinition } from '../../shared/contracts/promotions/definition.ts';
import { lazyBusinessDay } from '../../shared/business-day.ts';
import { PriceReplayResult } from '../../shared/contracts/promotions/replay-routes.ts';
import { PlacedOrder } from '../../shared/pricing/frozen-order.ts';
import type { RunningAnalysis, StartAnalysis } from './analyses/analysis-job.ts';
import type { AnalysisKind } from './analyses/analysis-store.ts';
import type { LoadedSource } from './analyses/pricing-source-store.ts';
import { createEffect, type KeptEffect } from './effect/effect.ts';
import { effectFilesOf } from './effect/effect-files.ts';
import { rehearsalPage } from './rehearsals/page.ts';
import { createRehearsal, type KeptRehearsal, rehearsedEvents } from './rehearsals/rehearse.ts';
import { csvFilesOf, resultOf } from './rehearsals/result.ts';
import { draftOf } from './rehearsals/variant.ts';
import { createReplay, differingFile } from './replay/replay.ts';
import { createBasketCounter, DayBaskets } from './worst-case/past-baskets.ts';
import type { PastBasketFile } from './worst-case/past-baskets-client.ts';

const RehearsalInput = z.object({
  drafts: z.array(z.object({ name: z.string(), definition: PromotionDefinition })),
  assumeCodes: z.boolean(),
});
const EffectInput = z.object({
  promotionId: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  daysWith: z.array(z.string()),
  daysBefore: z.array(z.string()),
  hasHoldout: z.boolean(),
  channels: z.array(z.string()).optional(),
});
/** State that the function itself has kept; a later deployment adds members only. */
const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const RehearsalState = z.custom<KeptRehearsal>(isObject).optional();
const EffectState = z.custom<KeptEffect>(isObject).optional();

const orderEvents = ['OrderPlaced'] as const;

/** A replay also counts the baskets that the search of the worst case tries when a promotion is saved. */
const ReplayState = PriceReplayResult.extend({ baskets: DayBaskets.default({}) }).optional();

/** The analyses of past orders. `load` reads what orders are priced again with. */
export const analysisKinds = (
  load: () => Promise<LoadedSource>,
  pastBaskets: Pick<PastBasketFile, 'add'>,
  timeZone: string,
): Record<AnalysisKind, StartAnalysis> => ({
  async rehearsal({ promotionId = '', from, to, input }, kept): Promise<RunningAnalysis> {
    const { drafts, assumeCodes } = RehearsalInput.parse(input);
    const { source, policy, current, loadSkus, prepare } = await load();
    const prepared = drafts.map(({ name, definition }) => draftOf(promotionId, name, definition));
    await loadSkus(prepared.flatMap(({ promotion: { discount } }) => (discount.kind === 'gift' ? discount.gifts : [])));
    const setup = { drafts: prepared, current, policy, source, assumesCodes: assumeCodes };
    const rehearsal = createRehearsal(setup, RehearsalState.parse(kept));
    return {
      types: rehearsedEvents,
      prepare,
      add: rehearsal.add,
      orders: () => rehearsal.counts().orders,
      kept: rehearsal.kept,
      finish: () => {
        const result = resultOf(rehearsal);
        const page = rehearsalPage(`Rehearsal of ${promotionId}, ${from} to ${to}`, result);
        return { result, files: [...csvFilesOf(result), { name: 'page.html', text: page }] };
      },
    };
  },

  async effect({ promotionId = '', input }, kept): Promise<RunningAnalysis> {
    const { source, prepare } = await load();
    const effect = createEffect(EffectInput.parse(input), source.skuOf, EffectState.parse(kept));
    return {
      types: orderEvents,
      prepare,
      add: effect.add,
      orders: effect.orders,
      kept: effect.kept,
      finish: () => {
        const result = effect.report();
        return { result, files: effectFilesOf(promotionId, result) };
      },
    };
  },

  async 'price-replay'({ analysisId, from, to, requestedAt }, kept): Promise<RunningAnalysis> {
    const { source, prepare } = await load();
    const state = ReplayState.parse(kept);
    const replay = createReplay(source, state);
    const baskets = createBasketCounter(state?.baskets);
    // A day that has not ended is counted by the replay of the night.
    const today = lazyBusinessDay(timeZone)(Date.parse(requestedAt));
    return {
      types: orderEvents,
      prepare,
      add: (day, event) => {
        replay.add(event);
        const order = PlacedOrder.safeParse(event.data);
        if (order.success && day < today) baskets.add(day, order.data);
      },
      orders: () => replay.result().counts.orders,
      kept: () => ({ ...replay.result(), baskets: baskets.kept() }),
      finish: async () => {
        await pastBaskets.add(baskets.kept());
        const result = replay.result();
        const { differing } = result.counts;
        const orderIds = result.differing.slice(0, 100).map(({ orderId }) => orderId);
        return {
          result,
          files: [differingFile(result)],
          ...(differing > 0 && { differences: { replayId: analysisId, from, to, differing, orderIds } }),
        };
      },
    };
  },
});
