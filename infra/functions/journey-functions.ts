import { Env as AssignEnv } from '../../functions/journey/assign-variant/env.ts';
import { Env as AwakenEnv } from '../../functions/journey/resume-suspended/env.ts';
import { Env as EmitEnv } from '../../functions/journey/publish-event/env.ts';
import { Env as ParkEnv } from '../../functions/journey/suspend-enrolment/env.ts';
import { Env as BranchEnv } from '../../functions/journey/choose-branch/env.ts';
import { Env as ConcludeEnv } from '../../functions/journey/end-enrolment/env.ts';
import { Env as CountEnv } from '../../functions/journey/count-journey-events/env.ts';
import { Env as EnrolEnv } from '../../functions/journey/enrol-customer/env.ts';
import { Env as JourneysEnv } from '../../functions/journey/journeys-api/env.ts';
import { Env as KnockEnv } from '../../functions/journey/entry-api/env.ts';
import { Env as LaunchEnv } from '../../functions/journey/start-scheduled-entries/env.ts';
import { Env as PublishEnv } from '../../functions/journey/publish-journey/env.ts';
import { Env as ReleaseEnv } from '../../functions/journey/resume-paused-journey/env.ts';
import { Env as SendEnv } from '../../functions/journey/send-message/env.ts';
import { Env as SimulateEnv } from '../../functions/journey/simulate-journey/env.ts';
import { Env as TasksEnv } from '../../functions/journey/tasks-api/env.ts';
import { Env as TraceEnv } from '../../functions/journey/trace-api/env.ts';
import { Env as UpdateEnv } from '../../functions/journey/update-profile/env.ts';
import { Env as WaitEnv } from '../../functions/journey/wait-for-event/env.ts';
import { Env as WebhookEnv } from '../../functions/journey/call-webhook/env.ts';
import { behindGateway, step, type FunctionRow } from './function-row.ts';

/** The functions of journeys. */
export const journeyFunctions = {
  'journey/enrol': { env: EnrolEnv, description: 'Starts journeys', timeoutSeconds: 30 },
  'journey/launch': {
    env: LaunchEnv,
    description: 'Leads customers to journeys by the clock',
    timeoutSeconds: 600,
    canWait: true,
  },
  'journey/knock': {
    env: KnockEnv,
    description: 'Enrolments and business events by API',
    timeoutSeconds: behindGateway,
  },
  'journey/send': { env: SendEnv, description: 'Sends one message, at most once', timeoutSeconds: step },
  'journey/wait': {
    env: WaitEnv,
    description: 'Registers waits for touchpoints and tasks for people',
    timeoutSeconds: step,
    canWait: true,
  },
  'journey/branch': { env: BranchEnv, description: 'Chooses a branch', timeoutSeconds: step },
  'journey/assign': { env: AssignEnv, description: 'Gives variants of experiments', timeoutSeconds: step },
  'journey/emit': { env: EmitEnv, description: 'Tells the bus, and starts other journeys', timeoutSeconds: step },
  'journey/park': { env: ParkEnv, description: 'Ends an execution before a long wait', timeoutSeconds: step },
  // Includes the wait for a timer that fires a minute early.
  'journey/awaken': { env: AwakenEnv, description: 'Starts the execution after a long wait', timeoutSeconds: 90 },
  'journey/update': { env: UpdateEnv, description: 'Sets traits', timeoutSeconds: step },
  'journey/webhook': { env: WebhookEnv, description: 'Calls URLs and keeps their answers', timeoutSeconds: step },
  // Runs in the foreground: until it is done, a customer who re-enters counts as enrolled.
  'journey/conclude': {
    env: ConcludeEnv,
    description: 'Ends enrolments whose execution ended',
    timeoutSeconds: 30,
  },
  'journey/journeys': { env: JourneysEnv, description: 'Journeys and their enrolments', timeoutSeconds: behindGateway },
  'journey/publish': {
    env: PublishEnv,
    description: 'Publishes, pauses, resumes, closes and stops journeys',
    timeoutSeconds: behindGateway,
  },
  'journey/count': {
    env: CountEnv,
    description: 'Counts what happens in journeys, looks for winners',
    timeoutSeconds: 30,
    canWait: true,
  },
  'journey/release': {
    env: ReleaseEnv,
    description: 'Continues enrolments after a pause, ends them after a stop',
    timeoutSeconds: 60,
  },
  // More memory means more processor time, and a simulation is nothing but work.
  'journey/simulate': {
    env: SimulateEnv,
    description: 'Journeys on simulated customers',
    timeoutSeconds: behindGateway,
    memoryMb: 1_769,
  },
  'journey/trace': { env: TraceEnv, description: 'Why journeys did what they did', timeoutSeconds: behindGateway },
  'journey/tasks': { env: TasksEnv, description: 'Tasks for people', timeoutSeconds: behindGateway },
} as const satisfies Record<string, FunctionRow>;
