/** What somebody inside waits for, since when, and until when. `parked`: no execution is open meanwhile. `hours`: a message put off. `retry`: a call. */
export interface Rest {
  on: 'time' | 'hours' | 'parked' | 'event' | 'answer' | 'resumption' | 'retry';
  since: number;
  until: number;
}

interface Message {
  step: string;
  round: number;
  status: string;
  body: string;
  at: number;
}

/** What is counted of a variant. */
interface Assigned {
  step: string;
  version: number;
  variant: string;
  on: unknown;
  since: number;
  until: number;
  reached: boolean;
}

export interface Task {
  step: string;
  round: number;
  openedAt: number;
  until: number;
  status: 'open' | 'closed';
  answer?: string;
}

/** One customer's way through the journey. Times are milliseconds since 1970. */
export interface Stay {
  customer: string;
  key: string;
  since: number;
  version: number;
  enteredAs: number;
  /** Which call of the API let the customer in. */
  knock?: string;
  at: string;
  /** What the event that let the customer in tells of an order. */
  order: string;
  rest?: Rest | undefined;
  outcome?: string | undefined;
  messages: Message[];
  /** Events told to the bus, by the visit that did. */
  told: Map<string, string>;
  tasks: Task[];
  round: number;
  rounds: Record<string, number>;
  /** The step the pause of the journey made late, and since when it was due. */
  held?: { step: string; since: number } | undefined;
  goal?: { until: number; reached: boolean };
  /** What steps have found out, for messages after them: by the name they keep it under. */
  vars: Record<string, string>;
  /** Calls of the receiver, once for each time of each visit. */
  calls: Set<string>;
  /** Of a visit, how many calls have failed. */
  failed: number;
  /** Offers by the visit that decided on them. */
  offers: Map<string, string>;
  assigned: Assigned[];
}

/** Whether an event is the one a predicate of these journeys names. */
export const isNamed = (predicate: unknown, name: string): boolean =>
  (predicate as { event: string } | undefined)?.event === name;

/** What is known of a customer. */
export class Customer {
  consent: boolean | undefined;
  hasAddress = false;
  readonly contacts: { at: number; purpose: string }[] = [];
  readonly #traits = new Map<string, { value: unknown; at: number }>();

  /** The latest that was said of a trait stands. */
  tells(name: string, value: unknown, at: number): void {
    const before = this.#traits.get(name);
    if (!before || before.at < at) this.#traits.set(name, { value, at });
  }

  /** Whether a predicate of these journeys on the plan holds. */
  has(predicate: unknown): boolean {
    const { is } = predicate as { is: string | { ne: string } };
    const plan = this.#traits.get('plan')?.value;
    return typeof is === 'string' ? plan === is : plan !== is.ne;
  }
}
