import { deterministicId } from '../../shared/ids.ts';

/** Longest name of a state machine. */
const longest = 80;

/**
 * Name of the state machine of a workspace's own journey. `_` stands in no workspace's id and no journey's, so no two journeys share a
 * name, and none has that of a shipped one. A name that would be too long keeps its beginning and ends in a hash of the whole.
 */
export function machineName(stack: string, workspace: string, journeyId: string): string {
  const name = `${stack}-${workspace}_${journeyId}`;
  if (name.length <= longest) return name;
  const hash = deterministicId(name).slice(0, 12);
  return `${name.slice(0, longest - hash.length - 1)}_${hash}`;
}
