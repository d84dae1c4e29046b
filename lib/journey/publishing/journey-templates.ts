import backInStock from '#events/journeys/back-in-stock.json' with { type: 'json' };
import birthday from '#events/journeys/birthday.json' with { type: 'json' };
import cartAbandoned from '#events/journeys/cart-abandoned.json' with { type: 'json' };
import formFollowUp from '#events/journeys/form-follow-up.json' with { type: 'json' };
import npsDetractor from '#events/journeys/nps-detractor.json' with { type: 'json' };
import postPurchase from '#events/journeys/post-purchase.json' with { type: 'json' };
import renewal from '#events/journeys/renewal.json' with { type: 'json' };
import salesHandover from '#events/journeys/sales-handover.json' with { type: 'json' };
import subscribedNeverReturned from '#events/journeys/subscribed-never-returned.json' with { type: 'json' };
import trialEnding from '#events/journeys/trial-ending.json' with { type: 'json' };
import { JourneyDefinition } from '../definition/journey-definition.ts';

/**
 * Example journeys. None is deployed, but each can be saved as a draft and published as it is.
 * Addresses of outside services (a CRM, a Slack channel) are placeholders.
 */
export const journeyTemplates: readonly JourneyDefinition[] = [
  backInStock,
  birthday,
  cartAbandoned,
  formFollowUp,
  npsDetractor,
  postPurchase,
  renewal,
  salesHandover,
  subscribedNeverReturned,
  trialEnding,
].map((definition) => JourneyDefinition.parse(definition));
