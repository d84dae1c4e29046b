/** A resource of the template, with references unresolved. */
export interface RawResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
  Metadata?: Record<string, unknown>;
}

/** A CloudFormation template, with references unresolved. */
export interface RawTemplate {
  Resources: Record<string, RawResource>;
  Parameters?: Record<string, { Default?: unknown }>;
  Conditions?: Record<string, unknown>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Outputs?: Record<string, { Value: unknown }>;
}

/** What `Ref` and `Fn::GetAtt` return for a resource. */
export interface Identity {
  ref: string;
  attributes: Record<string, string>;
}

/** Region of all local ARNs. */
export const region = 'us-east-1';
/** Account of all local ARNs. */
export const account = '000000000000';

const noValue = Symbol('AWS::NoValue');

/** Replaces CloudFormation's functions in a template. */
export interface Resolver {
  /**
   * Returns the value with every intrinsic function replaced by its result. Throws for an unknown
   * function.
   */
  resolve(value: unknown): unknown;
  /** Returns whether a resource's condition holds. */
  holds(condition: string | undefined): boolean;
}

interface ResolverOptions {
  stackName: string;
  /** Names a resource from its resolved properties. */
  identify: (logicalId: string, resource: RawResource) => Identity;
}

const pseudoParameters = (stackName: string): Record<string, unknown> => ({
  'AWS::Region': region,
  'AWS::AccountId': account,
  'AWS::Partition': 'aws',
  'AWS::StackName': stackName,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local`,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::NoValue': noValue,
});

/**
 * CloudFormation's functions over one template. `identify` is called once for each resource, when
 * it is first referred to, so the order of resources does not matter.
 */
export function createResolver(template: RawTemplate, options: ResolverOptions): Resolver {
  return new TemplateResolver(template, options);
}

class TemplateResolver implements Resolver {
  readonly template: RawTemplate;
  readonly #identify: ResolverOptions['identify'];
  readonly #pseudo: Record<string, unknown>;
  readonly #identities = new Map<string, Identity>();

  constructor(template: RawTemplate, { stackName, identify }: ResolverOptions) {
    this.template = template;
    this.#identify = identify;
    this.#pseudo = pseudoParameters(stackName);
  }

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item)).filter((item) => item !== noValue);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[name, argument] = ['', undefined]] = entries;
    const known = entries.length === 1 ? intrinsicFunctions[name] : undefined;
    if (known) return known(this, argument);
    if (name.startsWith('Fn::')) throw new Error(`template: ${name} is not known locally`);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, this.resolve(item)] as const).filter(([, item]) => item !== noValue),
    );
  }

  holds(condition: string | undefined): boolean {
    return condition === undefined || this.resolve(this.template.Conditions?.[condition]) === true;
  }

  /** `Ref`: a pseudo parameter, a parameter or a resource. */
  ref(name: string): unknown {
    if (Object.hasOwn(this.#pseudo, name)) return this.#pseudo[name];
    const parameter = this.template.Parameters?.[name];
    if (parameter) return parameter.Default ?? '';
    const found = this.#identityOf(name);
    if (!found) throw new Error(`template: nothing is called ${name}`);
    return found.ref;
  }

  /** `Fn::GetAtt`. */
  attribute(path: unknown): string {
    const parts = typeof path === 'string' ? path.split('.') : (path as string[]); // the two shapes of Fn::GetAtt
    const [logicalId = '', ...name] = parts;
    const value = this.#identityOf(logicalId)?.attributes[name.join('.')];
    if (value !== undefined) return value;
    const type = this.template.Resources[logicalId]?.Type ?? logicalId;
    throw new Error(`template: ${type} has no ${name.join('.')} locally`);
  }

  /** `Fn::Sub`. */
  substitute(argument: unknown): string {
    const [text, own] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(own, name)) return String(this.resolve(own[name]));
      return String(name.includes('.') ? this.attribute(name) : this.ref(name));
    });
  }

  #identityOf(logicalId: string): Identity | undefined {
    const resource = this.template.Resources[logicalId];
    const known = this.#identities.get(logicalId) ?? (resource && this.#identify(logicalId, resource));
    if (known) this.#identities.set(logicalId, known);
    return known;
  }
}

/** The functions, each given its argument unresolved. */
const intrinsicFunctions: Record<string, (resolver: TemplateResolver, argument: unknown) => unknown> = {
  Ref: (resolver, name) => resolver.ref(String(name)),
  Condition: (resolver, name) => resolver.holds(String(name)),
  'Fn::GetAtt': (resolver, path) => resolver.attribute(path),
  'Fn::Sub': (resolver, argument) => resolver.substitute(argument),
  'Fn::Join': (resolver, argument) => {
    const [separator, parts] = resolver.resolve(argument) as [string, unknown[]];
    return parts.map(String).join(separator);
  },
  'Fn::Select': (resolver, argument) => {
    const [index, list] = resolver.resolve(argument) as [number | string, unknown[]];
    return list[Number(index)];
  },
  'Fn::Split': (resolver, argument) => {
    const [separator, text] = resolver.resolve(argument) as [string, string];
    return text.split(separator);
  },
  'Fn::If': (resolver, argument) => {
    const [condition, then, otherwise] = argument as [string, unknown, unknown];
    return resolver.resolve(resolver.holds(condition) ? then : otherwise);
  },
  'Fn::Equals': (resolver, argument) => {
    const [left, right] = resolver.resolve(argument) as [unknown, unknown];
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::Not': (resolver, argument) => !(resolver.resolve(argument) as [boolean])[0],
  'Fn::And': (resolver, argument) => (resolver.resolve(argument) as boolean[]).every(Boolean),
  'Fn::Or': (resolver, argument) => (resolver.resolve(argument) as boolean[]).some(Boolean),
  'Fn::FindInMap': (resolver, argument) => {
    const [map, top, second] = resolver.resolve(argument) as [string, string, string];
    return resolver.resolve(resolver.template.Mappings?.[map]?.[top]?.[second]);
  },
  'Fn::GetAZs': () => [`${region}a`, `${region}b`],
  'Fn::Base64': (resolver, argument) => Buffer.from(String(resolver.resolve(argument))).toString('base64'),
  'Fn::ToJsonString': (resolver, argument) => JSON.stringify(resolver.resolve(argument)),
};
