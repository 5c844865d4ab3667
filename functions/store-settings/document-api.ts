import { problem, type HttpResponse } from '../../shared/contracts/problem.ts';
import type { SettingName } from '../../shared/contracts/settings/documents.ts';
import type { putTaxZones } from '../../shared/contracts/settings/routes.ts';
import { retryOnConflict } from '../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../shared/lambda/http-handler.ts';
import { maxSnapshotBytes } from '../../shared/settings/snapshot.ts';
import { changesBetween } from '../../shared/settings/changes.ts';
import { decide, etagOf, type SettingInForce } from './decide.ts';
import type { DefaultDocuments } from './defaults.ts';
import type { SettingsStore } from './store.ts';

/** Changes of different documents use one snapshot item. */
const usualRetryBudgetMs = 4000;

type WriteRequest = Omit<Request<typeof putTaxZones>, 'body'> & { body: object };

/** Returns the response that refuses a change of a document because of what other workflows store. */
type Check = (before: unknown, after: unknown) => Promise<HttpResponse | undefined>;

/** The routes that read and replace a document. */
export const documentApi = (
  store: SettingsStore,
  defaults: DefaultDocuments,
  checks: { [name in SettingName]?: Check },
  retryBudgetMs = usualRetryBudgetMs,
) => ({
  read: (name: SettingName) => async (): Promise<HttpResponse> =>
    documentResponse((await store.current(name)).document ?? { version: 0, content: defaults[name] }),

  write:
    (name: SettingName) =>
    ({ headers, body, caller, cause }: WriteRequest): Promise<HttpResponse> =>
      retryOnConflict(retryBudgetMs, async () => {
        const { document, snapshot } = await store.current(name);
        const current = document ?? { version: 0, content: defaults[name] };
        const by = caller.subject || caller.clientId;
        const wanted = { content: body, by, at: new Date(cause.now).toISOString(), from: caller.address };
        const decision = decide(wanted, current, headers['if-match']);
        switch (decision.kind) {
          case 'unchanged':
            return documentResponse(current);
          case 'changed': {
            const { next } = decision;
            const refusal = await checks[name]?.(current.content, next.content);
            if (refusal) return refusal;
            const changes = changesBetween(current.content, next.content);
            const outcome = await store.put({ name, next, current, snapshot, changes }, cause);
            if (outcome === 'too-large') return tooLarge;
            return outcome === 'done' ? documentResponse(next) : undefined;
          }
          case 'precondition-required':
            return problem(428, decision.kind, 'If-Match with the ETag of the current document is required.');
          case 'precondition-failed':
            return problem(
              412,
              decision.kind,
              'The document changed: its ETag is not the one in If-Match.',
              {},
              {
                etag: etagOf(current),
              },
            );
          default:
            return decision satisfies never;
        }
      }),
});

const documentResponse = (document: SettingInForce): HttpResponse => ({
  status: 200,
  headers: { etag: etagOf(document) },
  body: document.content,
});

const tooLarge = problem(
  422,
  'too-large',
  `Settings may take at most ${maxSnapshotBytes} bytes when they are compressed: use fewer or shorter entries.`,
);
