import * as z from 'zod';
import { PageQuery, type ApiRouteTable } from '../shared/http/api-route.ts';
import { InAppMessage, InAppPage } from '../journey/messaging/channels/in-app-store.ts';
import { CustomerSummary, CustomerView } from '../profile/views/customer-view.ts';
import { Timeline } from '../profile/views/timeline.ts';

const path = z.object({ id: z.string().describe('User id, or anonymous id of an unidentified visitor') });
const unknown = { 404: 'No such customer in this workspace' } as const;

export const profileRoutes: ApiRouteTable = {
  'GET /v1/customers': {
    id: 'listCustomers',
    summary: 'Customers by stage',
    key: 'secret',
    query: PageQuery.extend({ stage: z.string().optional().describe('Only customers in this stage') }),
    answer: z.object({ items: z.array(CustomerSummary), nextCursor: z.string().optional() }),
    refusals: { 400: 'Not a limit, or not a cursor of ours', 404: 'The workspace has no settings' },
  },
  'GET /v1/customers/{id}': {
    id: 'getCustomer',
    summary: 'One customer: stage, traits, churn risk, enrolments',
    key: 'secret',
    path,
    answer: CustomerView,
    refusals: unknown,
  },
  'GET /v1/customers/{id}/timeline': {
    id: 'getTimeline',
    summary: 'Timeline of one customer, newest first',
    key: 'secret',
    path,
    query: PageQuery,
    answer: Timeline,
    refusals: { 400: 'Not a limit, or not a cursor of ours', ...unknown },
  },
  'GET /v1/customers/{id}/in-app': {
    id: 'listInAppMessages',
    summary: 'In-app messages of one customer: unseen first, then the newest first',
    description:
      'They are kept for 90 days. A touchpoint `Message Seen` with `properties.messageId` also marks one as seen.',
    key: 'secret',
    path,
    query: PageQuery,
    answer: InAppPage,
    refusals: { 400: 'Not a limit, or not a cursor of ours', ...unknown },
  },
  'POST /v1/customers/{id}/in-app/{messageId}/seen': {
    id: 'markInAppMessageSeen',
    summary: 'Mark a message as seen. The first time is kept',
    key: 'secret',
    path: path.extend({ messageId: z.string() }),
    answer: InAppMessage.pick({ messageId: true, seenAt: true }),
    refusals: { 404: 'No such customer, or no such message' },
  },
};
