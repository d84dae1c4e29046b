import * as z from 'zod';
import { CursorQuery, type ApiRouteTable, writing } from '../shared/http/api-route.ts';
import { MapBody, MapSummary, MapView } from './map-view.ts';

const path = z.object({ id: z.string() });
const unknown = { 404: 'No such map in this workspace' } as const;
const matching = writing.pick({ 'if-match': true });

const example = {
  label: { en: 'First order', ko: '첫 주문' },
  plan: {
    sequence: [
      { touchpoint: 'Signed Up' },
      { optional: { touchpoint: 'Product Viewed' } },
      { choice: [{ touchpoint: 'Order Completed' }, { touchpoint: 'Store Visited' }] },
    ],
  },
};

/** Descriptions of the routes of planned maps. */
export const mapRoutes: ApiRouteTable = {
  'GET /v1/maps': {
    id: 'listMaps',
    summary: 'Planned maps',
    key: 'secret',
    query: CursorQuery,
    answer: z.object({ items: z.array(MapSummary), nextCursor: z.string().optional() }),
    refusals: { 400: 'Not a cursor of ours' },
  },
  'GET /v1/maps/{id}': {
    id: 'getMap',
    summary: 'One planned map, with its diagnostics',
    key: 'secret',
    path,
    answer: MapView,
    refusals: unknown,
  },
  'PUT /v1/maps/{id}': {
    id: 'saveMap',
    summary: 'Write a planned map',
    description:
      'Replaces the whole map. An existing map requires `If-Match` with its `ETag`. Conformance reports compare the paths of customers with it.',
    key: 'secret',
    path,
    headers: writing,
    body: { schema: MapBody, example },
    answer: MapView,
    refusals: {
      400: 'Not a plan, or a plan that no path can be compared with. `issues` or `faults` name each place',
      412: 'It has changed, or it exists already',
      413: 'More than 128 KB',
      428: 'It exists already, and If-Match is missing',
    },
  },
  'DELETE /v1/maps/{id}': {
    id: 'deleteMap',
    summary: 'Delete a planned map',
    description: 'Reports made with it are kept. With `If-Match` the map must be unchanged.',
    key: 'secret',
    path,
    headers: matching,
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: { 412: 'It has changed', ...unknown },
  },
};
