import type { Metrics } from './alarms/metrics.ts';
import type { Faults } from './faults.ts';
import type { Observer } from './observer.ts';
import type { State } from './state.ts';
import type { Template } from './template/template.ts';

/** Shared by all local services. */
export type LocalContext = {
  template: Template;
  state: State;
  /** Milliseconds since the epoch; a test may set the clock forward. */
  now: () => number;
  /** Faults that a test injects. */
  faults?: Faults | undefined;
  /** Receives measurements. */
  observer?: Observer | undefined;
  /** Metrics of the services, which alarms are evaluated from. */
  metrics?: Metrics | undefined;
  /** Writes one line for the developer, such as a failed delivery or a function's error. */
  log: (line: string) => void;
};

/**
 * Sends a payload (JSON text) to a queue, a function (asynchronously), an event bus or an API destination by ARN.
 * Resolves when the target has stored it durably; rejects when the target refuses it or does not exist.
 */
export type Deliver = (
  arn: string,
  payload: string,
  /** Of a queue message; a dead letter's `messageAttributes` describe the failure. */
  options?: { messageGroupId?: string; messageAttributes?: Record<string, { DataType: string; StringValue: string }> },
) => Promise<void>;

/** A component that runs in the background, such as an event source mapping. */
export type Running = {
  /** Number of accepted and unfinished items; 0 when idle. */
  pending: () => number;
  stop: () => Promise<void>;
};

/**
 * Properties of each resource type that a service supports. It implements the `effective` ones. The `inert` ones have
 * no effect on one machine (give the reason beside them). Any other property prevents the start.
 */
export type Support = Record<string, { effective: string[]; inert: string[] }>;
