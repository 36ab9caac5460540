// What @authenticated, @requiresScopes and @policy ask of a caller. Read from the supergraph by the guard index.
import { valueFromASTUntyped, type ConstDirectiveNode } from 'graphql';
import type { Principal } from '../contract/principal.ts';

/** `anyOf` is an OR of ANDs: one of its lists must be had whole. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes' | 'policies'; readonly anyOf: readonly (readonly string[])[] };

/** The requirements in a definition's directives, in their order. */
export function readRequirements(directives: readonly ConstDirectiveNode[] = []): readonly Requirement[] {
  return directives.flatMap((directive): Requirement[] => {
    switch (directive.name.value) {
      case 'authenticated':
        return [{ kind: 'authenticated' }];
      case 'requiresScopes':
        return [{ kind: 'scopes', anyOf: alternatives(directive, 'scopes') }];
      case 'policy':
        return [{ kind: 'policies', anyOf: alternatives(directive, 'policies') }];
      default:
        return [];
    }
  });
}

/** A single value stands for a list of one (GraphQL spec, section 3.11, input coercion). */
function alternatives(directive: ConstDirectiveNode, argumentName: string): readonly (readonly string[])[] {
  const argument = directive.arguments?.find(({ name }) => name.value === argumentName);
  const value: unknown = argument === undefined ? [] : valueFromASTUntyped(argument.value);
  return asList(value).map((names) => asList(names).map(String));
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

/** Names of policies are satisfied by the verified claim `policies` of a token, a list of strings. */
export function isSatisfied(requirement: Requirement, principal: Principal): boolean {
  switch (requirement.kind) {
    case 'authenticated':
      return principal.kind !== 'anonymous';
    case 'scopes':
      return requirement.anyOf.some((names) => names.every((name) => principal.scopes.has(name)));
    case 'policies': {
      const granted = Object.hasOwn(principal.claims, 'policies') ? principal.claims.policies : undefined;
      return requirement.anyOf.some((names) => names.every((name) => Array.isArray(granted) && granted.includes(name)));
    }
  }
}

/** `a caller who is signed in`, `the scopes "a" and "b", or the scope "c"`. */
export function describeRequirement(requirement: Requirement): string {
  if (requirement.kind === 'authenticated') return 'a caller who is signed in';
  const [one, many] = requirement.kind === 'scopes' ? ['scope', 'scopes'] : ['policy', 'policies'];
  const options = requirement.anyOf.map((names) => {
    const quoted = names.map((name) => `"${name}"`).join(' and ');
    return `the ${names.length === 1 ? one : many} ${quoted}`;
  });
  return options.length === 0 ? `a ${one} that nobody has` : options.join(', or ');
}
