import { setTimeout as sleep } from 'node:timers/promises';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { putPromotions } from '../../support/promotions.ts';
import { simulatedPromotions } from '../workload/promotions.ts';
import type { Actor, RunContext } from './run-context.ts';

const retryPauseMs = 50;
const maxTries = 100;

/** Puts promotions in force, also under faults. */
export async function putInForce(
  { admin, engine }: Pick<RunContext, 'admin' | 'engine'>,
  promotions: readonly CompiledPromotion[],
): Promise<void> {
  const PROMOTION_TABLE_NAME = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table']
    .flatMap((type) => engine.context.template.ofType(type))
    .map(({ name }) => name)
    .find((name) => name.includes('PromotionTable'));
  if (PROMOTION_TABLE_NAME === undefined) throw new Error('The store has no table of promotions');
  for (let tries = 1; ; tries += 1) {
    try {
      await putPromotions(admin.db, { promotions }, { PROMOTION_TABLE_NAME });
      return;
    } catch (error) {
      if (tries === maxTries) throw error;
      await sleep(retryPauseMs);
    }
  }
}

/** Starts, pauses, resumes and ends promotions while they are ordered; some run out. */
export const marketing: Actor = {
  name: 'marketing',
  act: async (context) => {
    const { plan, reached, isTimeUp, now } = context;
    const [storm, flash] = simulatedPromotions(plan);
    const steps: [share: number, promotions: () => CompiledPromotion[]][] = [
      [0.2, () => [{ ...storm, paused: true }, flash]],
      [0.3, () => [storm, { ...flash, version: 2 }]],
      [0.7, () => [storm, { ...flash, endedAt: now() }]],
      [0.85, () => [{ ...storm, version: 2 }, flash]],
    ];
    for (const [share, promotions] of steps) {
      await reached(share);
      if (isTimeUp()) return;
      await putInForce(context, promotions());
    }
  },
};
