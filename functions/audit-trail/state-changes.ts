import * as z from 'zod';
import { SettingChange } from '../../shared/contracts/settings/version.ts';
import { changesBetween } from '../../shared/settings/changes.ts';

/** Events whose data is the whole state of their object: the difference from the one before is what was changed. */
const stateEvents: ReadonlySet<string> = new Set([
  'SkuChanged',
  'PriceListChanged',
  'CategoryChanged',
  'ProductChanged',
  'RefundPolicyChanged',
  'StockAlertLevelsSet',
  'WebhookEndpointChanged',
  'PromotionsSwitched',
]);

/** Whether the changes of an entry follow from the entry of the same action before. */
export const isStateEvent = (action: string) => stateEvents.has(action);

const Changes = z.object({ changes: z.array(SettingChange) });
const Price = z.object({ lists: z.array(z.object({ listId: z.string(), before: z.unknown(), after: z.unknown() })) });
const Cost = z.object({ cost: z.object({ beforeMinor: z.int().optional(), afterMinor: z.int().optional() }) });
const BeforeAfter = z.object({ before: z.unknown(), after: z.unknown() });
/** Members that say which version it is and who made it, which the entry has already. */
const ofVersion = new Set(['/version', '/by', '/changedAt', '/approvedBy']);

/** Most changes of an entry, as many as an event names. */
const maxChanges = 500;

/**
 * What a change made of what: named by the event itself, else the difference of its data from `before`, the data of the
 * event of the same type before. Undefined for events that are no change of values.
 */
export function stateChanges(action: string, data: unknown, before: unknown): SettingChange[] | undefined {
  const changes = namedBy(action, data) ?? (isStateEvent(action) ? differences(before, data) : undefined);
  return changes?.slice(0, maxChanges);
}

function namedBy(action: string, data: unknown): SettingChange[] | undefined {
  const named = Changes.safeParse(data);
  if (named.success) return named.data.changes;
  if (action === 'PriceChanged') return priceChanges(data);
  const values = BeforeAfter.safeParse(data);
  return values.success ? changesBetween(values.data.before, values.data.after) : undefined;
}

function priceChanges(data: unknown): SettingChange[] {
  const { lists = [] } = Price.safeParse(data).data ?? {};
  const { cost } = Cost.safeParse(data).data ?? {};
  return [
    ...lists.map(({ listId, before, after }) => ({
      entry: `/lists/${listId}`,
      kind: 'changed' as const,
      before,
      after,
    })),
    ...(cost ? changesBetween({ costMinor: cost.beforeMinor }, { costMinor: cost.afterMinor }) : []),
  ];
}

const differences = (before: unknown, after: unknown): SettingChange[] =>
  changesBetween(before ?? {}, after).filter(({ entry }) => !ofVersion.has(entry));
