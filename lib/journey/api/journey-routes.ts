import { type ApiRouteTable } from '../../shared/http/api-route.ts';
import { authoringRoutes } from './authoring-routes.ts';
import { explanationRoutes } from './explanation-routes.ts';
import { resultRoutes } from './result-routes.ts';

/** Descriptions of the routes of journeys, in the order of the OpenAPI document. */
export const journeyRouteDocs: ApiRouteTable = { ...authoringRoutes, ...resultRoutes, ...explanationRoutes };
