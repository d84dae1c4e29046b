import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type Settings } from '../environments.ts';
import { type ManualEnv } from '../functions/function-table.ts';
import { suppressNag } from './suppress-nag.ts';
import { type NodeFunction } from './node-function.ts';

type Sender = 'journey/send';

/**
 * Provider settings as variables of the sending function. A channel without settings is not
 * configured.
 */
export const providersOf = ({ email, sms, push, whatsapp }: Settings): ManualEnv<Sender> => ({
  EMAIL_FROM: email?.from,
  SMS_ORIGIN: sms?.originArn,
  SMS_CONFIGURATION_SET: sms?.configurationSet,
  PUSH: push && 'sns',
  WHATSAPP_NUMBER_ID: whatsapp?.phoneNumberArn.split('/').at(-1),
});

/** Lets the function send from the configured origins, and nothing else of those services. */
export function grantProviders(send: NodeFunction<Sender>, { email, sms, push, whatsapp }: Settings): void {
  const allow = (action: string, resources: string[]): void => {
    send.addToRolePolicy(new PolicyStatement({ actions: [action], resources }));
  };
  const { partition, region, account } = Stack.of(send);
  if (email) allow('ses:SendEmail', [`arn:${partition}:ses:${region}:${account}:identity/${email.identity}`]);
  if (sms) allow('sms-voice:SendTextMessage', [sms.originArn]);
  if (whatsapp) allow('social-messaging:SendWhatsAppMessage', [whatsapp.phoneNumberArn]);
  // Each customer’s device is an endpoint of the application.
  const endpoints = push?.applicationArns.map((arn) => `${arn.replace(':app/', ':endpoint/')}/*`) ?? [];
  if (endpoints.length > 0) allow('sns:Publish', endpoints);
  for (const endpoint of endpoints)
    if (send.role)
      suppressNag(send.role, {
        [`AwsSolutions-IAM5[Resource::${endpoint}]`]: 'every device is an endpoint of its own',
      });
}
