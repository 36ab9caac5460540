// Who may see which field: made by auth from the supergraph, asked by the engine before it plans and runs.
import type { DocumentNode } from 'graphql';
import type { HubFault } from '../faults/hub-fault.ts';
import type { Variables } from './fetch.ts';
import type { Principal } from './principal.ts';

export interface FieldPolicy {
  /** Undefined where the operation touches nothing that is protected. */
  compile(document: DocumentNode, operationName: string | undefined): OperationPolicy | undefined;
  /**
   * Whether the principal may read the field at the end of the path, and with an empty path: objects of the type at all.
   * False for what the public graph does not have.
   */
  readonly mayRead: (principal: Principal, typeName: string, path: readonly string[]) => boolean;
}

export interface OperationPolicy {
  /** Undefined where this principal may have all of it. */
  check(principal: Principal, variables: Variables): Denials | undefined;
  /** The document without what is denied: still valid, never empty. */
  reduce(denials: Denials): DocumentNode;
}

export interface Denials {
  /** The same denials give the same key, so that what is planned for one caller serves the next. */
  readonly key: string;
  readonly fields: readonly Denial[];
}

export interface Denial {
  /** Response keys from the root, without list indices. */
  readonly responsePath: readonly string[];
  /** Type on which the field was selected. */
  readonly typeName: string;
  readonly fieldName: string;
  readonly fault: HubFault;
}
