/**
 * US dollars in eu-west-1, on demand, the first tier, without free tiers and taxes. Source: AWS public price list for
 * eu-west-1 (offers of 2026-09-11 to 2026-10-02, as recorded on 2026-10-04); those marked with * are from the services'
 * pricing pages, 2026, where they are given for most regions alike.
 */
export const prices = {
  writeUnit: 0.705e-6,
  readUnit: 0.1415e-6,
  lambdaRequest: 0.2e-6,
  /** * Of an ARM function. */
  lambdaGbSecond: 13.3334e-6,
  httpRequest: 1.11e-6,
  /** * Of a standard queue, per 64 KB. */
  queueRequest: 0.4e-6,
  /** * Custom, per 64 KB. */
  busEvent: 1e-6,
  objectPut: 5e-6,
  logGb: 0.57,
  /** * X-Ray's. */
  trace: 5e-6,
};
