import type { EventDefinition } from '../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../shared/contracts/orders/events.ts';
import { OrderImported } from '../../shared/contracts/orders/import-events.ts';
import { OrderContactChanged, OrderEdited, OrderShipped } from '../../shared/contracts/orders/life-cycle-events.ts';
import { type PersonalFields, personalFieldsOf } from '../../shared/contracts/personal-data.ts';
import {
  CaseRated,
  RefundRejected,
  RefundSupported,
  ReturnReceived,
  StoreCreditGranted,
} from '../../shared/contracts/refunds/events.ts';

const events: EventDefinition[] = [
  OrderPlaced,
  OrderImported,
  OrderEdited,
  OrderContactChanged,
  OrderShipped,
  RefundSupported,
  RefundRejected,
  StoreCreditGranted,
  ReturnReceived,
  CaseRated,
];

/** The personal fields of an event's data, by detail type. A test compares it with every contract. */
export const personalFields: ReadonlyMap<string, PersonalFields> = new Map(
  events.flatMap(({ detailType, envelope }): [string, PersonalFields][] => {
    const fields = personalFieldsOf(envelope.shape.detail.shape.data);
    return fields ? [[detailType, fields]] : [];
  }),
);
