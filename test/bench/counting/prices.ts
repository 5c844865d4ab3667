/**
 * US dollars in eu-west-1, on demand, first paid tier, without taxes. Source: AWS public price list for eu-west-1 (offers
 * of 2026-09-11 to 2026-10-02, recorded on 2026-10-04). Prices marked with * are from the services' pricing pages, 2026,
 * which give one price for most regions.
 */
export const prices = {
  writeUnit: 0.705e-6,
  readUnit: 0.1415e-6,
  lambdaRequest: 0.2e-6,
  /** * ARM. */
  lambdaGbSecond: 13.3334e-6,
  httpRequest: 1.11e-6,
  /** * Standard queue, per 64 KB. */
  queueRequest: 0.4e-6,
  /** * Custom event, per 64 KB. */
  busEvent: 1e-6,
  objectPut: 5e-6,
  logGb: 0.57,
  /** * X-Ray. */
  trace: 5e-6,
};
