import { localRoutes } from './http/gateway-routes.ts';
import { type Services } from './services.ts';
import { type StackTemplate } from './template/template.ts';

/** `throughline-local-journey-send` is the stack's name and ours. */
const short = (name: string): string => name.replace(/^throughline-local-/, '');

const functionOf = (arn: string): string => short(arn.split(':').at(-1) ?? arn);

function triggersOf(template: StackTemplate): Map<string, string[]> {
  const triggers = new Map<string, string[]>();
  const add = (functionName: string, trigger: string): void => {
    triggers.set(functionName, [...(triggers.get(functionName) ?? []), trigger]);
  };
  for (const { key, functionArn } of localRoutes(template)) add(functionOf(functionArn), key);
  for (const { functionName, batchSize } of template.mappings)
    add(functionOf(functionName), `stream, in ${batchSize}s`);
  for (const { target, expression } of template.schedules) add(functionOf(target.arn), expression);
  for (const { targets, pattern } of template.rules) {
    const types = (pattern as { 'detail-type'?: unknown[] } | undefined)?.['detail-type'] ?? []; // the template's own
    for (const { arn } of targets) add(functionOf(arn), types.map(String).join(', '));
  }
  for (const { ref, machine } of machineFunctions(template)) add(short(ref), `steps of ${machine}`);
  return triggers;
}

/** Returns the functions that state machines call, with the name of the machine. */
function machineFunctions({ stateMachines, functions }: StackTemplate): { ref: string; machine: string }[] {
  return stateMachines.flatMap(({ arn, definition }) =>
    functions
      .filter(({ ref }) => definition?.includes(`:function:${ref}"`))
      .map(({ ref }) => ({ ref, machine: functionOf(arn) })),
  );
}

/** One line for each function and what calls it. */
export function functionLines(template: StackTemplate): string[] {
  const triggers = triggersOf(template);
  return template.functions.flatMap(({ ref, description = '' }) => {
    const [first = 'nothing calls it', ...others] = triggers.get(short(ref)) ?? [];
    const line = `  ${short(ref).padEnd(22)} ${first.padEnd(42)} ${description}`;
    return [line.trimEnd(), ...others.map((trigger) => `  ${''.padEnd(22)} ${trigger}`)];
  });
}

/** What runs at the moment, for people. */
export function summary(template: StackTemplate, { functions, queues, mail, schedules }: Services): string {
  const running = Object.entries(functions.environments()).filter(([, environments]) => environments > 0);
  return [
    'Functions',
    ...functionLines(template),
    '',
    'Environments running',
    ...running.map(([name, environments]) => `  ${short(name).padEnd(22)} ${environments}`),
    '',
    'Schedules',
    ...schedules.list().map(({ id, expression, next = 'never' }) => `  ${id}  ${expression}  next ${next}`),
    '',
    'Dead letters',
    ...Object.entries(queues.counts()).map(([name, messages]) => `  ${short(name).padEnd(22)} ${messages}`),
    '',
    `Outbox: ${mail.count()} e-mails (GET /local/outbox)`,
    '',
  ].join('\n');
}
