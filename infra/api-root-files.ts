import { copyFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { routesByWorkflow } from '../shared/contracts/all-routes.ts';
import { createOpenApi } from './openapi.ts';

/** Puts what `api-root` serves beside its bundle: the OpenAPI document and the files of the documentation page. */
export function writeApiRootFiles(directory: string): void {
  const document = createOpenApi(Object.values(routesByWorkflow).flat());
  writeFileSync(join(directory, 'openapi.json'), JSON.stringify(document));
  const page = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) copyFileSync(join(page, file), join(directory, file));
}
