import * as z from 'zod';
import alias from '../../events/http/alias.json' with { type: 'json' };
import batch from '../../events/http/batch.json' with { type: 'json' };
import group from '../../events/http/group.json' with { type: 'json' };
import identify from '../../events/http/identify.json' with { type: 'json' };
import page from '../../events/http/page.json' with { type: 'json' };
import screen from '../../events/http/screen.json' with { type: 'json' };
import track from '../../events/http/track.json' with { type: 'json' };
import { JsonObject } from '../shared/json.ts';
import { type ApiRoute, type ApiRouteTable, writing } from '../shared/http/api-route.ts';
import { TouchpointType } from '../model/touchpoint.ts';
import { Verdict } from './message/verdict.ts';
import { WebhookSecret } from './workspace/webhook-secret-store.ts';
import { Workspace, WorkspaceSettings } from '../model/workspace.ts';

const Id = z.union([z.string(), z.number()]).describe('Text of at most 960 bytes; a number becomes text');
const Time = z
  .union([z.string(), z.number()])
  .describe('ISO 8601, or seconds or milliseconds since 1970, by the source’s own clock');

/** The fields of every message. One of `userId` and `anonymousId` is always required. */
const Message = z.looseObject({
  messageId: z.string().max(255).optional().describe('A message that is sent again with its id is stored once'),
  userId: Id.optional(),
  anonymousId: Id.optional(),
  timestamp: Time.optional(),
  originalTimestamp: Time.optional().describe(
    'Used if `timestamp` is missing, and in forwarded events, which also have `receivedAt`',
  ),
  sentAt: Time.optional().describe('When the request was sent, which shows the error of the source’s clock'),
  channel: z.string().optional(),
  context: JsonObject.optional(),
  writeKey: z.string().optional().describe('For sources that send no Authorization header'),
});

const properties = { properties: JsonObject.optional() };
const view = { name: z.string().optional(), category: z.string().optional(), ...properties };

const messages = {
  track: Message.extend({ event: z.string().min(1), ...properties }),
  identify: Message.extend({ traits: JsonObject.optional() }),
  page: Message.extend(view),
  screen: Message.extend(view),
  group: Message.extend({ groupId: Id, traits: JsonObject.optional() }),
  alias: Message.extend({ previousId: Id }),
} as const satisfies Record<TouchpointType, z.ZodType>;

const Batch = z.looseObject({
  batch: z
    .array(Message.extend({ type: TouchpointType }))
    .describe('At most 2,500. One rejection with a `count` represents the rest'),
  context: JsonObject.optional().describe('Defaults for the context of each message'),
  sentAt: Time.optional(),
  writeKey: z.string().optional(),
});

/** Schemas that several routes share. */
export const ingestionSchemas = {
  TrackMessage: messages.track,
  IdentifyMessage: messages.identify,
  PageMessage: messages.page,
  ScreenMessage: messages.screen,
  GroupMessage: messages.group,
  AliasMessage: messages.alias,
  Batch,
  Verdict,
};

const samples = { track, identify, page, screen, group, alias };

const summaries: Record<TouchpointType, string> = {
  track: 'A customer did something',
  identify: 'Traits of a customer',
  page: 'A customer saw a page',
  screen: 'A customer saw a screen of an app',
  group: 'A customer belongs to a group',
  alias: 'Two ids are one customer',
};

/** The common part of all message routes. */
const collecting = {
  key: 'write',
  headers: z.object({
    'x-strict-mode': z
      .literal('1')
      .optional()
      .describe(
        'Accept all messages or none. Any rejection is a 400. A message that the table never accepts (`customer-full`, `not-storable`) is found only after the others are stored, which `accepted` counts',
      ),
  }),
  answer: Verdict,
  description:
    'Segment’s HTTP API. With 200 every accepted message is durably stored, and the verdict has the reason for each rejection. The body is JSON ' +
    'with any content type, uncompressed or in gzip, deflate or Brotli. After any other answer than a 4xx send the same again.',
  refusals: {
    400: 'No JSON object; in strict mode a message was rejected; without a key in the header the body would not decompress',
    413: 'More than 5 MB decompressed, or more than Lambda accepts as sent',
    429: 'Throttled. Retry after `Retry-After` seconds, or in a moment if the gateway’s answer has no such header',
    503: 'Not stored, or with a key in the header the body would not decompress. Send it again',
  },
} as const satisfies Partial<ApiRoute>;

function messageRoutes(type: TouchpointType): ApiRouteTable {
  const route = { ...collecting, summary: summaries[type], body: { schema: messages[type], example: samples[type] } };
  const letter = type.charAt(0);
  return {
    [`POST /v1/${type}`]: { ...route, id: type },
    [`POST /v1/${letter}`]: { ...route, id: `${type}Short`, summary: `${route.summary} (short for /v1/${type})` },
  };
}

function batchRoute(name: string): ApiRouteTable {
  const route = { ...collecting, summary: 'Many messages of any kind', body: { schema: Batch, example: batch } };
  return { [`POST /v1/${name}`]: { ...route, id: name === 'b' ? 'batchShort' : name } };
}

const WebhookSecrets = z.object({ secrets: z.array(WebhookSecret) });

const LibrarySettings = z.looseObject({ integrations: JsonObject });

/**
 * A release of IANA's zone data, such as `2026f`. The runtime's is missing if the runtime names
 * none.
 */
const ZoneRelease = z.object({
  runtime: z.string().optional().describe('Release of the runtime’s zone data'),
  corrections: z.string().describe('Release of the corrections, which apply if the runtime is older'),
  isOutdated: z.boolean().describe('The runtime is too old for the corrections'),
});

/** Routes of touchpoints, of workspace settings, and of health. */
export const ingestionRoutes: ApiRouteTable = {
  ...Object.fromEntries(TouchpointType.options.flatMap((type) => Object.entries(messageRoutes(type)))),
  ...batchRoute('batch'),
  ...batchRoute('import'),
  ...batchRoute('b'),

  'POST /v1/m': {
    id: 'libraryMetrics',
    summary: 'Metrics of Segment’s browser library, which are discarded',
    key: 'none',
    answer: z.object({ success: z.literal(true) }),
  },
  'GET /health': {
    id: 'health',
    summary: 'Whether the table answers, and the release of the zone data',
    key: 'none',
    answer: z.object({ status: z.literal('ok'), zoneData: ZoneRelease }),
    refusals: { 503: 'It does not' },
  },
  'GET /v1/openapi.json': { id: 'openapi', summary: 'This document', key: 'none', answer: JsonObject },
  'GET /v1/projects/{writeKey}/settings': {
    id: 'librarySettings',
    summary: 'Settings that Segment’s browser and mobile libraries load first',
    key: 'none',
    path: z.object({ writeKey: z.string() }),
    answer: LibrarySettings,
    refusals: { 404: 'Not the form of a key' },
  },
  'GET /v1/workspace': {
    id: 'getWorkspace',
    summary: 'Settings of the workspace',
    key: 'secret',
    answer: Workspace,
    refusals: { 404: 'It has no settings yet' },
  },
  'PUT /v1/workspace': {
    id: 'putWorkspace',
    summary: 'Replace the settings of the workspace',
    description:
      'Stage model (a template or your own), quiet hours, frequency caps. They take effect everywhere within a minute. ' +
      'With `If-Match` the write needs the `ETag` that was read. A PUT of the same settings changes nothing.',
    key: 'secret',
    headers: writing,
    body: { schema: WorkspaceSettings, example: { name: 'Shop', timezone: 'Asia/Seoul', stageModel: 'five-stage' } },
    answer: Workspace,
    refusals: {
      400: 'Not a valid workspace; `issues` names each fault by its path',
      409: 'A concurrent write without a precondition',
      412: 'They have changed, or they exist already',
    },
  },
  'GET /v1/workspace/webhook-secret': {
    id: 'getWebhookSecret',
    summary: 'Secrets that sign calls to your URLs, the newest first',
    description:
      'As in Standard Webhooks, `webhook-signature` has `v1,` and the base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`, one for each ' +
      'of these secrets. The first request creates the first secret.',
    key: 'secret',
    answer: WebhookSecrets,
  },
  'POST /v1/workspace/webhook-secret/rotate': {
    id: 'rotateWebhookSecret',
    summary: 'Create a new secret. Calls are also signed with the old one for another day',
    key: 'secret',
    answer: WebhookSecrets,
    refusals: { 503: 'A concurrent rotation. Retry' },
  },
};
