/** `/v1/projects/<write key>/settings`, the key caught. */
const settingsPath = /^\/v1\/projects\/([A-Za-z0-9_-]{1,200})\/settings$/;

/** The write key in a settings path; undefined for any other path. Written for the edge: no spread, no destructuring. */
export function settingsKey(path: string): string | undefined {
  const match = settingsPath.exec(path);
  return match ? match[1] : undefined;
}

/** Only this machine talks to itself without TLS. */
const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);

/**
 * What Segment's browser and mobile libraries load before they send: here that they send to us, and nothing else. `apiHost` is what
 * they put between protocol and `/t`; `Segment.io` being the only integration, no further script is loaded; metrics are off. It
 * tells nothing that the caller does not know, so the key is not looked up: a wrong one is told with the first message.
 */
export function librarySettings(writeKey: string, host: string) {
  const apiHost = `${host}/v1`;
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost: apiHost,
        protocol: isLoopback(host) ? 'http' : 'https',
        unbundledIntegrations: [],
        addBundledMetadata: true,
        maybeBundledConfigIds: {},
        retryQueue: true,
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan: {},
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0, host: apiHost },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}

/** Libraries reload these on every page; a change of ours (a new host) may wait this long. Seconds. */
export const settingsMaxAge = 300;
