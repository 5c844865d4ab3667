import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/promotions/routes.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { SwitchState, SwitchStore } from './switch-store.ts';

const defaultRetryBudgetMs = 8000;

/** The routes of the switch for all promotions. */
export const switchApi = (store: SwitchStore, retryBudgetMs = defaultRetryBudgetMs) => ({
  get: async (): Promise<HttpResponse> => ({ status: 200, body: bodyOf(await store.read()) }),

  put: ({ body, caller, cause }: Request<typeof routes.putPromotionSwitch>): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const current = await store.read();
      const by = caller.subject || caller.clientId;
      if ((current.head?.disabled ?? false) === body.disabled) return { status: 200, body: bodyOf(current) };
      return switched(store, current, { ...body, by }, cause);
    }),
});

async function switched(
  store: SwitchStore,
  current: SwitchState,
  wanted: { disabled: boolean; comment?: string | undefined; by: string },
  cause: Cause,
): Promise<HttpResponse | undefined> {
  const last = { changedBy: wanted.by, changedAt: new Date(cause.now).toISOString(), comment: wanted.comment };
  if ((await store.write(current, { ...last, disabled: wanted.disabled }, cause)) !== 'done') return undefined;
  const version = (current.head?.version ?? 0) + 1;
  return { status: 200, body: { disabled: wanted.disabled, version, ...last } };
}

const bodyOf = ({ head, last }: SwitchState) => ({
  disabled: head?.disabled ?? false,
  version: head?.version ?? 0,
  ...last,
});
