import { isJsonObject, type Json } from '../../shared/json.ts';
import { outgoingTransitions } from '../definition/graph.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Step } from '../definition/step.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepAt } from './diagnostic.ts';
import { resultNames } from './size-rules.ts';
import { stepsReachableFrom } from './flow-rules.ts';

/** `{{ path | what to say where it is empty }}`, as `renderMessage` reads it. */
const pattern = /\{\{([^{}|]+)(\|[^{}]*)?\}\}/g;

/** What templates can speak of. */
const roots = ['traits', 'vars', 'trigger', 'customer'];

type Text = readonly [place: string, text: string];

function within(place: string, value: Json | undefined): Text[] {
  if (typeof value === 'string') return [[place, value]];
  if (Array.isArray(value)) return value.flatMap((part, i) => within(`${place}.${i}`, part));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, part]) => within(`${place}.${key}`, part)) : [];
}

/** Texts of a step with places in them. `shown`: read by people as they are, so nothing may be missing. */
function textsOf(id: string, step: Step): { texts: Text[]; shown: boolean } {
  const at = (name: string): string => `steps.${id}.${name}`;
  switch (step.kind) {
    case 'send':
      return {
        texts: [
          ...within(at('template.subject'), step.template.subject),
          ...within(at('template.body'), step.template.body),
        ],
        shown: true,
      };
    case 'updateProfile':
      return { texts: within(at('traits'), step.traits), shown: false };
    case 'emitEvent':
    case 'startJourney':
      return { texts: within(at('properties'), step.properties), shown: false };
    case 'webhook':
      return { texts: [...within(at('headers'), step.headers), ...within(at('body'), step.body)], shown: false };
    case 'humanTask':
      return {
        texts: [...within(at('title'), step.title), ...within(at('assignee'), step.assignee)],
        shown: false,
      };
    default:
      return { texts: [], shown: false };
  }
}

/** Results that some step before has left. */
function resultsBefore({ steps }: JourneyDefinition, names: Map<string, string[]>, id: string): string[] {
  const leaves = (setter: string): boolean => {
    const step = stepAt(steps, setter);
    const targets = step ? outgoingTransitions(step).map(([, target]) => target) : [];
    return stepsReachableFrom({ steps }, targets).has(id);
  };
  return [...names].flatMap(([name, setters]) => (setters.some(leaves) ? [name] : []));
}

function pathFault(place: string, path: string, results: () => string[]): Diagnostic[] {
  const [root = '', name = '', ...rest] = path.split('.');
  const hint = `"${path}": say ${roots.map((one) => `${one}.…`).join(', ')}`;
  if (!roots.includes(root) || name === '' || rest.includes('')) return [errorAt('unknown-variable', place, hint)];
  if (root === 'customer' && path !== 'customer.id')
    return [
      errorAt('unknown-variable', place, `"${path}": of the customer there is customer.id; all else is in traits`),
    ];
  if (root !== 'vars' || results().includes(name)) return [];
  return [errorAt('unknown-variable', place, `no step before keeps a result as "${name}"`)];
}

function faultsOf([place, text]: Text, shown: boolean, results: () => string[]): Diagnostic[] {
  const faults = [...text.matchAll(pattern)].flatMap(([whole, path = '', fallback]) => {
    const name = path.trim();
    const found = pathFault(place, name, results);
    if (found.length > 0 || !shown || fallback !== undefined || name === 'customer.id') return found;
    return [errorAt('no-fallback', place, `${whole}: say what stands there where it is empty, {{${name} | …}}`)];
  });
  const rest = text.replace(pattern, '');
  if (!/\{\{|\}\}/.test(rest)) return faults;
  return [
    ...faults,
    errorAt('template-syntax', place, 'a place is {{path}} or {{path | words}}, nothing inside another'),
  ];
}

/** What is wrong with the places in templates. */
export const checkTemplates: ValidationRule = (definition) => {
  const names = resultNames(definition);
  return Object.entries(definition.steps).flatMap(([id, step]) => {
    const { texts: found, shown } = textsOf(id, step);
    let before: string[] | undefined;
    const results = (): string[] => (before ??= resultsBefore(definition, names, id));
    return found.flatMap((text) => faultsOf(text, shown, results));
  });
};
