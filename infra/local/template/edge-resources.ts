import * as z from 'zod';

/* The properties of CloudFront's resource types that the runner honours, as in `resources.ts`. */

export const EdgeFunction = z
  .object({ FunctionCode: z.string(), FunctionConfig: z.looseObject({ Runtime: z.string() }) })
  .transform((f) => ({ code: f.FunctionCode, runtime: f.FunctionConfig.Runtime }));

const Behavior = z.object({
  PathPattern: z.string().default('*'),
  TargetOriginId: z.string(),
  FunctionAssociations: z.array(z.object({ EventType: z.string(), FunctionARN: z.string() })).default([]),
});

/** Behaviours of a distribution in the order CloudFront tries them, the default one last. */
export const Behaviors = z
  .object({
    DistributionConfig: z.object({ CacheBehaviors: z.array(Behavior).default([]), DefaultCacheBehavior: Behavior }),
  })
  .transform(({ DistributionConfig: { CacheBehaviors, DefaultCacheBehavior } }) => ({
    behaviors: [...CacheBehaviors, DefaultCacheBehavior].map((behavior) => ({
      path: behavior.PathPattern,
      origin: behavior.TargetOriginId,
      viewerRequest: behavior.FunctionAssociations.find(({ EventType }) => EventType === 'viewer-request')?.FunctionARN,
    })),
  }));
