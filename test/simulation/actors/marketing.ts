import type { ApiResponse } from '../../support/system/api-client.ts';
import { hourOf, simulatedPromotions } from '../workload/promotions.ts';
import { type Actor, callWithRetries, type RunContext } from './run-context.ts';

type Marketing = Pick<RunContext, 'plan' | 'client' | 'observed' | 'now'>;

/** Creates the promotions before the first fault. */
export async function createPromotions({ plan, client, observed, now }: Marketing): Promise<void> {
  const startedAt = now();
  for (const [promotionId, content] of Object.entries(simulatedPromotions(plan, startedAt))) {
    const created = await client('admin').post('/promotions', { promotionId, ...content });
    if (created.status !== 201) throw new Error(created.text);
  }
  Object.assign(observed.hour, hourOf(startedAt));
}

/** Makes a change of the promotions, also under faults. False: there is no response, so that it is not known whether it is made. */
async function change({ observed }: Marketing, call: () => Promise<ApiResponse>): Promise<boolean> {
  const response = await callWithRetries(observed, call);
  if (response && response.status !== 200) throw new Error(response.text);
  return response !== undefined;
}

/** Stops promotions, and lets them go on later. Certainly none is in force from the first response to the second request. */
async function interrupt(
  context: Marketing,
  promotionIds: readonly string[],
  [stop, goOn]: [stop: () => Promise<ApiResponse>, goOn: () => Promise<ApiResponse>],
  untilLater: () => Promise<void>,
): Promise<void> {
  const { observed, now } = context;
  const isStopped = await change(context, stop);
  const from = now();
  await untilLater();
  const to = now();
  if (isStopped) observed.interruptions.push(...promotionIds.map((promotionId) => ({ promotionId, from, to })));
  await change(context, goOn);
}

/** Pauses, changes, switches off and ends promotions while they are ordered; some run out, one starts and ends by itself. */
export const marketing: Actor = {
  name: 'marketing',
  act: async (context) => {
    const { plan, client, reached, observed, now } = context;
    const admin = client('admin');
    const act = (promotionId: string, action: string) => () => admin.post(`/promotions/${promotionId}/${action}`, {});
    const turn = (disabled: boolean) => () => admin.put('/promotions/switch', { disabled });
    const rename = (promotionId: 'storm' | 'flash') => async () => {
      for (;;) {
        const current = await admin.get(`/promotions/${promotionId}`);
        const content = { ...simulatedPromotions(plan)[promotionId], name: 'Renamed' };
        const ifMatch = { 'if-match': String(current.headers['etag']) };
        const response = await admin.put(`/promotions/${promotionId}`, content, ifMatch);
        // An earlier attempt whose response was lost may still be running.
        if (response.status !== 412) return response;
      }
    };
    await reached(0.15);
    await interrupt(context, ['storm'], [act('storm', 'pause'), act('storm', 'resume')], () => reached(0.35));
    await change(context, rename('flash'));
    await reached(0.5);
    const all = Object.keys(simulatedPromotions(plan));
    await interrupt(context, all, [turn(true), turn(false)], () => reached(0.55));
    await reached(0.7);
    const isEnded = await change(context, act('flash', 'end'));
    if (isEnded) observed.interruptions.push({ promotionId: 'flash', from: now(), to: Infinity });
    await change(context, rename('storm'));
  },
};
