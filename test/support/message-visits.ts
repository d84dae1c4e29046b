import { readExecutionName } from '../../lib/journey/enrolment/enrolment-record.ts';
import { type World } from './world.ts';

/** One entry into the state of a step. */
export interface Visit {
  step: string;
  at: number;
}

interface Page {
  nextToken?: string;
}

interface Machines {
  stateMachines: { stateMachineArn: string }[];
}

interface Executions {
  executions: { executionArn: string; name: string; status: string }[];
}

interface Events {
  events: { timestamp: number; stateEnteredEventDetails?: { name: string } }[];
}

/** What Step Functions knows of all stays. */
export interface Histories {
  running: string[];
  /** The steps entered, over all executions that led it, by enrolment. */
  visits: Map<string, Visit[]>;
}

/** Reads every history there is. Helper states of a step (`First: held`) are left out. */
export function historiesOf({ local: { services } }: World): Histories {
  /** All pages of an answer. */
  function pages(action: string, body: object): unknown[] {
    const found: Page[] = [];
    do {
      const token = found.at(-1)?.nextToken;
      const request = { ...body, maxResults: 1_000, ...(token !== undefined && { nextToken: token }) };
      found.push(services.states.call(action, request) as Page); // an answer of Step Functions
    } while (found.at(-1)?.nextToken !== undefined);
    return found;
  }

  const [{ stateMachines }] = pages('ListStateMachines', {}) as [Machines];
  const all = stateMachines.flatMap(({ stateMachineArn }) =>
    (pages('ListExecutions', { stateMachineArn }) as Executions[]).flatMap(({ executions }) => executions),
  );
  const stays = all.flatMap((execution) => {
    const named = readExecutionName(execution.name);
    return named ? [{ ...execution, ...named }] : [];
  });
  const visits = new Map<string, Visit[]>();
  for (const { executionArn, enrolmentId } of stays.sort((a, b) => a.leg - b.leg)) {
    const events = (pages('GetExecutionHistory', { executionArn }) as Events[]).flatMap((page) => page.events);
    const entered = events.flatMap(({ timestamp, stateEnteredEventDetails: { name = ':' } = { name: ':' } }) =>
      name.includes(':') ? [] : [{ step: name, at: Math.round(timestamp * 1_000) }],
    );
    visits.set(enrolmentId, [...(visits.get(enrolmentId) ?? []), ...entered]);
  }
  return { visits, running: stays.flatMap(({ name, status }) => (status === 'RUNNING' ? [name] : [])) };
}
