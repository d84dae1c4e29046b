import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { type JourneyStore } from '#lib/journey/publishing/journey-store.ts';
import { type PublishStore } from '#lib/journey/publishing/version-store.ts';
import { type SimulateBody } from '#lib/journey/simulation/simulation-request.ts';
import { validateJourney } from '#lib/journey/validation/validate-journey.ts';
import { NotFound, ThroughlineError } from '#lib/shared/errors.ts';

/** Where a definition is looked for. */
export interface DefinitionDependencies {
  journeys: Pick<JourneyStore, 'readRecord' | 'version'>;
  drafts: Pick<PublishStore, 'draft'>;
  /** Journey templates that no workspace has published. */
  ready: readonly JourneyDefinition[];
}

interface JourneyRef {
  workspace: string;
  journeyId: string;
}

/** Reads a published version, the newest if none is named. */
async function readPublished(
  journeys: DefinitionDependencies['journeys'],
  { workspace, journeyId }: JourneyRef,
  version: number | undefined,
): Promise<JourneyDefinition | undefined> {
  const wanted = version ?? (await journeys.readRecord(workspace, journeyId))?.routes[0]?.version;
  return wanted === undefined ? undefined : (await journeys.version(workspace, journeyId, wanted))?.definition;
}

/**
 * Returns, in this order: the definition in the body, the version named, the draft, the newest
 * version, the template.
 */
async function readDefinition(
  { journeys, drafts, ready }: DefinitionDependencies,
  journey: JourneyRef,
  { definition, version }: SimulateBody,
): Promise<JourneyDefinition> {
  const { workspace, journeyId } = journey;
  if (definition) return { ...definition, id: journeyId, version: 1 };
  const stored = version === undefined ? await drafts.draft(workspace, journeyId) : undefined;
  if (stored) return { ...stored.draft, version: 1 };
  const found = (await readPublished(journeys, journey, version)) ?? ready.find(({ id }) => id === journeyId);
  if (!found) throw new NotFound('journey.unknown', { journeyId });
  return found;
}

/**
 * Returns the definition to simulate. Throws its errors if it has any. A simulation calls no
 * address, so private ones are valid.
 */
export async function findDefinition(
  dependencies: DefinitionDependencies,
  journey: JourneyRef,
  body: SimulateBody,
): Promise<JourneyDefinition> {
  const definition = await readDefinition(dependencies, journey, body);
  const errors = validateJourney(definition, { local: true }).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new ThroughlineError('invalid', 'journey.faulty', { faults: errors });
  return definition;
}
