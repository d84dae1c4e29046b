import { QuiescenceTracker } from '#lib/states-language/quiescence-tracker.ts';
import { VirtualClock } from '#infra/local/clock/virtual-clock.ts';
import { openJournal } from '#infra/local/journal/open-journal.ts';
import { createLocalStepFunctions } from '#infra/local/step-functions/local-step-functions.ts';
import { machineArn, told, victimMachine } from './crash-machine.ts';

// A process to be killed: goes on with what its journal holds, starts executions without end and says which were acknowledged.
const [, , file = ':memory:', run = '0'] = process.argv;
const states = createLocalStepFunctions({
  ...victimMachine,
  functions: { invoke: async (_name, payload) => payload, invokeAsync: () => undefined },
  clock: new VirtualClock({ speed: 1_000 }),
  journal: openJournal(file),
  activity: new QuiescenceTracker(),
  // Told is what has left us: what still waits for a slow reader dies with us.
  emit: (_source, _type, detail) =>
    new Promise<void>((left) => process.stdout.write(`${told(detail)}\n`, () => left())),
});
states.restore();
for (let count = 0; ; count++) {
  const name = `run${run}-${count}`;
  states.call('StartExecution', { stateMachineArn: machineArn, name, input: JSON.stringify({ name }) });
  process.stdout.write(`started ${name}\n`);
  if (count % 10 === 9) await new Promise((done) => setTimeout(done, 1));
}
