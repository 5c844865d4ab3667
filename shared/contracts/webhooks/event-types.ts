/**
 * Names of the events that endpoints receive: every event of an order except `OrderImported` and those for staff only. A test
 * compares them with the definitions of the events.
 */
export const webhookEventTypes = [
  'OrderPlaced',
  'OrderRefused',
  'OrderHeld',
  'OrderReleased',
  'OrderEdited',
  'OrderContactChanged',
  'PaymentRecorded',
  'OrderRefundRecorded',
  'OrderAllocated',
  'OrderLinesCancelled',
  'OrderCancelled',
  'OrderExpired',
  'OrderShipped',
  'OrderDelivered',
  'OrderDeliveryCorrected',
  'OrderCompleted',
  'ReplacementRefused',
  'OrderPersonalDataErased',
] as const;
