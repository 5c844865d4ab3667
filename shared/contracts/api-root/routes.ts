import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { PathSegment } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

export const getHealth = defineRoute({
  method: 'GET',
  path: '/health',
  tag: 'Service',
  summary: 'Health of the store',
  responses: {
    200: {
      description: 'Every table responds',
      schema: z
        .object({
          status: z.literal('ok').describe('Always `ok`: another state is a 503'),
          tables: z.int().meta({ description: 'Number of tables that respond', example: 5 }),
        })
        .meta({ id: 'Health' }),
    },
    503: { description: 'A table does not respond', schema: Problem },
  },
});

export const getOpenApi = defineRoute({
  method: 'GET',
  path: '/openapi.json',
  tag: 'Service',
  summary: 'This API as an OpenAPI 3.1 document',
  responses: {
    200: {
      description: 'The document',
      schema: z.looseObject({
        openapi: StoredText.meta({ description: 'Version of the OpenAPI specification', example: '3.1.0' }),
      }),
    },
  },
});

export const getAsyncApi = defineRoute({
  method: 'GET',
  path: '/asyncapi.json',
  tag: 'Service',
  summary: 'Events, webhooks, queue messages and files as an AsyncAPI 3 document',
  responses: {
    200: {
      description: 'The document',
      schema: z.looseObject({
        asyncapi: StoredText.meta({ description: 'Version of the AsyncAPI specification', example: '3.0.0' }),
      }),
    },
  },
});

export const getDocs = defineRoute({
  method: 'GET',
  path: '/docs',
  tag: 'Service',
  summary: 'Documentation page of this API',
  responses: { 200: { description: 'The page', text: ['text/html'] } },
});

export const getDocsFile = defineRoute({
  method: 'GET',
  path: '/docs/{file}',
  tag: 'Service',
  summary: 'A file of the documentation page',
  params: z.strictObject({
    file: PathSegment.max(100).meta({ description: 'Name of the file', example: 'swagger-ui.css' }),
  }),
  responses: {
    200: { description: 'The file', text: ['text/css', 'text/javascript'] },
    404: { description: 'The page has no such file', schema: Problem },
  },
});
