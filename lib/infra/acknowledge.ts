import { Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** Writes down why a finding of cdk-nag's AWS Solutions pack is as it should be. */
export function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/**
 * Writes down why a policy below `scope` names `resource`, which has a wildcard. Each one has a reason of its own, so that an
 * old reason never covers a new wildcard.
 */
export function acknowledgeResource(scope: IConstruct, resource: string, reason: string): void {
  // What a reference to another stack becomes is known only once the whole app stands: that is when validations run.
  scope.node.addValidation({
    validate: () => {
      acknowledge(scope, `IAM5[Resource::${spellOut(Stack.of(scope).resolve(resource))}]`, reason);
      return [];
    },
  });
}

/** What CloudFormation makes an ARN of. */
interface Intrinsic {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly string[];
  readonly 'Fn::ImportValue'?: unknown;
  readonly 'Fn::Join'?: readonly [delimiter: string, parts: readonly unknown[]];
}

/** An ARN as cdk-nag writes it: references in angle brackets, `<LogicalId.Arn>`. */
function spellOut(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved;
  const intrinsic = resolved as Intrinsic;
  if (intrinsic.Ref !== undefined) return `<${intrinsic.Ref}>`;
  if (intrinsic['Fn::GetAtt'] !== undefined) return `<${intrinsic['Fn::GetAtt'].join('.')}>`;
  if (intrinsic['Fn::ImportValue'] !== undefined) return spellOut(intrinsic['Fn::ImportValue']);
  if (intrinsic['Fn::Join'] === undefined) return JSON.stringify(resolved);
  const [delimiter, parts] = intrinsic['Fn::Join'];
  return parts.map(spellOut).join(delimiter);
}
