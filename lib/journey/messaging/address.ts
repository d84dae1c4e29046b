import { type SendChannel } from '../../model/workspace.ts';
import { type Profile } from '../../model/profile.ts';
import { type StepOf } from '../definition/step.ts';

type SendStep = Pick<StepOf<'send'>, 'channel' | 'url'>;

const maxEmailLength = 320;

const traitOf = ({ traits }: Profile, name: string): string | undefined => {
  const value = Object.hasOwn(traits, name) ? traits[name]?.value : undefined;
  return typeof value === 'string' ? value : undefined;
};

function emailOf(profile: Profile): string | undefined {
  const email = traitOf(profile, 'email');
  return email !== undefined && email.length <= maxEmailLength && /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(email)
    ? email
    : undefined;
}

/**
 * Returns the first trait that is an E.164 number. Spaces, dots, hyphens and parentheses are
 * removed.
 */
function numberOf(profile: Profile, ...names: string[]): string | undefined {
  const numbers = names.map((name) => traitOf(profile, name)?.replace(/[\s().-]/g, ''));
  return numbers.find((number) => number !== undefined && /^\+[1-9]\d{6,14}$/.test(number));
}

function endpointOf(profile: Profile): string | undefined {
  const arn = traitOf(profile, 'pushEndpoint');
  return arn !== undefined && /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:endpoint\/[\w./-]+$/.test(arn) ? arn : undefined;
}

/**
 * Finds the address on each channel, undefined without one. Traits: `email`, `phone`, `whatsapp`,
 * `pushEndpoint` (ARN of an SNS endpoint).
 */
const addresses = {
  email: emailOf,
  sms: (profile) => numberOf(profile, 'phone'),
  whatsapp: (profile) => numberOf(profile, 'whatsapp', 'phone'),
  push: endpointOf,
  'in-app': ({ customer }) => customer,
  webhook: (_profile, { url }) => url,
  slack: (_profile, { url }) => url,
} as const satisfies Record<SendChannel, (profile: Profile, step: SendStep) => string | undefined>;

/** Returns the address that a step's message is sent to, or undefined without one. */
export const addressOf = (profile: Profile, step: SendStep): string | undefined =>
  addresses[step.channel](profile, step);
