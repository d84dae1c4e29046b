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
  ingestion: { routes: ingestionRoutes, description: 'Touchpoints in, as Segment’s libraries send them' },
  profile: {
    routes: { ...profileRoutes, ...segmentRoutes },
    description: 'Customers, their stages and timelines; segments',
  },
  churn: { routes: churnRoutes, description: 'Who is leaving: models, how good they are, and risks taken apart' },
  decision: { routes: decisionRoutes, description: 'Next best offers and the placements that show them' },
  journey: { routes: { ...journeyRouteDocs, ...entryRoutes }, description: 'Journeys, enrolments, tasks for people' },
  map: { routes: mapRoutes, description: 'Planned maps: what customers are meant to do' },
  report: { routes: reportRoutes, description: 'What customers did, and what experiments have shown' },
};

/** Schemas with a name of their own; all others stand where they are used. */
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
  // `{}`: the key may also stand in the body, which OpenAPI cannot say.
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
        description: status === 202 ? 'On its way' : 'OK',
        content: { 'application/json': { schema: answer } },
      },
      ...(key !== 'none' && { 401: problem('No key, or one that opens nothing here') }),
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
 * The HTTP API as OpenAPI 3.1, made from the schemas the functions read and answer with. For the build, which puts it as text into the
 * function that serves it: what it takes to make is far larger than what is made.
 */
export function openapiDocument(): ReturnType<typeof createDocument> {
  for (const [id, schema] of Object.entries(named)) z.globalRegistry.add(schema, { ...schema.meta(), id });
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Throughline',
      version: '1',
      description: 'Customer journeys: what customers do comes in, who they are and what to do next comes out.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Where this document came from' }],
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
