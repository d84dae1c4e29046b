/** A resource as the template has it, references not yet resolved. */
export interface RawResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
  Metadata?: Record<string, unknown>;
}

export interface RawTemplate {
  Resources: Record<string, RawResource>;
  Parameters?: Record<string, { Default?: unknown }>;
  Conditions?: Record<string, unknown>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Outputs?: Record<string, { Value: unknown }>;
}

/** What `Ref` and `Fn::GetAtt` answer for a resource. */
export interface Identity {
  ref: string;
  attributes: Record<string, string>;
}

export const region = 'us-east-1';
export const account = '000000000000';

const noValue = Symbol('AWS::NoValue');

export interface Resolver {
  /** The value with every intrinsic function replaced by what it stands for. Throws for one it does not know. */
  resolve(value: unknown): unknown;
  /** Whether a resource's condition holds. */
  holds(condition: string | undefined): boolean;
}

/**
 * CloudFormation's functions over one template. `identify` names a resource from its resolved properties; it is asked once for each,
 * when it is first referred to, so the order of resources does not matter.
 */
export function resolver(
  template: RawTemplate,
  { stackName, identify }: { stackName: string; identify: (logicalId: string, resource: RawResource) => Identity },
): Resolver {
  const identities = new Map<string, Identity>();
  const pseudo: Record<string, unknown> = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local`,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NoValue': noValue,
  };

  function identityOf(logicalId: string): Identity | undefined {
    const resource = template.Resources[logicalId];
    const known = identities.get(logicalId) ?? (resource && identify(logicalId, resource));
    if (known) identities.set(logicalId, known);
    return known;
  }

  function ref(name: string): unknown {
    if (Object.hasOwn(pseudo, name)) return pseudo[name];
    const parameter = template.Parameters?.[name];
    if (parameter) return parameter.Default ?? '';
    const found = identityOf(name);
    if (!found) throw new Error(`template: nothing is called ${name}`);
    return found.ref;
  }

  function attribute(path: unknown): string {
    const parts = typeof path === 'string' ? path.split('.') : (path as string[]); // the two shapes of Fn::GetAtt
    const [logicalId = '', ...name] = parts;
    const value = identityOf(logicalId)?.attributes[name.join('.')];
    if (value === undefined)
      throw new Error(`template: ${template.Resources[logicalId]?.Type ?? logicalId} has no ${name.join('.')} locally`);
    return value;
  }

  function substitute(argument: unknown): string {
    const [text, own] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(own, name)) return String(resolve(own[name]));
      return String(name.includes('.') ? attribute(name) : ref(name));
    });
  }

  const functions: Record<string, (argument: unknown) => unknown> = {
    Ref: (name) => ref(String(name)),
    Condition: (name) => holds(String(name)),
    'Fn::GetAtt': attribute,
    'Fn::Sub': substitute,
    'Fn::Join': (argument) => {
      const [separator, parts] = resolve(argument) as [string, unknown[]];
      return parts.map(String).join(separator);
    },
    'Fn::Select': (argument) => {
      const [index, list] = resolve(argument) as [number | string, unknown[]];
      return list[Number(index)];
    },
    'Fn::Split': (argument) => {
      const [separator, text] = resolve(argument) as [string, string];
      return text.split(separator);
    },
    'Fn::If': (argument) => {
      const [condition, then, otherwise] = argument as [string, unknown, unknown];
      return resolve(holds(condition) ? then : otherwise);
    },
    'Fn::Equals': (argument) => {
      const [left, right] = resolve(argument) as [unknown, unknown];
      return JSON.stringify(left) === JSON.stringify(right);
    },
    'Fn::Not': (argument) => !(resolve(argument) as [boolean])[0],
    'Fn::And': (argument) => (resolve(argument) as boolean[]).every(Boolean),
    'Fn::Or': (argument) => (resolve(argument) as boolean[]).some(Boolean),
    'Fn::FindInMap': (argument) => {
      const [map, top, second] = resolve(argument) as [string, string, string];
      return resolve(template.Mappings?.[map]?.[top]?.[second]);
    },
    'Fn::GetAZs': () => [`${region}a`, `${region}b`],
    'Fn::Base64': (argument) => Buffer.from(String(resolve(argument))).toString('base64'),
    'Fn::ToJsonString': (argument) => JSON.stringify(resolve(argument)),
  };

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== noValue);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[name, argument] = ['', undefined]] = entries;
    const known = entries.length === 1 ? functions[name] : undefined;
    if (known) return known(argument);
    if (name.startsWith('Fn::')) throw new Error(`template: ${name} is not known locally`);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, resolve(item)] as const).filter(([, item]) => item !== noValue),
    );
  }

  function holds(condition: string | undefined): boolean {
    return condition === undefined || resolve(template.Conditions?.[condition]) === true;
  }

  return { resolve, holds };
}
