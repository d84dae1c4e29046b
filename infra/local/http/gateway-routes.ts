import { type StackTemplate } from '../template/template.ts';

/** A route of the HTTP API and its function. */
export interface LocalRoute {
  /** `GET /v1/customers/{id}`, `ANY /{proxy+}` or `$default`. */
  key: string;
  functionArn: string;
  timeoutMs: number;
}

export interface RouteMatch {
  route: LocalRoute;
  parameters: Record<string, string>;
}

/**
 * Returns the routes of the template's HTTP API. Throws for features that this gateway does not
 * emulate.
 */
export function localRoutes({ routes, integrations }: Pick<StackTemplate, 'routes' | 'integrations'>): LocalRoute[] {
  const byRef = new Map(integrations.map((integration) => [integration.ref, integration]));
  return routes.map(({ routeKey, integration, authorization }) => {
    const target = byRef.get(integration);
    if (target?.type !== 'AWS_PROXY' || target.payloadFormat !== '2.0')
      throw new Error(`route ${routeKey}: only Lambda integrations of payload format 2.0 run locally`);
    if (authorization !== 'NONE') throw new Error(`route ${routeKey}: authorizers do not run locally`);
    return { key: routeKey, functionArn: target.functionArn, timeoutMs: Math.min(target.timeoutMs, 30_000) };
  });
}

interface Compiled {
  route: LocalRoute;
  method: string;
  segments: string[];
}

const isGreedy = (segment: string): boolean => /^\{.+\+\}$/.test(segment);
const isVariable = (segment: string): boolean => segment.startsWith('{');
const nameOf = (segment: string): string => segment.replace(/[{}+]/g, '');

/** Specificity of a path segment: literal, variable, greedy. */
const rank = (segment: string): string => (isGreedy(segment) ? '2' : isVariable(segment) ? '1' : '0');

const order = ({ segments, method }: Compiled): string =>
  `${segments.map(rank).join('')}${method === 'ANY' ? 'b' : 'a'}`;

/**
 * Chooses a route as API Gateway does: exact path, then variables, then greedy, a method before
 * ANY, `$default` last. Throws `URIError` for invalid percent-encoding.
 */
export function router(routes: LocalRoute[]): (method: string, path: string) => RouteMatch | undefined {
  const fallback = routes.find(({ key }) => key === '$default');
  const compiled = routes
    .filter(({ key }) => key !== '$default')
    .map((route): Compiled => {
      const [method = '', path = ''] = route.key.split(' ');
      return { route, method, segments: path.split('/').slice(1) };
    })
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return (method, path) => {
    const parts = path.split('/').slice(1);
    for (const candidate of compiled) {
      if (candidate.method !== method && candidate.method !== 'ANY') continue;
      const parameters = match(candidate.segments, parts);
      if (parameters) return { route: candidate.route, parameters };
    }
    return fallback && { route: fallback, parameters: {} };
  };
}

function match(segments: string[], parts: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i];
    if (part === undefined) return undefined;
    if (isGreedy(segment)) {
      if (parts.slice(i).join('') === '') return undefined;
      parameters[nameOf(segment)] = parts.slice(i).map(decodeURIComponent).join('/');
      return parameters;
    }
    if (isVariable(segment)) {
      if (part === '') return undefined;
      parameters[nameOf(segment)] = decodeURIComponent(part);
    } else if (segment !== decodeURIComponent(part)) return undefined;
  }
  return segments.length === parts.length ? parameters : undefined;
}
