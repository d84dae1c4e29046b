/**
 * How clients of busy functions are made: they put the SDK's steps of a call together once for each kind of command, not for each call. That is
 * a seventh of the processor time of a call to DynamoDB. No step may be added to a client once it was used.
 */
export const lean = { cacheMiddleware: true } as const;
