import { synthesiseInto } from '../../infra/assembly.ts';
import { editTemplates, environmentEdit, paymentWindow } from '../support/system/template-edits.ts';
import { payingChannel, paymentWindowMinutes } from './workload/life-cycle-plan.ts';
import { providerTimeoutSeconds } from './actors/payment-provider.ts';
import { retrying } from './actors/webhook-receivers.ts';

/** Synthesises a checkout's app with the simulation's settings. */
export async function synthesise(checkout: string, cdkOut: string): Promise<void> {
  await synthesiseInto(cdkOut, checkout);
  applySimulationSettings(cdkOut);
}

/**
 * Edits a synthesised app in place: one channel requires payment before fulfilment, webhook
 * retries end sooner, and the payment provider's timeout is shorter.
 */
function applySimulationSettings(cdkOut: string): void {
  editTemplates(cdkOut, environmentEdit('CHANNELS', paymentWindow(payingChannel, paymentWindowMinutes)));
  editTemplates(
    cdkOut,
    environmentEdit('RETRYING', () => JSON.stringify(retrying)),
  );
  editTemplates(
    cdkOut,
    environmentEdit('PROVIDER_TIMEOUT_SECONDS', () => String(providerTimeoutSeconds)),
  );
}
