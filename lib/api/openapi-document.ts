import * as z from 'zod';
import { type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, createDocument } from 'zod-openapi';
import { Problem } from '../aws/http/problem.ts';
import { churnRoutes } from '../churn/churn-routes.ts';
import { ChurnRiskWithText } from '../model/churn-risk.ts';
import { decisionRoutes } from '../decision/decision-routes.ts';
import { Placement } from '../decision/placements/placement.ts';
import { ingestionRoutes, ingestionSchemas } from '../ingestion/ingestion-routes.ts';
import { Workspace } from '../model/workspace.ts';
import { JourneyDefinition } from '../journey/definition/journey-definition.ts';
import { entryRoutes } from '../journey/api/entry-routes.ts';
import { journeyRouteDocs } from '../journey/api/journey-routes.ts';
import { Json } from '../shared/json.ts';
import { mapRoutes } from '../map/map-routes.ts';
import { Plan } from '../map/planned-map.ts';
import { CustomerView } from '../profile/views/customer-view.ts';
import { profileRoutes } from './customer-routes.ts';
import { Predicate } from '../model/predicate.ts';
import { segmentRoutes } from '../segment/segment-routes.ts';
import { Timeline } from '../profile/views/timeline.ts';
import { reportRoutes } from '../report/report-routes.ts';
import { ReportAnswer, ReportRequest } from '../report/kinds/report-request.ts';
import { type ApiRoute, type RouteKey, type ApiRouteTable } from '../shared/http/api-route.ts';
import { StageModel } from '../model/stage.ts';

/** The words of the API, in the order readers meet them. */
const words: Record<string, { routes: ApiRouteTable; description: string }> = {
  ingestion: { routes: ingestionRoutes, description: 'Touchpoints, as Segment’s libraries send them' },
  profile: {
    routes: { ...profileRoutes, ...segmentRoutes },
    description: 'Customers, their stages and timelines; segments',
  },
  churn: { routes: churnRoutes, description: 'Churn models with their accuracy, and risks with their reasons' },
  decision: { routes: decisionRoutes, description: 'Next best offers and the placements that show them' },
  journey: { routes: { ...journeyRouteDocs, ...entryRoutes }, description: 'Journeys, enrolments, tasks for people' },
  map: { routes: mapRoutes, description: 'Planned maps of the paths of customers' },
  report: { routes: reportRoutes, description: 'Reports on customers, and results of experiments' },
};

/** Schemas with a name of their own. All others are inlined. */
const named = {
  ...ingestionSchemas,
  ChurnRisk: ChurnRiskWithText,
  CustomerView,
  JourneyDefinition,
  Json,
  Placement,
  Plan,
  Predicate,
  Problem,
  ReportAnswer,
  ReportRequest,
  StageModel,
  Timeline,
  Workspace,
};

const security: Record<RouteKey, Record<string, string[]>[]> = {
  // `{}` because the key may also be in the body, which OpenAPI cannot express.
  write: [{ writeKey: [] }, {}],
  secret: [{ secretKey: [] }],
  none: [],
};

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});

function operation(tag: string, route: ApiRoute): ZodOpenApiOperationObject {
  const { id, summary, description, key, body, answer, status = 200, refusals = {} } = route;
  const refused = Object.entries(refusals).map(([status, when]) => [status, problem(when)] as const);
  const { path, query, headers: header } = route;
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    security: security[key],
    requestParams: { ...(path && { path }), ...(query && { query }), ...(header && { header }) },
    ...(body && { requestBody: { required: true, content: { 'application/json': body } } }),
    responses: {
      [status]: {
        description: status === 202 ? 'Accepted' : 'OK',
        content: { 'application/json': { schema: answer } },
      },
      ...(key !== 'none' && { 401: problem('No key, or a key without access') }),
      ...Object.fromEntries(refused),
    },
  };
}

function paths(): ZodOpenApiPathsObject {
  const found: ZodOpenApiPathsObject = {};
  for (const [tag, { routes }] of Object.entries(words))
    for (const [key, route] of Object.entries(routes)) {
      const [method = '', path = ''] = key.split(' ');
      found[path] = { ...found[path], [method.toLowerCase()]: operation(tag, route) };
    }
  return found;
}

/**
 * Returns the HTTP API as OpenAPI 3.1, made from the schemas of requests and answers. Only the
 * build calls it and puts the text into the function that serves it, because the code is far larger
 * than the document.
 */
export function openapiDocument(): ReturnType<typeof createDocument> {
  for (const [id, schema] of Object.entries(named)) z.globalRegistry.add(schema, { ...schema.meta(), id });
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Throughline',
      version: '1',
      description: 'Customer journeys: sources send touchpoints, and Throughline returns profiles and next actions.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server of this document' }],
    tags: Object.entries(words).map(([name, { description }]) => ({ name, description })),
    paths: paths(),
    components: {
      securitySchemes: {
        writeKey: { type: 'http', scheme: 'basic', description: 'The write key as user name, no password' },
        secretKey: { type: 'http', scheme: 'bearer', description: 'The secret key' },
      },
    },
  });
}
