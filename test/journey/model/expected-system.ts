import { type Workspace } from '#lib/model/workspace.ts';
import { type JourneyDefinition } from '#lib/journey/definition/journey-definition.ts';
import { type Step, type StepOf } from '#lib/journey/definition/step.ts';
import { durationMs } from '#lib/shared/time.ts';
import { drawn } from './chances.ts';
import { Door } from './expected-entry.ts';
import { endOf } from './dead-letters.ts';
import { Customer, isNamed, type Rest, type Stay, type Task } from './customers.ts';
import { assign, bodyOf, call, offer, reaches } from './command-results.ts';
import { type Action, Versions } from './expected-versions.ts';

/** A journey, its customers and everybody's way, in sets and lists: what the documentation says of an enrolment, and nothing of how. */
export class Model {
  readonly settings: Workspace;
  readonly versions = new Versions();
  readonly stays: Stay[] = [];
  /** Why a customer was last not let in. */
  readonly refusals = new Map<string, string>();
  /** Stays in the other journey, which end at once. */
  readonly started = new Set<string>();
  now: number;
  /** Whether the receiver takes what it is told. */
  isReceiving = true;
  readonly #customers = new Map<string, Customer>();
  readonly #door: Door;

  constructor(settings: Workspace, now: number) {
    this.settings = settings;
    this.#door = new Door(settings);
    this.now = now;
  }

  inside(): Stay[] {
    return this.stays.filter(({ outcome }) => outcome === undefined);
  }

  /** Answers whether it can be done. */
  act(action: Action): boolean {
    const done = this.versions.act(action);
    if (this.versions.state === 'stopped') for (const stay of this.inside()) this.#end(stay, 'stopped');
    if (this.versions.state === 'live' || this.versions.state === 'closed')
      for (const stay of this.inside()) if (stay.rest?.on === 'resumption') this.#resumed(stay, stay.rest);
    return done;
  }

  /** A customer does something, a second before now. */
  touch(id: string, name: string, properties: Record<string, unknown> = {}): void {
    const at = this.now - 1_000;
    const customer = this.#customers.get(id) ?? new Customer();
    this.#customers.set(id, customer);
    if (properties.email !== undefined) customer.hasAddress = true;
    if (properties.plan !== undefined) customer.tells('plan', properties.plan, at);
    if (name === 'Email Unsubscribed' || name === 'Email Subscribed') customer.consent = name === 'Email Subscribed';
    const mine = this.inside().filter((stay) => stay.customer === id);
    for (const stay of mine) if (isNamed(this.#of(stay).exit, name)) this.#end(stay, 'exited');
    const left = mine.filter(({ outcome }) => outcome === undefined);
    for (const stay of left) this.#heard(stay, name);
    if (isNamed(this.versions.newest.goal?.on, name)) this.#reaches(id, at);
    for (const stay of this.stays) if (stay.customer === id) reaches(stay, name, at);
    // Who is inside is not told again, unless there may be another stay for another key.
    const mayEnter = left.length === 0 || this.versions.newest.entry.key !== undefined;
    if (name === 'Signed Up' && this.versions.state === 'live' && mayEnter)
      this.#comes(id, { key: properties.order, event: name });
  }

  /** Somebody knocks by API. Answers what that is refused with at once, if it is. */
  knock(id: string, { key, knock }: { key?: string | undefined; knock: string }): string | undefined {
    if (this.versions.state !== 'live') return 'journey.not-live';
    if (!this.#customers.has(id)) return 'customer.unknown';
    const isKeyed = this.versions.newest.entry.key !== undefined;
    if (isKeyed && key === undefined) return 'journey.no-entry-key';
    const name = `${id} ${isKeyed ? key : ''} ${knock}`;
    if (!this.stays.some((stay) => stay.knock === name)) this.#comes(id, { key, knock: name });
    return undefined;
  }

  /** Somebody answers a task. False when it is refused. */
  answer(stay: Stay, task: Task, answer: string): boolean {
    if (task.answer !== undefined) return task.answer === answer;
    if (task.status === 'closed' || task.until <= this.now) return false;
    Object.assign(task, { status: 'closed', answer });
    const step = this.#of(stay).steps[stay.at] as StepOf<'humanTask'>; // the customer rests where the task was opened
    this.#arrive(stay, step.answers[answer] ?? step.onTimeout);
    return true;
  }

  /** Lets time pass, from one thing that falls due to the next. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#due(end); next; next = this.#due(end)) {
      this.now = next.rest.until;
      this.#awakes(next, next.rest);
    }
    this.now = end;
  }

  #due(end: number): (Stay & { rest: Rest }) | undefined {
    const resting = this.inside().filter((stay): stay is Stay & { rest: Rest } => stay.rest !== undefined);
    return resting.filter(({ rest }) => rest.until <= end).sort((a, b) => a.rest.until - b.rest.until)[0];
  }

  #of({ version }: Stay): JourneyDefinition {
    return this.versions.of(version);
  }

  /** A goal counts once for each stay, in the journey or after it. */
  #reaches(id: string, at: number): void {
    for (const { customer, since, goal } of this.stays)
      if (goal && customer === id && at >= since && at < goal.until) goal.reached = true;
  }

  #comes(id: string, { event, ...by }: { key: unknown; knock?: string; event?: string }): void {
    const { newest } = this.versions;
    const key = newest.entry.key === undefined ? '' : by.key;
    if (typeof key !== 'string') return void this.refusals.set(id, 'no-entry-key');
    const before = this.stays.filter((stay) => stay.customer === id && stay.key === key);
    const comer = { id, customer: this.#customers.get(id)!, before, event };
    const refusal = this.#door.refusal(newest, comer, this.now);
    if (refusal !== undefined) return void this.refusals.set(id, refusal);
    const { version, start, goal } = newest;
    const stay: Stay = {
      ...{ customer: id, key, since: this.now, version, enteredAs: version, at: start },
      order: event !== undefined && typeof by.key === 'string' ? by.key : '',
      ...(by.knock !== undefined && { knock: by.knock }),
      ...{ messages: [], told: new Map(), tasks: [], round: 0, rounds: {} },
      ...{ vars: {}, calls: new Set(), failed: 0, offers: new Map(), assigned: [] },
      ...(goal && { goal: { until: this.now + durationMs(goal.window), reached: false } }),
    };
    this.stays.push(stay);
    const until = this.#door.enters(newest, this.now);
    if (until > this.now) stay.rest = { on: 'time', since: this.now, until };
    else this.#arrive(stay, start);
  }

  #end(stay: Stay, outcome: string): void {
    Object.assign(stay, { outcome, rest: undefined });
    for (const task of stay.tasks) task.status = 'closed';
  }

  #heard(stay: Stay, name: string): void {
    const step = this.#of(stay).steps[stay.at];
    if (stay.rest?.on !== 'event' || step?.kind !== 'waitForEvent') return;
    const way = [step, ...(step.or ?? [])].find(({ on }) => isNamed(on, name));
    if (way) this.#arrive(stay, way.next);
  }

  #resumed(stay: Stay, { since }: Rest): void {
    stay.held = { step: stay.at, since };
    this.#arrive(stay, stay.at);
  }

  #awakes(stay: Stay, { on }: Rest): void {
    const step = this.#of(stay).steps[stay.at];
    const timedOut = step && (on === 'event' || on === 'answer') && 'onTimeout' in step;
    this.#arrive(stay, timedOut ? step.onTimeout : stay.at, on === 'hours');
  }

  /** Goes on at a step, until there is something to wait for. `again`: the step was put off, and is met once more. */
  #arrive(stay: Stay, first: string, again = false): void {
    stay.rest = undefined;
    let next: string | undefined = first;
    for (let met = again; next !== undefined; met = false) {
      stay.at = next;
      next = met || this.versions.asks(stay.version, next) ? this.#meets(stay) : this.#passes(stay);
    }
  }

  /** Held while the journey is paused, or led elsewhere. */
  #meets(stay: Stay): string | undefined {
    if (this.versions.state === 'paused') {
      stay.failed = 0;
      stay.rest = { on: 'resumption', since: this.now, until: Infinity };
      return undefined;
    }
    const move = this.versions.move(stay.version, stay.at);
    if (!move) return this.#passes(stay);
    stay.failed = 0;
    if (move.at === null) return this.#end(stay, 'migrated') as undefined;
    if (stay.held?.step === stay.at) stay.held = { ...stay.held, step: move.at };
    stay.version = move.to;
    return move.at;
  }

  /** Who was held is late at that step, and at no other. */
  #passes(stay: Stay): string | undefined {
    const step = this.#of(stay).steps[stay.at];
    const next = step && this.#visit(stay, step);
    stay.held = undefined;
    return next;
  }

  #rests(stay: Stay, on: Rest['on'], until: number): undefined {
    stay.rest = { on, since: this.now, until };
  }

  /** One visit of a step. Where it leads at once; undefined: nowhere yet. */
  #visit(stay: Stay, step: Step): string | undefined {
    const { now } = this;
    switch (step.kind) {
      case 'exit':
        return this.#end(stay, step.outcome) as undefined;
      case 'wait':
        return this.#waits(stay, step);
      case 'waitForEvent':
        return this.#rests(stay, 'event', now + durationMs(step.timeout));
      case 'humanTask':
        return this.#asks(stay, step);
      case 'branch':
        return step.cases.find(({ when }) => this.#customers.get(stay.customer)?.has(when))?.next ?? step.otherwise;
      case 'randomSplit':
        return drawn(step.salt, stay.customer, step.paths).next;
      case 'experiment':
        return assign(stay, step, now);
      case 'decide':
        offer(stay, this.#customers.get(stay.customer)!);
        return step.next;
      case 'webhook':
        return this.#calls(stay, step);
      case 'startJourney':
        this.#starts(stay);
        return step.next;
      case 'goTo':
        return this.#leadsBack(stay, step);
      case 'updateProfile':
        for (const [name, value] of Object.entries(step.traits))
          this.#customers.get(stay.customer)?.tells(name, value, now);
        return step.next;
      case 'emitEvent':
        stay.told.set(`${stay.at} ${stay.round}`, step.event);
        return step.next;
      case 'send':
        return this.#sends(stay, step);
    }
  }

  #waits(stay: Stay, step: StepOf<'wait'>): string | undefined {
    const until = step.for === undefined ? Date.parse(step.until ?? '') : this.now + durationMs(step.for);
    const isLong = until - this.now > durationMs(this.#of(stay).parkAfter);
    stay.at = step.next;
    return until <= this.now ? step.next : this.#rests(stay, isLong ? 'parked' : 'time', until);
  }

  /** Another journey, whose door knows who came by which step of which stay. Who is there at this moment is inside. */
  #starts({ customer, at, order }: Stay): void {
    const start = `${new Date(this.now).toISOString()} ${customer}: ${at} ${order}`;
    if (this.started.has(start)) this.refusals.set(`${customer} other`, 'already-inside');
    this.started.add(start);
  }

  #calls(stay: Stay, step: StepOf<'webhook'>): string | undefined {
    const way = call(stay, step, { isUp: this.isReceiving, now: this.now });
    return typeof way === 'number' ? this.#rests(stay, 'retry', this.now + way) : way;
  }

  #leadsBack(stay: Stay, { limit, to, next }: StepOf<'goTo'>): string {
    const taken = stay.rounds[stay.at] ?? 0;
    if (taken >= limit) return next;
    stay.rounds[stay.at] = taken + 1;
    stay.round++;
    return to;
  }

  /** The same visit of a question is the same task: answered once, it is not asked again. */
  #asks(stay: Stay, step: StepOf<'humanTask'>): string | undefined {
    const visit = { step: stay.at, round: stay.round };
    const before = stay.tasks.find((task) => task.step === visit.step && task.round === visit.round);
    if (before?.answer !== undefined) return step.answers[before.answer] ?? step.onTimeout;
    const until = this.now + durationMs(step.timeout);
    const task: Task = { ...visit, openedAt: this.now, until, status: 'open' };
    if (before) Object.assign(before, task);
    else stay.tasks.push(task);
    return this.#rests(stay, 'answer', until);
  }

  /** A message goes out once a visit, whatever led there again. */
  #sends(stay: Stay, step: StepOf<'send'>): string | undefined {
    const { now, settings } = this;
    const customer = this.#customers.get(stay.customer)!;
    const heldSince = stay.held?.step === stay.at ? stay.held.since : undefined;
    const end = endOf(step, customer, { settings, heldSince, now });
    if (typeof end === 'number') return this.#rests(stay, 'hours', end);
    if (stay.messages.some((message) => message.step === stay.at && message.round === stay.round)) return step.next;
    stay.messages.push({ step: stay.at, round: stay.round, status: end, body: bodyOf(step, stay), at: now });
    if (end === 'sent') customer.contacts.push({ at: now, purpose: step.purpose });
    return step.next;
  }
}
