import { Validations } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';

/** Acknowledges findings of cdk-nag on a construct and all below it, each with a reason. */
export function suppressNag(construct: IConstruct, reasons: Record<string, string>): void {
  Validations.of(construct).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}
