import { isJsonObject, type Json } from '../../shared/json.ts';
import { outgoingTransitions } from '../definition/graph.ts';
import { type JourneyDefinition } from '../definition/journey-definition.ts';
import { type Step } from '../definition/step.ts';
import { errorAt, type Diagnostic, type ValidationRule, stepAt } from './diagnostic.ts';
import { resultNames } from './size-rules.ts';
import { stepsReachableFrom } from './flow-rules.ts';

/** A place, `{{ path | fallback }}`, as `renderMessage` reads it. */
const pattern = /\{\{([^{}|]+)(\|[^{}]*)?\}\}/g;

/** First names of the paths that places can have. */
const roots = ['traits', 'vars', 'trigger', 'customer'];

type Text = readonly [place: string, text: string];

function within(place: string, value: Json | undefined): Text[] {
  if (typeof value === 'string') return [[place, value]];
  if (Array.isArray(value)) return value.flatMap((part, i) => within(`${place}.${i}`, part));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, part]) => within(`${place}.${key}`, part)) : [];
}

/**
 * Returns the texts of a step that may have places. `shown`: people read them, so none may be
 * empty.
 */
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

/** Returns the names of results that a step before this one may have stored. */
function resultsBefore({ steps }: JourneyDefinition, names: Map<string, string[]>, id: string): string[] {
  const leadsHere = (setter: string): boolean => {
    const step = stepAt(steps, setter);
    const targets = step ? outgoingTransitions(step).map(([, target]) => target) : [];
    return stepsReachableFrom({ steps }, targets).has(id);
  };
  return [...names].flatMap(([name, setters]) => (setters.some(leadsHere) ? [name] : []));
}

function checkPath(place: string, path: string, results: () => string[]): Diagnostic[] {
  const [root = '', name = '', ...rest] = path.split('.');
  const hint = `"${path}": use ${roots.map((one) => `${one}.…`).join(', ')}`;
  if (!roots.includes(root) || name === '' || rest.includes('')) return [errorAt('unknown-variable', place, hint)];
  if (root === 'customer' && path !== 'customer.id')
    return [
      errorAt('unknown-variable', place, `"${path}": a customer has customer.id only; everything else is in traits`),
    ];
  if (root !== 'vars' || results().includes(name)) return [];
  return [errorAt('unknown-variable', place, `no step before stores a result as "${name}"`)];
}

function checkText([place, text]: Text, shown: boolean, results: () => string[]): Diagnostic[] {
  const faults = [...text.matchAll(pattern)].flatMap(([whole, path = '', fallback]) => {
    const name = path.trim();
    const found = checkPath(place, name, results);
    if (found.length > 0 || !shown || fallback !== undefined || name === 'customer.id') return found;
    return [errorAt('no-fallback', place, `${whole}: add a fallback for an empty value, {{${name} | …}}`)];
  });
  const rest = text.replace(pattern, '');
  if (!/\{\{|\}\}/.test(rest)) return faults;
  return [
    ...faults,
    errorAt('template-syntax', place, 'a place is {{path}} or {{path | fallback}}, and none is inside another'),
  ];
}

/** Checks the places in templates: their syntax, their paths, and their fallbacks. */
export const checkTemplates: ValidationRule = (definition) => {
  const names = resultNames(definition);
  return Object.entries(definition.steps).flatMap(([id, step]) => {
    const { texts, shown } = textsOf(id, step);
    let before: string[] | undefined;
    const results = (): string[] => (before ??= resultsBefore(definition, names, id));
    return texts.flatMap((text) => checkText(text, shown, results));
  });
};
