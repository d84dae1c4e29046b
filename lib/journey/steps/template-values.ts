import { customerId } from '../../model/customer.ts';
import { type JsonObject } from '../../shared/json.ts';
import { type Profile } from '../../model/profile.ts';
import { type StepCall } from '../execution/step-call.ts';
import { mapValues } from '../../shared/records.ts';

/**
 * Returns the values that `{{…}}` in a step may use: `traits`, `vars`, `customer.id`, and
 * `trigger`, the properties of the event that triggered the entry.
 */
export function templateValues(
  { enrolment, vars }: Pick<StepCall, 'enrolment' | 'vars'>,
  profile: Profile,
): JsonObject {
  const traits = mapValues(profile.traits, ({ value }) => value);
  return { traits, vars, customer: { id: customerId(profile.customer) }, trigger: enrolment.trigger.properties };
}
