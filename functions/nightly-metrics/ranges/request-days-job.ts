import type { EventOf } from '../../../shared/contracts/define-event.ts';
import type { ReportRangeRequested } from '../../../shared/contracts/reports/events.ts';
import { runAll } from '../../../shared/run-all.ts';
import { runsOfRange } from '../run/decide.ts';
import type { RunStore } from '../run/run-store.ts';

const parallelRequests = 8;

/**
 * Requests the run of each day of a range. A repetition, also after a crash, requests those that are missing; a request that
 * fails delays no other.
 */
export const requestDays =
  (runs: Pick<RunStore, 'request'>, clock: () => number) =>
  async ({ detail: { metadata, data } }: EventOf<typeof ReportRangeRequested>): Promise<void> => {
    const cause = {
      actor: metadata.actor,
      correlationId: metadata.correlationId,
      causationId: metadata.eventId,
      now: clock(),
    };
    await runAll(parallelRequests, runsOfRange(data), ({ runId, date }) =>
      runs.request(runId, date, cause, { force: data.force }),
    );
  };
