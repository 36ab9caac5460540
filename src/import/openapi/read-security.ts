// Security schemes and requirements of a document, in one shape for all versions. Called by `readModel`.
import type { ApiOperation, ApiSecurityScheme } from './document-model.ts';
import { isObject, property } from './parse-document.ts';
import { textOf } from './read-schema.ts';
import type { OpenApiVersion } from './recognise-version.ts';
import type { References } from './references.ts';

export function readSecuritySchemes(
  references: References,
  version: OpenApiVersion,
): ReadonlyMap<string, ApiSecurityScheme> {
  const { root, child } = references;
  const schemes =
    version === '2.0' ? child(root, 'securityDefinitions') : child(child(root, 'components'), 'securitySchemes');
  return new Map(
    references.entries(schemes).map(([name, written]): [string, ApiSecurityScheme] => {
      const { value } = references.follow(written);
      const type = property(value, 'type');
      const where = property(value, 'in');
      return [
        name,
        {
          name,
          // In 2.0, `basic` is a type of its own.
          type: type === 'basic' ? 'http' : isSchemeType(type) ? type : 'unknown',
          in: where === 'header' || where === 'query' || where === 'cookie' ? where : undefined,
          parameter: type === 'apiKey' ? textOf(property(value, 'name')) : undefined,
          scheme: type === 'basic' ? 'basic' : textOf(property(value, 'scheme'))?.toLowerCase(),
        },
      ];
    }),
  );
}

/** The operation's own requirements, else the document's; none where neither says anything. */
export function readSecurity(operation: unknown, document: unknown): ApiOperation['security'] {
  const requirements = property(operation, 'security') ?? property(document, 'security');
  if (!Array.isArray(requirements)) return [];
  const known = read.get(requirements);
  if (known !== undefined) return known;
  const made = requirements.filter(isObject).map((one) => Object.keys(one));
  read.set(requirements, made);
  return made;
}

/** Operations without requirements of their own have one list in common. */
const read = new WeakMap<object, ApiOperation['security']>();

function isSchemeType(type: unknown): type is ApiSecurityScheme['type'] {
  return ['apiKey', 'http', 'oauth2', 'openIdConnect', 'mutualTLS'].includes(String(type));
}
