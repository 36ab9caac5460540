// Hands out GraphQL names for one SDL: legal, unique within their scope, and the same on every run.
import {
  camelName,
  createNameScope,
  enumValueName,
  pascalName,
  RESERVED_ROOT_FIELDS,
  RESERVED_TYPE_NAMES,
} from '../graphql-names.ts';

export interface SdlNames {
  /** Of two operations with one name, the second is named after its port type. */
  rootField(operation: string, portType: string): string;
  /** The name of the type that `owner` identifies; `fresh` the first time. Input and output are told apart by `suffix`. */
  type(owner: unknown, suggested: string, suffix: string): { readonly name: string; readonly fresh: boolean };
  /** Names of the fields, arguments or values of one definition. */
  scope(): MemberNames;
}

export interface MemberNames {
  field(raw: string): string;
  enumValue(value: string): string;
}

export function createSdlNames(typePrefix: string): SdlNames {
  const rootFields = createNameScope(RESERVED_ROOT_FIELDS);
  const typeNames = createNameScope(RESERVED_TYPE_NAMES);
  const types = new Map<string, Map<unknown, string>>();
  return {
    rootField(operation, portType) {
      const plain = camelName(operation);
      return rootFields.claim(rootFields.has(plain) ? camelName(`${portType} ${operation}`) : plain);
    },
    type(owner, suggested, suffix) {
      const named = types.get(suffix) ?? new Map<unknown, string>();
      types.set(suffix, named);
      const known = named.get(owner);
      if (known !== undefined) return { name: known, fresh: false };
      const base = pascalName(`${typePrefix}${pascalName(suggested)}`);
      const name = typeNames.claim(base.endsWith(suffix) ? base : `${base}${suffix}`);
      named.set(owner, name);
      return { name, fresh: true };
    },
    scope() {
      const taken = createNameScope();
      return {
        field: (raw) => taken.claim(camelName(raw)),
        enumValue: (value) => taken.claim(enumValueName(value)),
      };
    },
  };
}
