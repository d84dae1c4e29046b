import { type WorkspaceStore } from '../../ingestion/workspace/workspace-store.ts';

/** Ports that every workspace may call: HTTPS and its usual alternative. */
export const usualPorts: readonly number[] = [443, 8443];

/** Returns the port of an HTTP or HTTPS URL. `URL` omits the default port of its protocol. */
export const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

/** Reads further ports that a workspace allows. Called only for a URL with an unusual port. */
export type OpenPorts = (workspace: string) => Promise<readonly number[]>;

/** Creates the reader of allowed ports. Its settings may be a minute old. */
export function openPorts(workspaces: Pick<WorkspaceStore, 'settings'>): OpenPorts {
  return async (workspace) => (await workspaces.settings(workspace))?.webhookPorts ?? [];
}
