import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/** Lets a function read the secret at a place, `secret:<name or ARN>`, with `#<member>` or without; no other place is in AWS. */
export function grantSecret(fn: LambdaFunction, place: string): void {
  const secret = secretOf(place);
  if (secret === undefined) return;
  fn.addToRolePolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn(Stack.of(fn), secret)] }),
  );
}

/** Its name or ARN; undefined: it is kept somewhere else than in Secrets Manager. */
export function secretOf(place: string): string | undefined {
  return /^secret:([^#]+)/.exec(place)?.[1];
}

/** Secrets Manager ends the ARN of a secret, but not its name, with six random characters; it finds a secret by an ARN without them. */
function secretArn(stack: Stack, secret: string): string {
  if (/^arn:.*-[A-Za-z0-9]{6}$/.test(secret)) return secret;
  const resourceName = `${secret}-??????`;
  if (secret.startsWith('arn:')) return resourceName;
  return stack.formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
