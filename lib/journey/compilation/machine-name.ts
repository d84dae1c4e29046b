import { deterministicId } from '../../shared/ids.ts';

/** Maximum length of a state machine's name. */
const longest = 80;

/**
 * Returns the machine name of a workspace's own journey. No workspace id or journey id holds `_`,
 * so names are unique and differ from those of deployed journeys. A longer name is truncated and
 * gets a hash.
 */
export function machineName(stack: string, workspace: string, journeyId: string): string {
  const name = `${stack}-${workspace}_${journeyId}`;
  if (name.length <= longest) return name;
  const hash = deterministicId(name).slice(0, 12);
  return `${name.slice(0, longest - hash.length - 1)}_${hash}`;
}
