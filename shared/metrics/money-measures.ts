import { column } from './measure.ts';

const money = (description: string) => ({ unit: 'minor units' as const, rule: 'D2', description });

/** Movements of money, which stand beside sales and are no part of them. */
export const moneyMeasures = [
  column('captured', money('Captured by payment providers')),
  column('overpaid', money('The part of the captures that was above the amount due')),
  column('moneyRefunded', money('Refunded to payments, less payouts that the provider returned')),
  column(
    'overpaidReturned',
    money('The part of the refunds that was never for goods that are sold: overpaid, or of units cancelled before'),
  ),
  column('creditGranted', money('Granted as store credit')),
  column('exchanged', money('Value of returned goods that paid for a replacement order')),
  column('chargebacks', money('Chargebacks that were opened, less those that were won')),
  column('fees', money('Fees of payment providers on their statements, less what they gave back')),
  column('chargebackFees', money('Fees of payment providers for chargebacks, less what they gave back')),
  column('payouts', money('Paid out by payment providers to the bank, less what they took back')),
];
