import type { StoredPriceList } from '../../../shared/catalog/price-list-snapshot.ts';
import { didYouMean } from '../../../shared/input/closest.ts';
import type { PriceListContent } from '../../../shared/contracts/catalog/price-list-routes.ts';
import { isPermitted } from '../../../shared/contracts/entity-tag.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { contentHash } from '../../../shared/ids.ts';
import { baseList, type PriceList } from '../../../shared/pricing/price-lists.ts';

/** Price lists of the store. Their item is also limited in bytes. */
export const maxPriceLists = 500;

export type Decision =
  | { kind: 'create' | 'replace'; next: StoredPriceList }
  | { kind: 'unchanged'; current: StoredPriceList }
  | { kind: 'precondition-failed' }
  | { kind: 'too-many' }
  | { kind: 'invalid'; errors: FieldError[] };

/** A list with the members that its entity tag depends on. */
export const tagged = ({ version, changedAt: _at, ...content }: StoredPriceList) => ({
  version,
  contentHash: contentHash(content),
});

type Context = { lists: readonly StoredPriceList[]; channels: readonly string[]; now: number };

/** Decides whether a list is created, changed or unchanged. `channels` are those of the store, `now` is in milliseconds. */
export function decide(
  listId: string,
  sent: PriceListContent,
  ifMatch: string | undefined,
  { lists, channels, now }: Context,
): Decision {
  const current = lists.find((list) => list.listId === listId);
  if (!isPermitted(ifMatch, current && tagged(current))) return { kind: 'precondition-failed' };
  const content = normalised(listId, sent);
  if (current && tagged(current).contentHash === contentHash(content)) return { kind: 'unchanged', current };
  const errors = [...unknownChannels(sent, channels), ...errorsOf(content, current, lists)];
  if (errors.length > 0) return { kind: 'invalid', errors };
  const changedAt = new Date(now).toISOString();
  if (current) return { kind: 'replace', next: { ...content, version: current.version + 1, changedAt } };
  if (lists.length >= maxPriceLists) return { kind: 'too-many' };
  return { kind: 'create', next: { ...content, version: 1, changedAt } };
}

const iso = (instant: string) => new Date(instant).toISOString();
const sortedOnce = (values: readonly string[]) => [...new Set(values)].toSorted();

/** One form for each meaning, so that another order of channels is no change. */
function normalised(listId: string, sent: PriceListContent) {
  const { channels, customerGroups, validFrom, validTo, ...rest } = sent;
  return {
    listId,
    ...rest,
    ...(channels && { channels: sortedOnce(channels) }),
    ...(customerGroups && { customerGroups: sortedOnce(customerGroups) }),
    ...(validFrom !== undefined && { validFrom: iso(validFrom) }),
    ...(validTo !== undefined && { validTo: iso(validTo) }),
  };
}

type Content = Omit<PriceList, 'version'>;

const unknownChannels = ({ channels = [] }: PriceListContent, known: readonly string[]): FieldError[] =>
  channels.flatMap((channel, index) => {
    if (known.includes(channel)) return [];
    const end = didYouMean(channel, known) || `. The channels are ${known.join(', ')}.`;
    return [{ pointer: `/channels/${index}`, detail: `There is no channel ${channel}${end}` }];
  });

function errorsOf(
  content: Content,
  current: StoredPriceList | undefined,
  lists: readonly StoredPriceList[],
): FieldError[] {
  const { listId, currency, validFrom, validTo } = content;
  const errors: FieldError[] = [];
  if (listId === baseList) {
    errors.push({ pointer: '', detail: 'The id `base` is that of the SKUs’ own prices. Use another id.' });
  }
  if (current && current.currency !== currency) {
    const detail = `The prices of the list are in ${current.currency}. Create another list for ${currency}.`;
    errors.push({ pointer: '/currency', detail });
  }
  if (validFrom !== undefined && validTo !== undefined && validTo <= validFrom) {
    errors.push({
      pointer: '/validTo',
      detail: `The list ends at ${validTo}, not after its start ${validFrom}. Use a later end.`,
    });
  }
  const rival = lists.find((list) => list.listId !== listId && isAmbiguous(list, content));
  if (rival) {
    const period = `${rival.validFrom ?? 'any time'} to ${rival.validTo ?? 'any time'}`;
    const detail = `The list ${rival.listId} has priority ${rival.priority} too, and applies to the same customers from ${period}. Use another priority, or other times, channels or customer groups.`;
    errors.push({ pointer: '/priority', detail });
  }
  return errors;
}

/** Whether both lists can apply to one order at one time with the same priority. */
const isAmbiguous = (a: Content, b: Content): boolean =>
  a.currency === b.currency &&
  a.priority === b.priority &&
  shares(a.channels, b.channels) &&
  shares(a.customerGroups, b.customerGroups) &&
  (a.validTo === undefined || b.validFrom === undefined || b.validFrom < a.validTo) &&
  (b.validTo === undefined || a.validFrom === undefined || a.validFrom < b.validTo);

/** Without channels or groups, a list applies to all. */
const shares = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
  !a || !b || a.some((each) => b.includes(each));
