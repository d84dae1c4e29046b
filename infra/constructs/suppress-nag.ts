import { Validations } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';

/** Accepts findings of cdk-nag on a construct and all below it, each with the reason. */
export function suppressNag(construct: IConstruct, reasons: Record<string, string>): void {
  Validations.of(construct).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}
