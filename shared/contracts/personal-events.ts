import type { EventDefinition } from './define-event.ts';
import { OrderPlaced } from './orders/events.ts';
import { OrderImported } from './orders/import-events.ts';
import { OrderContactChanged, OrderEdited, OrderShipped } from './orders/life-cycle-events.ts';
import { type PersonalFields, personalFieldsOf } from './personal-data.ts';
import { CaseRated, RefundRejected, RefundSupported, ReturnReceived, StoreCreditGranted } from './refunds/events.ts';

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
