import type { Definition } from './definition.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A CloudFormation template as it was synthesized. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** The definition of the template's only state machine, each `Ref` in it replaced by what `refs` says. */
export function readDefinition(template: Template, refs: Readonly<Record<string, string>>): Definition {
  const [machine] = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
  if (machine === undefined) throw new Error('the template has no state machine');
  return JSON.parse(resolveText(machine.Properties.DefinitionString, refs)) as Definition;
}

/** The environment that the template gives to the function with this logical id. */
export function readEnvironment(template: Template, logicalId: string): Readonly<Record<string, string>> {
  const properties = template.Resources[logicalId]?.Properties;
  const { Variables } = (properties?.Environment ?? {}) as { Variables?: Readonly<Record<string, string>> };
  if (Variables === undefined) throw new Error(`the template gives ${logicalId} no environment`);
  return Variables;
}

function resolveText(value: unknown, refs: Readonly<Record<string, string>>): string {
  if (typeof value === 'string') return value;
  const { Ref: ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join !== undefined) return join[1].map((part) => resolveText(part, refs)).join(join[0]);
  const resolved = ref === undefined ? undefined : refs[ref];
  if (resolved === undefined) throw new Error(`the definition refers to ${JSON.stringify(value)}, which nothing stands for here`);
  return resolved;
}
