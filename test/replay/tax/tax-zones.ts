import { seedTaxZones } from '../../../shared/tax/seed/tax-zones.ts';
import type { ApiClient } from '../../support/system/api-client.ts';
import { expectStatus, sendWithRetries } from '../send-with-retries.ts';

/**
 * Puts the seeded tax zones in force, as if the store were registered for tax in every member state. Idempotent: the zones
 * in force are no change. Returns whether they changed; the earlier ones stay a version of the settings.
 */
export async function putTaxZones(admin: ApiClient): Promise<{ version: number; isChanged: boolean }> {
  const before = await sendWithRetries(() => admin.get('/settings/tax-zones'));
  expectStatus(before, 200);
  const etag = String(before.headers.etag);
  const after = await sendWithRetries(() => admin.put('/settings/tax-zones', seedTaxZones(), { 'if-match': etag }));
  expectStatus(after, 200);
  return { version: Number(JSON.parse(String(after.headers.etag))), isChanged: after.headers.etag !== etag };
}
