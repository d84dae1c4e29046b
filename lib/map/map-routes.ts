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
    summary: 'One planned map, with what is odd about it',
    key: 'secret',
    path,
    answer: MapView,
    refusals: unknown,
  },
  'PUT /v1/maps/{id}': {
    id: 'saveMap',
    summary: 'Write a planned map',
    description:
      'Replaces the map whole. One that is there already asks for `If-Match` with the `ETag` it was read with. Reports of conformance compare what customers did with it.',
    key: 'secret',
    path,
    headers: writing,
    body: { schema: MapBody, example },
    answer: MapView,
    refusals: {
      400: 'Not a plan, or one nothing can be compared with: `issues` or `faults` name each place',
      412: 'Somebody else has written it, or it is there already',
      413: 'More than 128 KB',
      428: 'It is there already: If-Match is missing',
    },
  },
  'DELETE /v1/maps/{id}': {
    id: 'deleteMap',
    summary: 'Delete a planned map',
    description: 'Reports that were made with it stay. With `If-Match` only if nobody has written it since.',
    key: 'secret',
    path,
    headers: matching,
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: { 412: 'Somebody else has written it', ...unknown },
  },
};
