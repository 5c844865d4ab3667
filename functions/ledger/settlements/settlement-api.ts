import { isDeepStrictEqual } from 'node:util';
import { timeProblem } from '../../../shared/names.ts';
import { type HttpResponse, invalidContent } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/ledger/settlement-routes.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { SettlementStore, StoredLine } from './settlement-store.ts';

/** A line and its event are two actions; a DynamoDB transaction has at most 100. */
const linesPerTransaction = 50;
const retryBudgetMs = 8000;

/** Records lines of a provider's statement. What was recorded before a failure is a duplicate when it is sent again. */
export const settlementApi =
  (store: SettlementStore) =>
  async ({ body: { provider, lines }, cause }: Request<typeof routes.postSettlements>): Promise<HttpResponse> => {
    const errors = lines.flatMap(({ occurredAt }, index) => {
      const detail = timeProblem(occurredAt, cause.now);
      return detail === undefined ? [] : [{ pointer: `/lines/${index}/occurredAt`, detail }];
    });
    if (errors.length > 0) return invalidContent(errors);
    const recorded = new Set<string>();
    const found = new Map<string, StoredLine>();
    for (let start = 0; start < lines.length; start += linesPerTransaction) {
      const some = lines.slice(start, start + linesPerTransaction);
      await retryOnConflict(retryBudgetMs, async () => {
        const earlier = await store.lines(
          provider,
          some.map(({ lineId }) => lineId),
        );
        const fresh = some.filter(({ lineId }) => !earlier.has(lineId));
        const written = fresh.length === 0 ? [] : await store.record(provider, fresh, cause);
        if (written === 'version-conflict') return undefined;
        for (const stored of earlier.values()) found.set(stored.line.lineId, stored);
        for (const stored of written) {
          found.set(stored.line.lineId, stored);
          recorded.add(stored.line.lineId);
        }
        return 'done';
      });
    }
    const results = lines.flatMap((line) => {
      const stored = found.get(line.lineId);
      if (!stored) return [];
      const isEqual = isDeepStrictEqual(stored.line, line);
      const status = recorded.has(line.lineId) ? 'recorded' : isEqual ? 'duplicate' : 'conflict';
      return [{ lineId: line.lineId, status, eventId: stored.eventId }];
    });
    return { status: 200, body: { results } };
  };
