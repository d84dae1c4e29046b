import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { acts, asking, type Map as StepMap, resolved } from './expected-graph.ts';

type State = 'live' | 'paused' | 'closed' | 'stopped';
export type Action = 'pause' | 'resume' | 'close' | 'stop';

/** What a journey does at the moment, its versions, and where people go on from one to another. */
export class Versions {
  state: State = 'live';
  #pausedFrom: State = 'live';
  readonly #definitions: JourneyDefinition[] = [];
  readonly #migrations: { from: number; to: number; map: StepMap }[] = [];
  readonly #asking: Set<string>[] = [];

  get all(): readonly JourneyDefinition[] {
    return this.#definitions;
  }

  get newest(): JourneyDefinition {
    return this.of(this.#definitions.length);
  }

  of(version: number): JourneyDefinition {
    return this.#definitions[version - 1]!;
  }

  /** Whether a step looks up what the journey does. */
  asks(version: number, step: string): boolean {
    return this.#asking[version - 1]?.has(step) === true;
  }

  /** Answers whether it can be published so. */
  publish(definition: JourneyDefinition, map: StepMap | undefined): boolean {
    const old = this.#definitions;
    const isKnown = (id: string): boolean => old.some(({ steps }) => Object.hasOwn(steps, id));
    const meant = old.map((one) => map && resolved(one, definition, map));
    if (map && !(Object.keys(map).every(isKnown) && meant.every(Boolean))) return false;
    meant.forEach((one, i) => one && this.#migrations.push({ from: i + 1, to: definition.version, map: one }));
    old.push(definition);
    // Where people come in from another version, what has an effect asks as well.
    const entrances = meant.flatMap((one) => Object.values(one ?? {})).filter((id) => id !== null);
    const acting = entrances.filter((id) => acts.includes(definition.steps[id]?.kind ?? 'exit'));
    this.#asking.push(new Set([...asking(definition), ...acting]));
    if (this.state === 'paused') this.#pausedFrom = 'live';
    else this.state = 'live';
    return true;
  }

  /** Answers whether it can be done. */
  act(action: Action): boolean {
    const { state } = this;
    if (state === 'stopped') return action === 'stop';
    if (action === 'stop') this.state = 'stopped';
    else if (action === 'resume') this.state = state === 'paused' ? this.#pausedFrom : 'live';
    else if (action === 'close' && state === 'paused') this.#pausedFrom = 'closed';
    else if (action === 'close') this.state = 'closed';
    else if (state !== 'paused') {
      this.#pausedFrom = state;
      this.state = 'paused';
    }
    return true;
  }

  /** Where people of a version who are about to act at a step go on; `at` null: they leave. The newest that knows the step counts. */
  move(version: number, step: string): { to: number; at: string | null } | undefined {
    const found = this.#migrations.findLast(({ from, map }) => from === version && Object.hasOwn(map, step));
    return found && { to: found.to, at: found.map[step] ?? null };
  }
}
