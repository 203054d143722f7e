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

/** An ARN as cdk-nag writes it: references in angle brackets, `<LogicalId.Arn>`. */
function spellOut(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved;
  const [intrinsic, value] = Object.entries(Object(resolved) as object)[0] ?? [];
  if (intrinsic === 'Ref') return `<${String(value)}>`;
  if (intrinsic === 'Fn::GetAtt' && Array.isArray(value)) return `<${value.join('.')}>`;
  if (intrinsic === 'Fn::ImportValue') return spellOut(value);
  if (intrinsic === 'Fn::Join' && Array.isArray(value)) return value[1].map(spellOut).join(value[0]);
  return JSON.stringify(resolved);
}
