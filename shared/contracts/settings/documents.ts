import { calendarProblems, CalendarList } from '../../settings/calendars.ts';
import { methodProblems } from '../../settings/method-rules.ts';
import { PromotionSettings } from '../../settings/promotion-policy.ts';
import { ReasonLists, reasonProblems } from '../../settings/reason-lists.ts';
import { withRules } from '../../settings/rules.ts';
import { ShippingMethodList } from '../../settings/shipping-methods.ts';
import { WarehouseList, warehouseProblems } from '../../settings/warehouse-list.ts';
import { TaxZoneList } from '../../tax/tax-zones.ts';
import { zoneProblems } from '../../tax/zone-rules.ts';

/** The documents of the store's settings, as staff send them. */
export const documents = {
  'tax-zones': withRules(TaxZoneList, zoneProblems).meta({ id: 'TaxZones' }),
  'shipping-methods': withRules(ShippingMethodList, methodProblems).meta({ id: 'ShippingMethods' }),
  warehouses: withRules(WarehouseList, warehouseProblems).meta({ id: 'Warehouses' }),
  calendars: withRules(CalendarList, calendarProblems).meta({ id: 'Calendars' }),
  reasons: withRules(ReasonLists, reasonProblems).meta({ id: 'Reasons' }),
  promotions: PromotionSettings.meta({ id: 'PromotionSettings' }),
};
export type SettingName = keyof typeof documents;

export const settingNames = [
  'tax-zones',
  'shipping-methods',
  'warehouses',
  'calendars',
  'reasons',
  'promotions',
] as const satisfies readonly SettingName[];
