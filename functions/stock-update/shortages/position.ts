import type { Units } from './unfillable.ts';

/** Position of a page: the units that earlier pages explain as `<warehouse>:<units>`, and the sort key of the last order. */
export const positionPattern = /^(?<explained>[A-Za-z0-9._:,-]*)\|(?<placedKey>[^#]+#ord_[0-9a-z]{26}#.+)$/;

/** The position after an order, where `left` of the `short` units remain to be explained. */
export function positionOfPage(short: Units, left: Units, placedKey: string): string {
  const explained = [...short].map(([warehouse, units]) => `${warehouse}:${units - (left.get(warehouse) ?? 0)}`);
  return `${explained.join(',')}|${placedKey}`;
}

/** A position as it was written; without one, the start. */
export function parsePosition(position: string | undefined): { explained: Units; after: string | undefined } {
  const { explained = '', placedKey } = positionPattern.exec(position ?? '')?.groups ?? {};
  const pairs = explained.split(',').flatMap((part) => {
    const [warehouse, units] = part.split(':');
    return warehouse && units ? [[warehouse, Number(units)] as const] : [];
  });
  return { explained: new Map(pairs), after: placedKey };
}
