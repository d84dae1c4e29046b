import * as z from 'zod';
import { Duration, durationMs } from '../../shared/time.ts';
import { countBranches, type Branch } from '../paths/branches.ts';
import { buildDirectlyFollowsGraph } from '../paths/directly-follows-graph.ts';
import { cutPath } from '../paths/customer-path.ts';
import { countRework } from '../paths/rework.ts';
import { findPathVariants } from '../paths/path-variants.ts';
import { Common, CountedSchema, counts, Name, SpreadSchema, Touchpoints } from './report-options.ts';
import { type ReportKindDefinition } from './report-kind.ts';

/** Limit of a tree's nodes: more than a person reads, and as many as a stored answer holds. */
const maxPlaces = 600;

const places = ({ depth, top }: { depth: number; top: number }): number =>
  Array.from({ length: depth }, (_, i) => top ** (i + 1)).reduce((sum, n) => sum + n, 1);

const Anchor = z
  .strictObject({
    touchpoint: Name,
    direction: z.enum(['from', 'to']).default('from'),
    depth: z.int().min(1).max(10).default(4),
    top: z.int().min(1).max(20).default(4),
  })
  .refine((anchor) => places(anchor) <= maxPlaces, `top and depth make more than ${maxPlaces} places`);

export const PathsRequest = Common.extend({
  kind: z.literal('paths'),
  touchpoints: Touchpoints.optional(),
  gap: Duration.optional().describe('silence after which a new path begins; without it a customer has one'),
  anchor: Anchor.optional().describe('shows where paths go from a touchpoint, or how they come to it'),
  top: z.int().min(1).max(1_000).default(100).describe('variants, touchpoints and pairs shown'),
});

const BranchSchema: z.ZodType<Branch> = z.lazy(() =>
  z.object({
    name: z.string(),
    paths: z.int(),
    share: z.number(),
    ended: z.int(),
    beyond: z.int(),
    others: z.object({ paths: z.int(), names: z.int() }),
    time: SpreadSchema.exactOptional(),
    next: z.array(BranchSchema),
  }),
);

export const PathsAnswer = z.object({
  kind: z.literal('paths'),
  paths: z.int(),
  variants: z.object({
    distinct: z.int(),
    top: z.array(z.object({ names: z.array(z.string()), paths: z.int(), customers: z.int(), share: z.number() })),
  }),
  follows: z.object({
    nodes: z.array(CountedSchema.extend({ name: z.string(), starts: z.int(), ends: z.int() })),
    edges: z.array(CountedSchema.extend({ from: z.string(), to: z.string(), time: SpreadSchema })),
    hidden: z.object({ nodes: z.int(), edges: z.int() }).describe('occurrences of what is not shown'),
  }),
  rework: z.array(
    z
      .object({ name: z.string(), atOnce: CountedSchema, later: CountedSchema, mostInOnePath: z.int() })
      .describe('done again'),
  ),
  branches: BranchSchema.optional(),
});

type Request = z.infer<typeof PathsRequest>;

const createTallies = ({ top, anchor }: Request) => ({
  variants: findPathVariants({ top }),
  follows: buildDirectlyFollowsGraph({ top }),
  rework: countRework(),
  ...(anchor && { tree: countBranches(anchor) }),
});

function answerPaths(tallies: ReturnType<typeof createTallies>, top: number): z.infer<typeof PathsAnswer> {
  const { paths, distinct, variants } = tallies.variants.result();
  const { nodes, edges, hidden } = tallies.follows.result();
  const root = tallies.tree?.result().root;
  const left = edges.slice(top).reduce((sum, { count }) => sum + count, 0);
  return {
    ...{ kind: 'paths', paths, variants: { distinct, top: variants } },
    follows: { nodes, edges: edges.slice(0, top), hidden: { ...hidden, edges: hidden.edges + left } },
    rework: tallies.rework.result().slice(0, top),
    ...(root && { branches: root }),
  };
}

/**
 * What customers did, in order: variants, what follows what and after how long, what is done again,
 * and a tree around an anchor.
 */
export const pathsKind: ReportKindDefinition<Request, z.infer<typeof PathsAnswer>> = {
  reads: 'touchpoints',
  lists: ['variants.top', 'follows.edges', 'follows.nodes', 'rework'],
  run(request) {
    const { touchpoints, gap, top } = request;
    const tallies = createTallies(request);
    const all = Object.values(tallies);
    const keep = counts(touchpoints);
    const gapMs = gap === undefined ? Infinity : durationMs(gap);
    return {
      add({ profile, touches }) {
        for (const path of cutPath({ customer: profile.customer, steps: touches.filter(keep) }, gapMs))
          for (const tally of all) tally.add(path);
      },
      result: () => answerPaths(tallies, top),
    };
  },
};
