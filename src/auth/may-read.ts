// A principal, a type and a path of fields → whether it may read what is there. Part of the field policy.
import { getNamedType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import type { FieldPolicy } from '../contract/field-policy.ts';
import type { GuardIndex } from './guard-index.ts';
import { isSatisfied } from './requirement.ts';

/** Each field on the way asks what it asks in an operation. `__typename` stands for the type alone. */
export function createMayRead(index: GuardIndex, schema: GraphQLSchema): FieldPolicy['mayRead'] {
  return (principal, typeName, path) => {
    let type = schema.getType(typeName);
    for (const name of ['__typename', ...path]) {
      if (!isObjectType(type) && !isInterfaceType(type)) return false;
      const field = type.getFields()[name];
      if (field === undefined && name !== '__typename') return false;
      const guard = index.guardOf(type, index.possible(type), name);
      if (guard?.requirements.every((requirement) => isSatisfied(requirement, principal)) === false) return false;
      if (field !== undefined) type = getNamedType(field.type);
    }
    return true;
  };
}
