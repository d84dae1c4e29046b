import { withRiskText } from '../churn/risk-text.ts';
import { customerId } from '../model/customer.ts';
import { type Profile } from '../model/profile.ts';
import { type EnrolmentView, type CustomerView } from '../profile/views/customer-view.ts';
import { mapValues } from '../shared/records.ts';

/** Returns a customer as API answers show it, from its profile and enrolments. */
export function presentCustomer(profile: Profile, enrolments: EnrolmentView[]): CustomerView {
  const { n: count, ...purchases } = profile.purchases;
  return {
    customerId: customerId(profile.customer),
    anonymous: profile.customer.startsWith('a:'),
    ...(profile.stage && { stage: profile.stage.id, stageSince: profile.stage.since }),
    traits: mapValues(profile.traits, ({ value }) => value),
    ...(profile.churn && { churn: withRiskText(profile.churn) }),
    enrolments,
    firstSeen: profile.firstSeen,
    lastSeen: profile.lastSeen,
    touchpoints: profile.counts,
    channels: profile.channels,
    purchases: { count, ...purchases },
    answers: profile.answers,
    consent: profile.consent,
    linked: [...new Set(profile.linked.map(customerId))],
  };
}
