/**
 * How clients of busy functions are made. They put the SDK's steps of a call together once for each kind of command, not for each call: a
 * seventh of the processor time of a call to DynamoDB. No step may be added to a client once it was used. And they give up a call that is not
 * answered, which the SDK by itself waits for without end: three tries of two seconds are over within the ten seconds that a source waits. Given up,
 * a call may have been done all the same, as after a lost answer: what must not happen twice has its condition or its transaction's token.
 */
export const sdkClientDefaults = {
  cacheMiddleware: true,
  requestHandler: { requestTimeout: 2_000, throwOnRequestTimeout: true },
} as const;
