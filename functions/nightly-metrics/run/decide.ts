import { businessDays } from '../../../shared/business-day.ts';

/** Whether a business day has begun at `nowMs`. A day in progress can be reported in part. */
export const hasBegun = (date: string, nowMs: number, timeZone: string): boolean =>
  date <= businessDays(timeZone)(nowMs);
