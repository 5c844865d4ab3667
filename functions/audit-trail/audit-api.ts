import type { AuditEntry } from '../../shared/contracts/audit/routes.ts';
import { listAuditEntries, maxRangeDays } from '../../shared/contracts/audit/routes.ts';
import { emptyRange, invalidParameter, timeRangeOf } from '../../shared/contracts/list-query.ts';
import type { HttpResponse } from '../../shared/contracts/problem.ts';
import type { Cursors } from '../../shared/dynamodb/cursor.ts';
import { collectPage } from '../../shared/dynamodb/list-page.ts';
import { recordedAt } from '../../shared/dynamodb/outbox.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { on, type Request } from '../../shared/lambda/http-handler.ts';
import { actorKindOf, type AuditItem, eventIdPattern } from './audit-entry.ts';
import { versionRoute } from './audited-object.ts';
import type { AuditQuery, AuditStore } from './audit-store.ts';
import { isStateEvent, stateChanges } from './state-changes.ts';

const dayMs = 86_400_000;
const maxParallelReads = 10;
/** An event that is recorded a moment from now by another clock belongs to the list as well. */
const clockDifferenceMs = 60_000;

type Deps = { store: AuditStore; cursors: Cursors; timeZone: string };

export const auditHandlers = (deps: Deps) => [on(listAuditEntries, listEntries(deps))];

const listEntries =
  ({ store, cursors, timeZone }: Deps) =>
  async ({ query, caller, cause }: Request<typeof listAuditEntries>): Promise<HttpResponse> => {
    const { limit, cursor, ...filters } = query;
    const range = rangeOf(filters, timeZone, cause.now);
    if ('status' in range) return range;
    const list = { list: 'audit', ...filters, caller: caller.subject };
    const start = await cursors.startAfter(cursor, list, eventIdPattern);
    if ('refusal' in start) return start.refusal;

    const { object, person } = filters;
    const { source, read } = store.list({ ...range, object, person });
    const isByPerson = ({ actor }: AuditItem) => person === undefined || actor === person;
    const wanted = async (keys: string[]) => new Map([...(await read(keys))].filter(([, item]) => isByPerson(item)));
    const isFiltered = object !== undefined && person !== undefined;
    const { entries, last } = await collectPage(source, wanted, { limit, after: start.after, isFiltered });
    return {
      status: 200,
      body: {
        entries: await inParallel(maxParallelReads, entries, (item) => entryOf(item, store)),
        ...(last !== undefined && { cursor: await cursors.of(list, last) }),
      },
    };
  };

type Filters = Pick<AuditQuery, 'object' | 'person'> & { from?: string | undefined; to?: string | undefined };

function rangeOf({ object, person, from, to }: Filters, timeZone: string, now: number) {
  const range = timeRangeOf({ from, to }, timeZone);
  if (!range) return emptyRange;
  const before = range.before === undefined ? now + clockDifferenceMs : Date.parse(range.before);
  const isNarrow = object !== undefined || person !== undefined;
  const earliest = isNarrow ? 0 : before - (maxRangeDays + 1) * dayMs;
  const start = range.from === undefined ? Math.max(0, earliest) : Date.parse(range.from);
  return start < earliest ? tooLong : { from: Math.max(0, start), before: Math.max(0, before) };
}

const tooLong = invalidParameter('from', `Without object and person, the range has at most ${maxRangeDays} days`);

async function entryOf(item: AuditItem, store: Pick<AuditStore, 'previous'>): Promise<AuditEntry> {
  const { sk, action, actor, object, occurredAt, causationId, correlationId } = item;
  const data = parsed(item.data);
  const before = isStateEvent(action) ? parsed((await store.previous(item))?.data) : undefined;
  const changes = data === undefined ? undefined : stateChanges(action, data, before);
  const version = versionRoute(action, data);
  return {
    eventId: sk,
    at: new Date(recordedAt(sk)).toISOString(),
    occurredAt,
    object,
    action,
    by: { id: actor, kind: actorKindOf(actor) },
    requestId: causationId,
    correlationId,
    ...(data !== undefined && { data }),
    ...(changes && { changes }),
    ...(version !== undefined && { version }),
  };
}

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));
