import type { ProductRecord } from '../../../shared/catalog/product.ts';
import { didYouMean } from '../../../shared/input/closest.ts';
import type { ProductContent } from '../../../shared/contracts/catalog/product-routes.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { isTimeZone } from '../../../shared/time-zone.ts';
import { instantIn } from './local-time.ts';

export type PublicationTimes = { timeZone?: string; publishedFrom?: string; publishedUntil?: string };

/**
 * The instants of launch and withdrawal, or what is wrong with them. `storeZone` is the time zone of the store, `now` is in
 * milliseconds. A time in the past is accepted only if the published product, or the draft, has it already.
 */
export function publicationOf(
  content: ProductContent,
  current: ProductRecord | undefined,
  storeZone: string,
  now: number,
): PublicationTimes | { errors: FieldError[] } {
  const { launchAt, withdrawAt } = content;
  const timeZone = content.timeZone ?? storeZone;
  if (!isTimeZone(timeZone)) {
    const end = didYouMean(timeZone, Intl.supportedValuesOf('timeZone')) || '. Use a name such as Europe/London.';
    return { errors: [{ pointer: '/timeZone', detail: `There is no IANA time zone ${timeZone}${end}` }] };
  }
  const errors: FieldError[] = [];
  const instantAt = (name: 'launchAt' | 'withdrawAt', local: string | undefined): string | undefined => {
    const found = local === undefined ? undefined : instantIn(local, timeZone);
    if (found && 'problem' in found) errors.push({ pointer: `/${name}`, detail: `${found.problem}.` });
    return found && 'instant' in found ? found.instant : undefined;
  };
  const publishedFrom = instantAt('launchAt', launchAt);
  const publishedUntil = instantAt('withdrawAt', withdrawAt);
  const isKept = (name: 'publishedFrom' | 'publishedUntil', instant: string) =>
    current?.[name] === instant && (current.status === 'published' || current.status === content.status);
  if (publishedFrom !== undefined && Date.parse(publishedFrom) <= now && !isKept('publishedFrom', publishedFrom)) {
    const detail = `The launch ${launchAt} (${publishedFrom}) is in the past. Choose a later time, or leave it out to launch at once.`;
    errors.push({ pointer: '/launchAt', detail });
  }
  if (publishedUntil !== undefined && Date.parse(publishedUntil) <= now && !isKept('publishedUntil', publishedUntil)) {
    const detail = `The withdrawal ${withdrawAt} (${publishedUntil}) is in the past. Choose a later time, or set status to archived.`;
    errors.push({ pointer: '/withdrawAt', detail });
  }
  if (publishedFrom !== undefined && publishedUntil !== undefined && publishedUntil <= publishedFrom) {
    const detail = `The withdrawal (${publishedUntil}) is not after the launch (${publishedFrom}). Choose a later withdrawal.`;
    errors.push({ pointer: '/withdrawAt', detail });
  }
  if (errors.length > 0) return { errors };
  const isTimed = launchAt !== undefined || withdrawAt !== undefined || content.timeZone !== undefined;
  return {
    ...(isTimed && { timeZone }),
    ...(publishedFrom !== undefined && { publishedFrom }),
    ...(publishedUntil !== undefined && { publishedUntil }),
  };
}
