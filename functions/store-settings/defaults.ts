import type { WarehouseResponse } from '../../shared/contracts/stock/level-routes.ts';
import { deployedZone } from '../../shared/pricing/pricing-rules.ts';
import { currencyCodes } from '../../shared/reference-data/currencies.ts';
import { type CalendarList, refundCalendarId, type WorkingCalendar } from '../../shared/settings/calendars.ts';
import { defaultPromotionSettings } from '../../shared/settings/promotion-policy.ts';
import type { ReasonLists } from '../../shared/settings/reason-lists.ts';
import type { ShippingMethodList } from '../../shared/settings/shipping-methods.ts';
import type { WarehouseList } from '../../shared/settings/warehouse-list.ts';
import type { SellingPolicy } from '../../shared/store.ts';
import type { TaxZoneList } from '../../shared/tax/tax-zones.ts';

type Deployed = {
  selling: SellingPolicy;
  warehouses: readonly WarehouseResponse[];
  calendar: WorkingCalendar;
};

/** The documents that are in force until staff set others: the settings of the deployment. */
export const defaultDocuments = ({ selling, warehouses, calendar }: Deployed) => ({
  'tax-zones': { zones: [deployedZone(selling)] } satisfies TaxZoneList,
  'shipping-methods': shippingMethodsOf(selling),
  warehouses: warehousesOf(selling, warehouses),
  calendars: { calendars: [{ calendarId: refundCalendarId, ...calendar }] } satisfies CalendarList,
  reasons: { lists: [] } satisfies ReasonLists,
  promotions: defaultPromotionSettings,
});
export type DefaultDocuments = ReturnType<typeof defaultDocuments>;

/** `priceMinor` of the deployment is a number of minor units in every currency that has no price of its own. */
const shippingMethodsOf = ({ shippingMethods }: SellingPolicy): ShippingMethodList => ({
  methods: shippingMethods.map(({ method, priceMinor, prices }) => ({
    method,
    name: method,
    prices: {
      ...(priceMinor !== undefined && Object.fromEntries(currencyCodes.map((currency) => [currency, priceMinor]))),
      ...prices,
    },
    taxCategory: 'standard',
  })),
});

const warehousesOf = (
  { warehousePreference }: SellingPolicy,
  warehouses: readonly WarehouseResponse[],
): WarehouseList => ({
  preference: [...warehousePreference],
  warehouses: warehouses.map(({ warehouse, name, address, returnAddress }) => ({
    warehouse,
    name: name ?? warehouse,
    address,
    returnAddress,
  })),
});
