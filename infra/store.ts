import type { IdleLevels } from '../functions/stock-update/alerts/idle.ts';
import type { Challenged } from '../functions/channel-webhooks/endpoints/address.ts';
import type { WebhookRetryPolicy } from '../functions/channel-webhooks/deliveries/decide.ts';
import type { RiskPolicy } from '../functions/order-intake/risk/risk-score.ts';
import type { PriceGuard } from '../shared/catalog/price-guard.ts';
import type { ReturnAddress } from '../shared/contracts/refunds/return-routes.ts';
import type { PolicySettings } from '../functions/refund-approval/policy/settings.ts';
import type { WorkingCalendar } from '../shared/settings/calendars.ts';
import type { Client, Seller, SellingPolicy, WarehouseSetting } from '../shared/store.ts';

/** Of the store's own clients: more than a sandbox serves, so that it never refuses them. */
const requestsPerSecond = 1000;
const officeHours = [{ from: '09:00', to: '17:30' }];

/**
 * The store that this checkout deploys. Tax, shipping methods, warehouses and calendar are in force until staff set others
 * (`functions/store-settings`).
 */
export const store = {
  name: 'storeworks',
  deployment: { protectData: false },
  /** Who sells, on invoices and in tax returns. */
  seller: {
    name: 'Storeworks Ltd',
    address: { line1: '1 Dock Road', city: 'London', postalCode: 'E16 1AG', country: 'GB' },
    vatNumber: 'GB999999973',
  },
  /** Sign-in of staff. Addresses of applications that people return to; HTTPS, or this machine's. */
  people: {
    callbackUrls: ['http://localhost:3000/console'],
    logoutUrls: ['http://localhost:3000/console'],
    sessionHours: 12,
  },
  selling: {
    timeZone: 'Europe/London',
    taxIncluded: true,
    taxBasisPoints: { standard: 2000, reduced: 500, zero: 0 },
    shippingMethods: [
      { method: 'standard', priceMinor: 0 },
      { method: 'express', prices: { GBP: 495, EUR: 595, USD: 695, JPY: 900 } },
    ],
    warehousePreference: ['main'],
    /** 1,000,000.00 for a unit and 10,000,000.00 for an order, in the order's currency. `byChannel` sets others. */
    ceilings: { unitPriceMinor: 100_000_000, orderMinor: 1_000_000_000 },
    returnWindowDays: 30,
  },
  /**
   * By code. Movements, returns and files name only these; a closed warehouse stays here as long as its stock or its
   * orders are used.
   */
  warehouses: {
    main: {
      name: 'London',
      address: { line1: '1 Dock Road', city: 'London', postalCode: 'E16 1AG', country: 'GB' },
    },
    north: {
      name: 'Leeds',
      address: { line1: '7 Canal Street', city: 'Leeds', postalCode: 'LS12 1AA', country: 'GB' },
    },
    south: {
      name: 'Brighton',
      address: { line1: '3 Sea Lane', city: 'Brighton', postalCode: 'BN1 1AA', country: 'GB' },
    },
  },
  /** By warehouse. Goods of a warehouse without an address go to the first one. */
  returnAddresses: {
    main: { name: 'Storeworks Returns', line1: '1 Dock Road', city: 'London', postalCode: 'E16 1AG', country: 'GB' },
  },
  /** Days before its expiry day on which a lot is no longer sold. 0 sells a lot until the end of that day. */
  lots: { daysBeforeExpiry: 0 },
  /** For SKUs without alert levels of their own. */
  idleStock: { slowMovingAfterDays: 90, deadAfterDays: 365 },
  /** Working hours in which staff decide on refunds, in the store's time zone. Monday is 1. */
  calendar: {
    workingHours: { '1': officeHours, '2': officeHours, '3': officeHours, '4': officeHours, '5': officeHours },
    // Bank holidays of England: https://www.gov.uk/bank-holidays
    holidays: (
      '2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28 ' +
      '2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28'
    ).split(' '),
  },
  /** A looser refund policy waits a week for a second person; its author is judged by the policy before for three days. */
  policyChanges: { changeExpiresHours: 168, authorWatchHours: 72 },
  /**
   * Prices below the cost with the margin of their category are refused; `approve`: a second person may approve them. A
   * margin here is for categories without one.
   */
  priceGuard: { belowMargin: 'refuse', changeExpiresHours: 168 },
  /** An order that sends a signed quote back within this time has its price. */
  quotes: { validMinutes: 15 },
  /**
   * Earlier days with late events that one night restates; the others wait for the next nights, with an alarm. Each channel
   * has a row of every day's reports in these currencies, also without orders.
   */
  reports: { maxRestatedDaysPerNight: 400, currencies: ['GBP'] },
  /** Whose public holidays forecasts mark, as `date-holidays` names country and region. */
  holidays: { country: 'GB', region: 'ENG' },
  /** Logical id of the secret by provider of payment webhooks. An id never changes; Stripe has a route of its own. */
  paymentWebhooks: { acme: 'WebhookSecret', giftcard: 'WebhookSecretGiftcard', 'acme-b': 'WebhookSecretAcmeB' },
  webhooks: {
    initialDelaySeconds: 5,
    maxDelaySeconds: 14_400,
    maxAgeSeconds: 86_400,
    timeoutSeconds: 10,
    /** An endpoint that only fails for three days is disabled. */
    disableAfterSeconds: 3 * 86_400,
  },
  /** Endpoints at these addresses must echo a challenge before they get events; `all` adds the local engine's. */
  webhookChallenge: 'public',
  /**
   * Days for which data with personal data is kept, as the table "Retention" in infra/README.md says: uploaded CSV files with
   * their results, exports of orders, and the personal data of orders (six years of tax records, and the year of the order).
   */
  retention: { uploadDays: 90, exportDays: 30, orderPersonalDataDays: 7 * 366 },
  quotas: {
    /** Per client: unfinished exports of orders, and of the catalogue. The two that are written at once then serve several clients. */
    exportsAtOnce: 3,
    /** Per channel: queued orders that are not decided, of an hour. `maxQueuedOrders` of a client sets another number. */
    queuedOrders: 20_000,
    /** Per uploaded CSV file of orders and of stock movements; a larger one is refused before it is read. */
    fileBytes: { orders: 200_000_000, movements: 500_000_000, catalogue: 200_000_000 },
    /**
     * Per caller and sandbox of a function: an order takes about 30 ms, so that a client that is new keeps no sandbox from
     * others. Each order of a batch counts, and each started ten lines of an order. `requestsPerSecond` of a client sets another rate. `anonymous` is per address, without valid signatures.
     */
    requests: { perSecond: 50, anonymousPerSecond: 50, burstSeconds: 10 },
  },
  risk: {
    holdFrom: 50,
    windowMinutes: 60,
    velocity: {
      // Frequent orders alone hold no order: good customers and offices order often.
      customer: { orders: 5, points: 15 },
      address: { orders: 5, points: 15 },
      email: { orders: 5, points: 15 },
      card: { orders: 3, points: 40 },
    },
    amount: {
      timesAverage: 5,
      ordersNeeded: 3,
      points: 25,
      firstOrderFromMinor: { GBP: 100_000, EUR: 100_000, USD: 100_000 },
      firstOrderPoints: 25,
    },
    countriesDiffer: 20,
    disposableDomains: ['mailinator.com', 'guerrillamail.com', '10minutemail.com', 'yopmail.com', 'trashmail.com'],
    disposableEmail: 35,
    failures: { count: 3, points: 40 },
  },
  awsConsole: {
    departments: {
      StoreworksService: 'service',
      StoreworksServiceLead: 'service-lead',
      StoreworksMerchandising: 'merchandising',
      StoreworksWarehouse: 'warehouse',
      StoreworksMarketing: 'marketing',
      StoreworksFinance: 'finance',
      StoreworksAdmin: 'admin',
    },
    // IAM Identity Center appends its own 16 digits to the role of a permission set.
    approverRoles: ['aws-reserved/sso.amazonaws.com/AWSReservedSSO_StoreworksAdmin_0000000000000000'],
  },
  clients: {
    // Both send the orders of past years when they move here, each with its own time, as `npm run replay` does.
    storefront: {
      requestsPerSecond,
      scopes: ['orders.write', 'orders.read', 'catalog.read', 'stock.read'],
      maxOrderAgeDays: 20 * 365,
    },
    marketplace: {
      requestsPerSecond,
      scopes: ['orders.write', 'orders.read', 'catalog.read', 'stock.read'],
      pricesItself: true,
      maxOrderAgeDays: 20 * 365,
    },
    warehouse: { requestsPerSecond, scopes: ['stock.write', 'stock.read', 'orders.read', 'catalog.read'] },
    service: {
      requestsPerSecond,
      scopes: ['orders.read', 'stock.read', 'catalog.read', 'promotions.read', 'refunds.request'],
    },
    'service-lead': {
      requestsPerSecond,
      staff: true,
      scopes: [
        'orders.read',
        'orders.write',
        'stock.read',
        'catalog.read',
        'promotions.read',
        'refunds.request',
        'refunds.decide',
      ],
    },
    finance: {
      requestsPerSecond,
      scopes: [
        'orders.read',
        'catalog.read',
        'reports.read',
        'reports.run',
        'ledger.read',
        'ledger.write',
        'ledger.close',
        'audit.read',
        'refunds.decide',
        'policies.write',
      ],
    },
    marketing: {
      requestsPerSecond,
      scopes: ['catalog.read', 'orders.read', 'promotions.write', 'promotions.read', 'reports.read'],
    },
    admin: {
      requestsPerSecond,
      staff: true,
      // Staff enter orders that were taken on paper or by another system.
      maxOrderAgeDays: 366,
      scopes: [
        'orders.write',
        'orders.read',
        'catalog.write',
        'catalog.read',
        'stock.write',
        'stock.read',
        'refunds.request',
        'refunds.decide',
        'promotions.write',
        'promotions.read',
        'reports.read',
        'reports.run',
        'policies.write',
        'ledger.read',
        'ledger.write',
        'ledger.close',
        'audit.read',
      ],
    },
  },
} satisfies Store;

export type Store = {
  name: string;
  deployment: Deployment;
  seller: Seller;
  people: People;
  selling: SellingPolicy;
  quotes: { validMinutes: number };
  warehouses: Record<string, WarehouseSetting>;
  returnAddresses: Record<string, ReturnAddress>;
  lots: { daysBeforeExpiry: number };
  idleStock: IdleLevels;
  calendar: Omit<WorkingCalendar, 'timeZone'>;
  policyChanges: PolicySettings;
  priceGuard: PriceGuard;
  reports: { maxRestatedDaysPerNight: number; currencies: string[] };
  holidays: { country: string; region?: string };
  paymentWebhooks: Record<string, string>;
  webhooks: WebhookRetryPolicy;
  webhookChallenge: Challenged;
  retention: { uploadDays: number; exportDays: number; orderPersonalDataDays: number };
  quotas: Quotas;
  risk: RiskPolicy;
  awsConsole: AwsConsole;
  clients: Record<string, Client>;
};

/** Who may do what in the AWS console. People sign in with IAM Identity Center. */
type AwsConsole = {
  /** Department by permission set. */
  departments: Record<string, string>;
  /** Roles that approve automations, with their path, as IAM lists them. */
  approverRoles: string[];
};

/** What one caller may ask of the store, so that others are served beside it. */
type Quotas = {
  exportsAtOnce: number;
  queuedOrders: number;
  fileBytes: { orders: number; movements: number; catalogue: number };
  requests: { perSecond: number; anonymousPerSecond: number; burstSeconds: number };
};

export type People = {
  callbackUrls: readonly string[];
  logoutUrls: readonly string[];
  /** After this time a person signs in again. */
  sessionHours: number;
  /** The company's directory, beside the users of the pool: see "Federation" in infra/README.md. */
  federation?:
    | { kind: 'saml'; name: string; metadataUrl: string }
    | { kind: 'oidc'; name: string; issuerUrl: string; clientId: string; clientSecretName: string };
};

type Deployment = {
  /** Subscribes this address to the alarms. */
  alarmEmail?: string;
  /**
   * Prefix of the token endpoint's domain name: unique in the region, over all AWS accounts.
   * @default storeworks-<account id>
   */
  domainPrefix?: string;
  /**
   * Termination protection of the data stack. Set it to true after the first deployment succeeds: CloudFormation cannot
   * delete a protected stack whose creation failed.
   */
  protectData: boolean;
  /**
   * Whether the account has no registry `lambda-testevent-schemas` yet. The Lambda console creates it with the first
   * shareable test event. @default true
   */
  createsTestEventRegistry?: boolean;
};
