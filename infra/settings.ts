import assert from 'node:assert';
import type { RequestQuotas } from '../shared/lambda/request-limits.ts';
import { departmentClientId, departments } from '../shared/access/departments.ts';
import { channelsOf, type Client, warehousesOf } from '../shared/store.ts';
import { variables } from './constructs/access.ts';
import { clientId } from './data/identities.ts';
import { store } from './store.ts';

/** A function knows a caller by the client id that the user pool assigned, not by its name in the settings. */
const byClientId = <T>(byName: Record<string, T>, byDepartment: Record<string, T> = {}) =>
  JSON.stringify(
    Object.fromEntries([
      ...Object.entries(byName).map(([name, value]) => [clientId(name), value] as const),
      ...Object.entries(byDepartment).map(([name, value]) => [departmentClientId(name), value] as const),
    ]),
  );

const channels = channelsOf(store.clients, store.quotas);
/** Departments that enter orders do so in a channel of their name, which is that of their machine if there is one. */
const channelsOfDepartments = Object.fromEntries(
  Object.entries(channelsOf(staffOf(departments), store.quotas)).map(([name, channel]) => [
    name,
    channels[name] ?? channel,
  ]),
);

function staffOf(table: Record<string, Pick<Client, 'scopes'>>): Record<string, Client> {
  return Object.fromEntries(Object.entries(table).map(([name, { scopes }]) => [name, { scopes, staff: true }]));
}

/** The department of a permission set, and the client that it calls APIs as: its machine, if it has one. */
function departmentNamed(name: string) {
  const department = Object.entries(departments).find(([each]) => each === name)?.[1];
  assert(department, `awsConsole.departments names ${name}, which is no department`);
  return {
    clientId: Object.hasOwn(store.clients, name) ? clientId(name) : departmentClientId(name),
    scopes: department.scopes,
  };
}

function requestQuotas(): string {
  const ofClients = Object.entries<Client>(store.clients).flatMap(([name, { requestsPerSecond }]) =>
    requestsPerSecond === undefined ? [] : [[clientId(name), requestsPerSecond] as const],
  );
  const quotas: RequestQuotas = { ...store.quotas.requests, byClient: Object.fromEntries(ofClients) };
  return JSON.stringify(quotas);
}

const named = (table: object) => Object.fromEntries(Object.keys(table).map((name) => [name, name]));

/** Settings of the store as variables of functions. */
export const settings = {
  timeZone: variables({ TIME_ZONE: store.selling.timeZone }),
  seller: variables({ SELLER: JSON.stringify(store.seller) }),
  daysBeforeExpiry: variables({ DAYS_BEFORE_EXPIRY: String(store.lots.daysBeforeExpiry) }),
  selling: variables({ SELLING: JSON.stringify(store.selling) }),
  channels: variables({ CHANNELS: byClientId(channels, channelsOfDepartments) }),
  departments: variables({
    DEPARTMENTS: byClientId(named(store.clients), named(departments)),
  }),
  /** The clients as which people of the departments call the APIs in the AWS console. */
  departmentClients: variables({
    DEPARTMENT_CLIENTS: JSON.stringify(
      Object.fromEntries(Object.values(store.awsConsole.departments).map((name) => [name, departmentNamed(name)])),
    ),
  }),
  permissionSets: variables({ PERMISSION_SETS: JSON.stringify(store.awsConsole.departments) }),
  /** Every function of the API has them. */
  requestQuotas: variables({ REQUEST_QUOTAS: requestQuotas() }),
  orderFileBytes: variables({ MAX_FILE_BYTES: String(store.quotas.fileBytes.orders) }),
  catalogueFileBytes: variables({ MAX_FILE_BYTES: String(store.quotas.fileBytes.catalogue) }),
  movementFileBytes: variables({ MAX_FILE_BYTES: String(store.quotas.fileBytes.movements) }),
  exportsAtOnce: variables({ EXPORTS_AT_ONCE: String(store.quotas.exportsAtOnce) }),
  personalDataRetention: variables({ PERSONAL_DATA_DAYS: String(store.retention.orderPersonalDataDays) }),
  risk: variables({ RISK: JSON.stringify(store.risk) }),
  calendar: variables({ CALENDAR: JSON.stringify({ ...store.calendar, timeZone: store.selling.timeZone }) }),
  policyChanges: variables({ POLICY_CHANGES: JSON.stringify(store.policyChanges) }),
  warehouses: variables({ WAREHOUSES: JSON.stringify(warehousesOf(store)) }),
  warehouseCodes: variables({ WAREHOUSE_CODES: JSON.stringify(warehousesOf(store).map(({ warehouse }) => warehouse)) }),
  taxCategories: variables({ TAX_CATEGORIES: JSON.stringify(Object.keys(store.selling.taxBasisPoints)) }),
  quotes: variables({ QUOTE_VALID_MINUTES: String(store.quotes.validMinutes) }),
  priceGuard: variables({ PRICE_GUARD: JSON.stringify(store.priceGuard) }),
  idleStock: variables({ IDLE_LEVELS: JSON.stringify(store.idleStock) }),
  webhookChallenge: variables({ WEBHOOK_CHALLENGED: store.webhookChallenge }),
  reported: variables({
    REPORTED: JSON.stringify({
      channels: Object.values(channelsOf(store.clients, store.quotas)).map(({ channel }) => channel),
      currencies: store.reports.currencies,
    }),
  }),
  restatements: variables({ MAX_RESTATED_DAYS: String(store.reports.maxRestatedDaysPerNight) }),
  webhookRetries: variables({ RETRYING: JSON.stringify(store.webhooks) }),
};
