import { Logger } from '@aws-lambda-powertools/logger';
import { routesByWorkflow } from '../../shared/contracts/all-routes.ts';
import type { DefinedRoute } from '../../shared/contracts/define-route.ts';
import { problem, type HttpResponse } from '../../shared/contracts/problem.ts';
import { getDocs, getDocsFile, getHealth, getOpenApi } from '../../shared/contracts/api-root/routes.ts';
import { on } from '../../shared/lambda/http-handler.ts';
import { methodsOf } from './decide.ts';
import type { Files } from './file-store.ts';
import { isPageFile, pageFileReply, pageReply } from './page.ts';
import type { HealthStore } from './store.ts';

type Handler = ReturnType<typeof on>;
type Deps = { store: HealthStore; files: Files; tokenUrl: string | undefined };

const logger = new Logger();
const allRoutes: DefinedRoute[] = Object.values(routesByWorkflow).flat();

/** The open routes: health, the OpenAPI document and its page; and the answer to whatever no route matches. */
export const rootHandlers = ({ store, files, tokenUrl }: Deps): Handler[] => [
  on(getHealth, async () => healthOf(store)),
  on(getOpenApi, async () => ({ status: 200, body: files.document(tokenUrl) })),
  on(getDocs, async () => pageReply(tokenUrl)),
  on(getDocsFile, async ({ params: { file } }) =>
    isPageFile(file) ? pageFileReply(file, files.read) : problem(404, 'not-found', 'The page has no such file.'),
  ),
  rest,
];

async function healthOf(store: HealthStore): Promise<HttpResponse> {
  const failures = await store.failures();
  if (failures.length === 0) return { status: 200, body: { status: 'ok', tables: store.tables.length } };
  logger.error('tables do not answer', { failures });
  return problem(503, 'unavailable', `${failures.length} of ${store.tables.length} tables do not answer.`);
}

/** API Gateway's catch-all route: it tells a path that does not exist from one that takes other methods. */
const rest: Handler = {
  route: { key: '$default', method: 'GET', path: '/', tag: 'Service', summary: 'Everything else', responses: {} },
  handle: async ({ requestContext: { http } }) => {
    const allow = methodsOf(http.path, allRoutes).join(', ');
    if (allow === '') return problem(404, 'not-found', `There is no ${http.path} here.`);
    return problem(405, 'method-not-allowed', `${http.path} takes ${allow}.`, {}, { allow });
  },
};
