import { type WorkspaceStore } from '../../ingestion/workspace/workspace-store.ts';

/** Ports that every workspace may call: HTTPS and its usual alternative. */
export const usualPorts: readonly number[] = [443, 8443];

/** The port of an HTTP or HTTPS URL. `URL` leaves out the one that its protocol implies. */
export const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

/** The further ports that a workspace's settings open. They are read only for a URL with another port than the usual. */
export type OpenPorts = (workspace: string) => Promise<readonly number[]>;

/** As old as the settings may be: up to a minute. */
export function openPorts(workspaces: Pick<WorkspaceStore, 'settings'>): OpenPorts {
  return async (workspace) => (await workspaces.settings(workspace))?.webhookPorts ?? [];
}
