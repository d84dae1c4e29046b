import { type Customer } from '../../model/customer.ts';
import { type Profile } from '../../model/profile.ts';
import { compact, mapValues } from '../../shared/records.ts';
import { packHours, unpackHours } from '../facts/engagement-hours.ts';
import {
  packAnswers,
  packDecision,
  packGoal,
  packPurchases,
  packStage,
  packTally,
  unpackAnswers,
  unpackDecision,
  unpackGoal,
  unpackPurchases,
  unpackStage,
  unpackTally,
} from './field-codecs.ts';
import { packKeyDays, unpackKeyDays } from './key-days-codec.ts';
import { PackedProfile, readInstant, type ReadTime, timesSince, type WriteTime } from './packed-profile.ts';
import { packRisk, unpackRisk } from './risk-codec.ts';

/** Returns undefined for an empty map, so that it is omitted. */
const filled = <T extends object>(map: T): T | undefined => (Object.keys(map).length > 0 ? map : undefined);

/** Renames one key. The customer's own partition is stored under the empty name. */
const renamed = (map: Record<string, string>, from: string, to: string): Record<string, string> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name === from ? to : name, value]));

type Dated<T> = { value: T; at: string };

const packDated =
  <T>(write: WriteTime) =>
  ({ value, at }: Dated<T>): [T, string] => [value, write(at)];

const unpackDated =
  <T>(read: ReadTime) =>
  ([value, at]: [T, string]): Dated<T> => ({ value, at: read(at) });

function packFacts(profile: Profile, write: WriteTime) {
  return {
    l: write(profile.lastSeen),
    t: filled(mapValues(profile.traits, packDated(write))),
    n: filled(mapValues(profile.counts, (tally) => packTally(tally, write))),
    c: filled(mapValues(profile.channels, write)),
    u: filled(mapValues(profile.hours, packHours)),
    p: packPurchases(profile.purchases, write),
    b: profile.keyDays && packKeyDays(profile.keyDays),
    a: packAnswers(profile.answers, write),
    o: filled(mapValues(profile.consent, packDated(write))),
  };
}

function packIdentities({ customer, linked, folded }: Profile) {
  const { stream, through, ...notes } = folded;
  return {
    k: linked.length > 0 ? linked : undefined,
    g: stream === '' ? undefined : ([stream, renamed(through, customer, '')] satisfies PackedProfile['g']),
    x: filled(notes),
  };
}

function packState(profile: Profile, write: WriteTime) {
  return {
    j: filled(profile.journeys),
    w: filled(profile.waits),
    d: filled(mapValues(profile.decisions, (decision) => packDecision(decision, write))),
    y: filled(mapValues(profile.goals, (goal) => packGoal(goal, write))),
    m: filled(mapValues(profile.segments, write)),
    s: packStage(profile.stage, write),
    h: profile.churn && packRisk(profile.churn),
    q: profile.silence,
    r: profile.nextReview,
  };
}

/** Returns the stored text of a profile. Workspace and customer are in its item's key. */
export function packProfile(profile: Profile): string {
  const first = Date.parse(profile.firstSeen);
  const { write } = timesSince(first);
  const packed: PackedProfile = {
    f: first.toString(36),
    ...packFacts(profile, write),
    ...packIdentities(profile),
    ...packState(profile, write),
  };
  return JSON.stringify(packed);
}

function unpackFacts(packed: PackedProfile, read: ReadTime) {
  return {
    lastSeen: read(packed.l),
    traits: mapValues(packed.t ?? {}, unpackDated(read)),
    counts: mapValues(packed.n ?? {}, (tally) => unpackTally(tally, read)),
    channels: mapValues(packed.c ?? {}, read),
    hours: mapValues(packed.u ?? {}, unpackHours),
    purchases: unpackPurchases(packed.p, read),
    ...compact({ keyDays: packed.b === undefined ? undefined : unpackKeyDays(packed.b) }),
    answers: unpackAnswers(packed.a, read),
    consent: mapValues(packed.o ?? {}, unpackDated(read)),
  };
}

function unpackIdentities(packed: PackedProfile, customer: string) {
  const [stream, through] = packed.g ?? ['', {}];
  return {
    linked: packed.k ?? [],
    folded: { stream, through: renamed(through, '', customer), ...packed.x },
  };
}

function unpackState({ j, w, d, y, m }: PackedProfile, read: ReadTime) {
  return {
    journeys: j ?? {},
    waits: w ?? {},
    decisions: mapValues(d ?? {}, (decision) => unpackDecision(decision, read)),
    goals: mapValues(y ?? {}, (goal) => unpackGoal(goal, read)),
    segments: mapValues(m ?? {}, read),
  };
}

function unpackReviewed({ s, h, q, r }: PackedProfile, read: ReadTime) {
  return compact({ stage: unpackStage(s, read), churn: h && unpackRisk(h), silence: q, nextReview: r });
}

/** The reverse of `packProfile`. Throws if the text is not its output. */
export function unpackProfile(text: string, { workspace, customer }: Customer): Profile {
  const packed = PackedProfile.parse(JSON.parse(text));
  const first = parseInt(packed.f, 36);
  const { read } = timesSince(first);
  return {
    workspace,
    customer,
    firstSeen: readInstant(first),
    ...unpackFacts(packed, read),
    ...unpackState(packed, read),
    ...unpackIdentities(packed, customer),
    ...unpackReviewed(packed, read),
  };
}
