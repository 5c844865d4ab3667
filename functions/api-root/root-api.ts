import { Logger } from '@aws-lambda-powertools/logger';
import { problem, type HttpResponse } from '../../shared/contracts/problem.ts';
import { getAsyncApi, getDocs, getDocsFile, getHealth, getOpenApi } from '../../shared/contracts/api-root/routes.ts';
import { on } from '../../shared/lambda/http-handler.ts';
import { methodsOf } from './decide.ts';
import type { FileStore } from './file-store.ts';
import { isPageFile, pageFileResponse, pageResponse } from './page.ts';
import type { HealthStore } from './store.ts';

type Handler = ReturnType<typeof on>;
type Deps = { store: HealthStore; files: FileStore; tokenUrl: string | undefined };

const logger = new Logger();

/** Handlers of the public routes (health, the OpenAPI and AsyncAPI documents, the page) and of the catch-all route. */
export const rootHandlers = ({ store, files, tokenUrl }: Deps): Handler[] => [
  on(getHealth, async () => healthOf(store)),
  on(getOpenApi, async () => ({ status: 200, body: files.document(tokenUrl) })),
  on(getAsyncApi, async () => ({ status: 200, body: files.read('asyncapi.json') })),
  on(getDocs, async () => pageResponse(tokenUrl)),
  on(getDocsFile, async ({ params: { file } }) =>
    isPageFile(file) ? pageFileResponse(file, files.read) : problem(404, 'not-found', 'The page has no such file.'),
  ),
  unmatched(files),
];

async function healthOf(store: HealthStore): Promise<HttpResponse> {
  const failures = await store.failures();
  if (failures.length === 0) return { status: 200, body: { status: 'ok', tables: store.tables.length } };
  logger.error('tables do not respond', { failures });
  return problem(503, 'unavailable', `${failures.length} of ${store.tables.length} tables do not respond.`);
}

/** API Gateway's catch-all route: 404 for an unknown path, 405 for a known path with another method. */
const unmatched = (files: FileStore): Handler => ({
  route: { key: '$default', method: 'GET', path: '/', tag: 'Service', summary: 'All other requests', responses: {} },
  handle: async ({ requestContext: { http } }) => {
    const allow = methodsOf(http.path, files.routes()).join(', ');
    if (allow === '') return problem(404, 'not-found', `There is no path ${http.path}.`);
    return problem(405, 'method-not-allowed', `${http.path} allows ${allow}.`, {}, { allow });
  },
});
