import { randomUUID } from 'node:crypto';
import { type ApiRoutes } from '#lib/aws/http/api-function.ts';
import { SimulateBody } from '#lib/journey/simulation/simulation-request.ts';
import { type QuotaStore, withinQuota } from '#lib/quota/quota-store.ts';
import { Rejected, ThroughlineError } from '#lib/shared/errors.ts';
import { issuesOf } from '#lib/shared/http/issues.ts';
import { runSimulation, type SimulationDependencies } from './run-simulation.ts';

interface Dependencies extends SimulationDependencies {
  quotas: QuotaStore;
}

/** Maximum size of a definition in the body, bytes of JSON: the maximum that can be saved. */
const maxBytes = 256 * 1024;

function readBody(body: unknown): SimulateBody {
  const read = SimulateBody.safeParse(body ?? {});
  if (!read.success) throw new Rejected('simulation.invalid', { issues: issuesOf(read.error) });
  if (Buffer.byteLength(JSON.stringify(read.data.definition ?? {})) > maxBytes)
    throw new ThroughlineError('tooLarge', 'journey.too-large', { maxBytes });
  return read.data;
}

/**
 * Simulates a journey. Stores nothing but a count in the workspace's quota. A crash leaves the
 * count until its lease expires.
 */
export function handleSimulateRoutes(dependencies: Dependencies): ApiRoutes {
  return {
    'POST /v1/journeys/{id}/simulate': async ({ workspace, params, ...http }) => {
      const body = readBody(http.body());
      const journey = { workspace, journeyId: params.id ?? '' };
      const work = { workspace, work: 'simulation', id: randomUUID() } as const;
      return { body: await withinQuota(dependencies.quotas, work, () => runSimulation(dependencies, journey, body)) };
    },
  };
}
