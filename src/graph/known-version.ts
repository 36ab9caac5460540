// The version of Federation that an SDL links, as the composition library knows it. Called before composition.
import { Kind, visit, type DocumentNode } from 'graphql';

/** The newest that the library knows. */
const NEWEST_MINOR = 9;
const FEDERATION = /^https:\/\/specs\.apollo\.dev\/federation\/v2\.(\d+)$/;

/**
 * Later versions only add directives, and subgraph libraries link the version that they were made for, whatever is used
 * of it: a later one is read as the newest known. What it adds and the SDL uses is still refused, by its name.
 */
export function linkKnownVersion(sdl: DocumentNode): DocumentNode {
  return visit(sdl, {
    Directive(directive) {
      if (directive.name.value !== 'link') return false;
      return {
        ...directive,
        arguments: (directive.arguments ?? []).map((argument) => {
          const minor = argument.value.kind === Kind.STRING ? FEDERATION.exec(argument.value.value)?.[1] : undefined;
          if (argument.name.value !== 'url' || minor === undefined || Number(minor) <= NEWEST_MINOR) return argument;
          return {
            ...argument,
            value: { kind: Kind.STRING, value: `https://specs.apollo.dev/federation/v2.${NEWEST_MINOR}` },
          };
        }),
      };
    },
  });
}
