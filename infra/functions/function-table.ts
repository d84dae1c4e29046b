import type * as z from 'zod';
import { Env as AssessEnv } from '../../functions/churn/assess-churn/env.ts';
import { Env as BeginEnv } from '../../functions/churn/start-training/env.ts';
import { Env as GatherEnv } from '../../functions/churn/collect-training-data/env.ts';
import { Env as ChurnLearnEnv } from '../../functions/churn/train-model/env.ts';
import { Env as ModelsEnv } from '../../functions/churn/models-api/env.ts';
import { Env as RescoreEnv } from '../../functions/churn/rescore-customers/env.ts';
import { Env as SweepEnv } from '../../functions/churn/review-due-customers/env.ts';
import { Env as DecideEnv } from '../../functions/decision/decide-offer/env.ts';
import { Env as LearnEnv } from '../../functions/decision/record-outcome/env.ts';
import { Env as PersonalizeEnv } from '../../functions/decision/personalize-step/env.ts';
import { Env as PlacementsEnv } from '../../functions/decision/placements-api/env.ts';
import { Env as TuneEnv } from '../../functions/decision/tune-policy/env.ts';
import { Env as CollectEnv } from '../../functions/ingestion/ingest-messages/env.ts';
import { Env as DescribeEnv } from '../../functions/ingestion/public-routes/env.ts';
import { Env as WorkspaceEnv } from '../../functions/ingestion/workspace-api/env.ts';
import { Env as MapsEnv } from '../../functions/map/maps-api/env.ts';
import { Env as CustomersEnv } from '../../functions/profile/customers-api/env.ts';
import { Env as ProjectEnv } from '../../functions/projection/project-touchpoints/env.ts';
import { Env as RefreshEnv } from '../../functions/segment/backfill-segments/env.ts';
import { Env as RelayEnv } from '../../functions/relay/relay-changes/env.ts';
import { Env as SegmentsEnv } from '../../functions/segment/segments-api/env.ts';
import { Env as ComputeEnv } from '../../functions/report/compute-report/env.ts';
import { Env as ExperimentsEnv } from '../../functions/report/experiments-api/env.ts';
import { Env as ReportsEnv } from '../../functions/report/reports-api/env.ts';
import { behindGateway, step, type FunctionRow } from './function-row.ts';
import { journeyFunctions } from './journey-functions.ts';

/**
 * All functions: environment, description and limits. Nothing is provisioned, and reserved
 * concurrency is free, so an idle function costs nothing.
 */
export const functions = {
  ...journeyFunctions,
  // Storing takes eight seconds at most. The Node library hangs up after ten.
  'ingestion/collect': { env: CollectEnv, description: 'Stores touchpoints', timeoutSeconds: 10 },
  'ingestion/describe': {
    env: DescribeEnv,
    description: 'Health, OpenAPI, library settings, preflights',
    timeoutSeconds: 5,
  },
  'ingestion/workspace': { env: WorkspaceEnv, description: 'Workspace settings', timeoutSeconds: behindGateway },
  'profile/project': {
    env: ProjectEnv,
    description: 'Folds touchpoints into profiles, moves stages',
    timeoutSeconds: 60,
  },
  'profile/relay': {
    env: RelayEnv,
    description: 'Publishes what changed, wakes and ends journeys',
    timeoutSeconds: 60,
  },
  'profile/customers': {
    env: CustomersEnv,
    description: 'Customers and their timelines',
    timeoutSeconds: behindGateway,
  },
  'profile/segments': {
    env: SegmentsEnv,
    description: 'Segments and their members',
    timeoutSeconds: behindGateway,
  },
  'profile/refresh': {
    env: RefreshEnv,
    description: 'Fills segments and dates that are new',
    timeoutSeconds: 600,
    canWait: true,
  },
  'decision/decide': { env: DecideEnv, description: 'Next best offer on demand', timeoutSeconds: 10 },
  'decision/personalize': {
    env: PersonalizeEnv,
    description: 'Next best offer on a new stage, and in journeys',
    timeoutSeconds: step,
    canWait: true,
  },
  'decision/learn': {
    env: LearnEnv,
    description: 'Counts exposures and outcomes of offers',
    timeoutSeconds: 30,
    canWait: true,
  },
  'decision/placements': {
    env: PlacementsEnv,
    description: 'Placements and their offers',
    timeoutSeconds: behindGateway,
  },
  'decision/tune': {
    env: TuneEnv,
    description: 'Judges and tunes the policies of placements',
    timeoutSeconds: 900,
    canWait: true,
    // One vCPU: a plan is simulated some two thousand times.
    memoryMb: 1_769,
  },
  'churn/assess': { env: AssessEnv, description: 'Churn risk on a new stage', timeoutSeconds: 30, canWait: true },
  'churn/sweep': {
    env: SweepEnv,
    description: 'Churn risk of customers who fell silent',
    timeoutSeconds: 600,
    canWait: true,
  },
  'churn/models': {
    env: ModelsEnv,
    description: 'Churn models, and risks taken apart',
    timeoutSeconds: behindGateway,
  },
  'churn/begin': {
    env: BeginEnv,
    description: 'Begins the weekly training of churn models',
    timeoutSeconds: 300,
    canWait: true,
  },
  // One vCPU: most of the work is decompression.
  'churn/gather': {
    env: GatherEnv,
    description: 'Gathers customers for training',
    timeoutSeconds: 900,
    canWait: true,
    memoryMb: 1_769,
  },
  // One vCPU, and memory for 20,000 customers in two windows.
  'churn/learn': {
    env: ChurnLearnEnv,
    description: 'Trains churn models',
    timeoutSeconds: 900,
    canWait: true,
    memoryMb: 1_769,
  },
  'churn/rescore': { env: RescoreEnv, description: 'Churn risk by a new model', timeoutSeconds: 900, canWait: true },
  'map/maps': { env: MapsEnv, description: 'Planned maps', timeoutSeconds: behindGateway },
  'report/reports': { env: ReportsEnv, description: 'Reports asked for and shown', timeoutSeconds: behindGateway },
  // One vCPU, and memory for a million customer ids and 100,000 variants. Timeout: Lambda's
  // maximum.
  'report/compute': {
    env: ComputeEnv,
    description: 'Makes reports',
    timeoutSeconds: 900,
    canWait: true,
    memoryMb: 1_769,
  },
  'report/experiments': {
    env: ExperimentsEnv,
    description: 'Sizes and results of experiments',
    timeoutSeconds: behindGateway,
  },
} as const satisfies Record<string, FunctionRow>;

export type FunctionEntry = keyof typeof functions;

/** Variables set by the method that grants the permission, so neither can be forgotten. */
export type GrantedVariable = 'TABLE_NAME' | 'BUS_NAME' | 'DEAD_LETTER_QUEUE_URL' | 'EXPORT_BUCKET';

type Input<Entry extends FunctionEntry> = z.input<(typeof functions)[Entry]['env']>;

/** Variables that a capability sets by hand: those of the schema that no grant sets. */
export type ManualEnv<Entry extends FunctionEntry> = Omit<Input<Entry>, GrantedVariable>;

/** The functions whose schema has a variable. */
export type FunctionsNeeding<Variable extends GrantedVariable> = {
  [Entry in FunctionEntry]: Variable extends keyof Input<Entry> ? Entry : never;
}[FunctionEntry];
