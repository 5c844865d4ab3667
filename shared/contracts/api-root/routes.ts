import * as z from 'zod';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

export const getHealth = defineRoute({
  method: 'GET',
  path: '/health',
  tag: 'Service',
  summary: 'Whether everything an order needs is up',
  responses: {
    200: {
      description: 'Everything is up',
      schema: z.object({ status: z.literal('ok'), tables: z.int() }).meta({ id: 'Health' }),
    },
    503: { description: 'Something does not answer', schema: Problem },
  },
});

export const getOpenApi = defineRoute({
  method: 'GET',
  path: '/openapi.json',
  tag: 'Service',
  summary: 'This interface as an OpenAPI 3.1 document',
  responses: { 200: { description: 'The document', schema: z.looseObject({ openapi: z.string() }) } },
});

export const getDocs = defineRoute({
  method: 'GET',
  path: '/docs',
  tag: 'Service',
  summary: 'This interface as a page to read and try',
  responses: { 200: { description: 'HTML' } },
});

export const getDocsFile = defineRoute({
  method: 'GET',
  path: '/docs/{file}',
  tag: 'Service',
  summary: 'A file of the page',
  params: z.strictObject({ file: z.string().max(100) }),
  responses: {
    200: { description: 'The file' },
    404: { description: 'The page has no such file', schema: Problem },
  },
});
