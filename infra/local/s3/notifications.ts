import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Deliver, LocalContext } from '../context.ts';
import { openOutbox } from './outbox.ts';
import { StartError } from '../start-error.ts';
import type { Resource } from '../template/template.ts';

const name = z.string().transform((text) => text.toLowerCase());
const Rules = z.array(z.object({ Name: name, Value: z.string() })).default([]);
/** In the format of the bucket's property. */
const BucketTarget = z.object({
  Event: z.string(),
  Function: z.string().optional(),
  Queue: z.string().optional(),
  Filter: z.object({ S3Key: z.object({ Rules }) }).optional(),
});
const BucketConfiguration = z.strictObject({
  LambdaConfigurations: z.array(BucketTarget).default([]),
  QueueConfigurations: z.array(BucketTarget).default([]),
  EventBridgeConfiguration: z
    .object({ EventBridgeEnabled: z.union([z.boolean(), z.stringbool()]).default(true) })
    .optional(),
});
/** In the format of the S3 API, which the CDK's custom resource uses. */
const ApiTarget = z.object({
  Id: z.string().optional(),
  Events: z.array(z.string()),
  LambdaFunctionArn: z.string().optional(),
  QueueArn: z.string().optional(),
  Filter: z.object({ Key: z.object({ FilterRules: Rules }) }).optional(),
});
const ApiConfiguration = z.strictObject({
  LambdaFunctionConfigurations: z.array(ApiTarget).default([]),
  QueueConfigurations: z.array(ApiTarget).default([]),
  EventBridgeConfiguration: z.object({}).optional(),
});

type Target = { bucket: string; arn: string; id: string; events: string[]; prefix: string; suffix: string };
type Routes = { targets: Target[]; eventBridge: Set<string> };

/** A change of an object; `kind` as in the events' names and reasons. */
export type ObjectChange = {
  bucket: string;
  key: string;
  kind: 'Put' | 'Copy' | 'CompleteMultipartUpload' | 'Delete';
  size?: number;
  etag?: string;
};

const customResource = 'Custom::S3BucketNotifications';

/**
 * Sends event notifications of the template's buckets to functions, queues and the default bus. `record` is called in
 * the transaction of the change, so that no notification is lost; `send` after it. Throws StartError for an unknown
 * destination.
 */
export function createNotifications(context: LocalContext, deliver: Deliver) {
  const { template, now } = context;
  const { region, accountId } = template;
  const { targets, eventBridge } = routesOf(template.resources);
  for (const { arn, bucket } of targets) {
    if (template.resources.some((resource) => resource.arn === arn)) continue;
    throw new StartError(`Bucket ${bucket} notifies ${arn}, which is not a function or queue of the template.`);
  }
  const { add, send, pending, stop } = openOutbox(context, deliver);

  let last = 0n;
  const sequencer = () => {
    const fresh = BigInt(Math.floor(now())) << 20n;
    last = fresh > last ? fresh : last + 1n;
    return last.toString(16).toUpperCase().padStart(18, '0');
  };

  const record = (change: ObjectChange): void => {
    const { bucket, kind } = change;
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    const event = { ...change, at: new Date(now()).toISOString(), requestId, sequencer: sequencer() };
    const eventName = `${kind === 'Delete' ? 'ObjectRemoved' : 'ObjectCreated'}:${kind}`;
    for (const target of targets.filter((each) => matchesTarget(each, change, `s3:${eventName}`))) {
      const about = { eventName, configurationId: target.id, region, accountId };
      add(target.arn, { Records: [notificationRecord(event, about)] });
    }
    if (!eventBridge.has(bucket)) return;
    add(`arn:aws:events:${region}:${accountId}:event-bus/default`, eventBridgeEntry(event, accountId));
  };
  return { record, send, pending, stop };
}
export type Notifications = ReturnType<typeof createNotifications>;

const matchesTarget = ({ bucket, events, prefix, suffix }: Target, change: ObjectChange, eventName: string): boolean =>
  bucket === change.bucket &&
  events.some((pattern) => pattern === eventName || pattern === eventName.replace(/\w+$/, '*')) &&
  change.key.startsWith(prefix) &&
  change.key.endsWith(suffix);

type Event = ObjectChange & { at: string; requestId: string; sequencer: string };

/** Source: S3 user guide, "Event message structure"; the key is URL-encoded, a space as `+`. */
const notificationRecord = (
  { bucket, key, size, etag, at, requestId, sequencer }: Event,
  about: { eventName: string; configurationId: string; region: string; accountId: string },
) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: about.region,
  eventTime: at,
  eventName: about.eventName,
  userIdentity: { principalId: `AWS:${about.accountId}` },
  requestParameters: { sourceIPAddress: '127.0.0.1' },
  responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId },
  s3: {
    s3SchemaVersion: '1.0',
    configurationId: about.configurationId,
    bucket: { name: bucket, ownerIdentity: { principalId: about.accountId }, arn: `arn:aws:s3:::${bucket}` },
    object: {
      key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
      ...(etag !== undefined && { size, eTag: etag }),
      sequencer,
    },
  },
});

/** Source: S3 user guide, "EventBridge event message structure". */
const eventBridgeEntry = ({ bucket, key, kind, size, etag, requestId, sequencer }: Event, accountId: string) => ({
  Source: 'aws.s3',
  DetailType: kind === 'Delete' ? 'Object Deleted' : 'Object Created',
  Resources: [`arn:aws:s3:::${bucket}`],
  Detail: JSON.stringify({
    version: '0',
    bucket: { name: bucket },
    object: { key, ...(etag !== undefined && { size, etag }), sequencer },
    'request-id': requestId,
    requester: accountId,
    'source-ip-address': '127.0.0.1',
    reason: kind === 'CompleteMultipartUpload' ? kind : `${kind}Object`,
    ...(kind === 'Delete' && { 'deletion-type': 'Permanently Deleted' }),
  }),
});

function routesOf(resources: Resource[]): Routes {
  const routes: Routes = { targets: [], eventBridge: new Set() };
  for (const resource of resources) {
    const { type, properties } = resource;
    if (type === 'AWS::S3::Bucket' && properties.NotificationConfiguration !== undefined) {
      const wanted = read(BucketConfiguration, properties.NotificationConfiguration, resource);
      for (const { Event, Function: arn, Queue = arn, Filter } of [
        ...wanted.LambdaConfigurations,
        ...wanted.QueueConfigurations,
      ]) {
        routes.targets.push(targetOf(resource.name, resource.logicalId, Queue, [Event], Filter?.S3Key.Rules));
      }
      if (wanted.EventBridgeConfiguration?.EventBridgeEnabled) {
        routes.eventBridge.add(resource.name);
      }
    }
    if (type === customResource) {
      const bucket = String(properties.BucketName);
      const wanted = read(ApiConfiguration, properties.NotificationConfiguration ?? {}, resource);
      const configurations = [...wanted.LambdaFunctionConfigurations, ...wanted.QueueConfigurations];
      for (const {
        Id = resource.logicalId,
        Events,
        LambdaFunctionArn: arn,
        QueueArn = arn,
        Filter,
      } of configurations) {
        routes.targets.push(targetOf(bucket, Id, QueueArn, Events, Filter?.Key.FilterRules));
      }
      if (wanted.EventBridgeConfiguration) routes.eventBridge.add(bucket);
    }
  }
  return routes;
}

function targetOf(
  bucket: string,
  id: string,
  arn: string | undefined,
  events: string[],
  rules: z.infer<typeof Rules> = [],
) {
  const rule = (name: string) => rules.find((each) => each.Name === name)?.Value ?? '';
  return { bucket, id, arn: arn ?? '', events, prefix: rule('prefix'), suffix: rule('suffix') };
}

function read<T extends z.ZodType>(schema: T, value: unknown, { stack, logicalId }: Resource): z.infer<T> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new StartError(
    `The local engine does not support the notifications of ${logicalId} of ${stack}: ${z.prettifyError(error)}`,
  );
}
