import { type Message, type World } from './world.ts';

/** One row of a customer's timeline, as the API shows it. */
export interface Entry extends Record<string, unknown> {
  kind: string;
  at: string;
  /** Of a message: how it ended, and why. */
  status?: string;
  reason?: string;
  stepId?: string;
}

export interface Enrolment {
  enrolmentId: string;
  journeyId: string;
  status: string;
  outcome?: string;
  trigger: string;
  startedAt: string;
}

/** A customer as scenarios tell of one: does things, and is looked at through the API. */
export interface Person {
  id: string;
  email: string;
  /** Does things at this moment, and the world settles. */
  does(...events: string[]): Promise<void>;
  /** Sends messages of any kind in this customer's name. */
  sends(...messages: Message[]): Promise<void>;
  tells(traits: Record<string, unknown>): Promise<void>;
  timeline(): Promise<Entry[]>;
  /** What a journey wrote to the customer, oldest first: the step and how it ended, `Welcome: sent`, `Offer: skipped (no-consent)`. */
  messages(journeyId: string): Promise<string[]>;
  /** The enrolments of a journey, oldest first. */
  enrolments(journeyId: string): Promise<Enrolment[]>;
  /** Subjects of the e-mails that SES took for the customer, oldest first. */
  mails(): string[];
}

let people = 0;

const ending = ({ stepId, status, reason }: Entry): string =>
  `${stepId}: ${status}${reason === undefined ? '' : ` (${reason})`}`;

/** Somebody nobody has heard of yet. */
export function aPerson(world: World, name = 'person'): Person {
  const id = `${name}-${++people}`;
  const email = `${id}@example.com`;
  const sends = async (...messages: Message[]): Promise<void> => {
    const { status, body } = await world.send(...messages.map((message) => ({ userId: id, ...message })));
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  };
  const timeline = async (): Promise<Entry[]> => (await world.timeline(id)) as Entry[];
  return {
    id,
    email,
    sends,
    does: (...events) => sends(...events.map((event) => ({ event }))),
    tells: (traits) => sends({ type: 'identify', traits }),
    timeline,
    async messages(journeyId) {
      const mine = (await timeline()).filter((entry) => entry.kind === 'message' && entry.journeyId === journeyId);
      return mine.map(ending);
    },
    async enrolments(journeyId) {
      const { enrolments = [] } = ((await world.profile(id)) ?? {}) as { enrolments?: Enrolment[] };
      return enrolments.filter((enrolment) => enrolment.journeyId === journeyId);
    },
    mails: () => world.outbox().flatMap(({ to, subject }) => (to.includes(email) ? [subject] : [])),
  };
}

/** Somebody who has just signed up, whose address we know. */
export async function aSignedUpPerson(world: World, traits: Record<string, unknown> = {}): Promise<Person> {
  const person = aPerson(world);
  await person.sends({ type: 'identify', traits: { email: person.email, ...traits } }, { event: 'Signed Up' });
  return person;
}
