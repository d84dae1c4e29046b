/** `/v1/projects/<write key>/settings`; group 1 is the key. */
const settingsPath = /^\/v1\/projects\/([A-Za-z0-9_-]{1,200})\/settings$/;

/**
 * Returns the write key of a settings path, or undefined for other paths. Runs at the edge, so it
 * uses no spread and no destructuring.
 */
export function settingsKey(path: string): string | undefined {
  const match = settingsPath.exec(path);
  return match ? match[1] : undefined;
}

/** Returns whether a host is this machine, the only one called without TLS. */
const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);

/**
 * Returns the settings that Segment's browser and mobile libraries load. `apiHost` comes between
 * protocol and `/t`. `Segment.io` is the only integration, so no further script is loaded; metrics
 * are off. The key is not checked, because the answer holds no secret; a wrong key fails with the
 * first message.
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

/**
 * Libraries load the settings on every page. A change, such as a new host, may take this long,
 * seconds.
 */
export const settingsMaxAge = 300;
