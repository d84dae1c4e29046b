/**
 * Options of busy functions' clients. The middleware stack is built once per command class, which
 * saves a seventh of a DynamoDB call's processor time; none may be added after the first call.
 * Calls time out: three of 2 s fit a source's limit of 10 s. Such a call may have succeeded, so
 * writes need conditions or tokens.
 */
export const sdkClientDefaults = {
  cacheMiddleware: true,
  requestHandler: { requestTimeout: 2_000, throwOnRequestTimeout: true },
} as const;
