import * as z from 'zod';
import { maxEntries } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { documents, type SettingName, settingNames } from './documents.ts';
import { SettingVersion } from './version.ts';

const tag = 'Settings';

const readRoute = <const N extends SettingName>(name: N, what: string) =>
  defineRoute({
    method: 'GET',
    path: `/settings/${name}`,
    tag,
    summary: `Read the ${what} in force`,
    scope: 'catalog.read',
    responses: {
      200: {
        description: 'The document, with its version as `ETag`; version 0 are the settings of the deployment',
        schema: documents[name],
      },
    },
  });

const writeRoute = <const N extends SettingName>(name: N, what: string, conflict?: string) =>
  defineRoute({
    method: 'PUT',
    path: `/settings/${name}`,
    tag,
    summary: `Replace the ${what}. They are in force within a minute`,
    scope: 'policies.write',
    headers: z.looseObject({
      'if-match': z.string().max(200).optional().meta({
        description: '`ETag` of the document that the change is based on; required once staff have set one',
        example: '"3"',
      }),
    }),
    body: documents[name],
    responses: {
      200: { description: 'The document is in force, with its version as `ETag`', schema: documents[name] },
      ...(conflict !== undefined && { 409: { description: conflict, schema: Problem } }),
      412: { description: 'The document changed since the given ETag', schema: Problem },
      422: { description: 'Invalid content; or `too-large`: the settings exceed their limit', schema: Problem },
      428: {
        description: '`precondition-required`: send the `ETag` of the current document as `If-Match`',
        schema: Problem,
      },
      503: { description: '`busy`: nothing was changed; repeat the request', schema: Problem },
    },
  });

export const getTaxZones = readRoute('tax-zones', 'tax zones');
export const putTaxZones = writeRoute('tax-zones', 'tax zones');
export const getShippingMethods = readRoute('shipping-methods', 'shipping methods');
export const putShippingMethods = writeRoute('shipping-methods', 'shipping methods');
export const getWarehouseSettings = readRoute('warehouses', 'warehouses');
export const putWarehouseSettings = writeRoute(
  'warehouses',
  'warehouses',
  '`warehouse-in-use`: a warehouse that is left out has stock, reservations or open transfers; `warehouse-not-checked`: the stock could not be read in time',
);
export const getCalendars = readRoute('calendars', 'calendars');
export const putCalendars = writeRoute('calendars', 'calendars');
export const getReasons = readRoute('reasons', 'lists of reasons');
export const putReasons = writeRoute('reasons', 'lists of reasons');
export const getPromotionSettings = readRoute('promotions', 'rules by which promotions combine');
export const putPromotionSettings = writeRoute('promotions', 'rules by which promotions combine');

const name = z.enum(settingNames).meta({ description: 'Name of the document', example: 'tax-zones' });

export const listSettingVersions = defineRoute({
  method: 'GET',
  path: '/settings/{name}/versions',
  tag,
  summary: 'List the versions of a document, with person, time, address and differences of each; the newest first',
  scope: 'policies.write',
  params: z.strictObject({ name }),
  query: z.strictObject(pageParameters),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one',
      schema: z.object({
        versions: z.array(SettingVersion).max(maxEntries).describe('Versions, the newest first'),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});

export const getSettingVersion = defineRoute({
  method: 'GET',
  path: '/settings/{name}/versions/{version}',
  tag,
  summary: 'Read a version of a document, with its differences from the version before',
  scope: 'policies.write',
  params: z.strictObject({
    name,
    version: z
      .string()
      .regex(/^\d{1,8}$/, 'A version is a whole number such as 4')
      .transform(Number)
      .meta({ description: 'Number of the version', example: '4' }),
  }),
  responses: {
    200: {
      description: 'The version',
      schema: SettingVersion.extend({
        content: z.looseObject({}).meta({ description: 'The document of this version' }),
      }).meta({ id: 'SettingVersionContent' }),
    },
    404: { description: 'Unknown document or version', schema: Problem },
  },
});
