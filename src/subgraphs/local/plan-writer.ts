// The code of a plan for assembly/json-text.ts, put together node by node, what is in a node before it. Used by text-plan.ts.
import { NOWHERE } from '../../transport/json-layout.ts';
import type { Plan } from '../../transport/json-memory.ts';

/** @param before is written before the value */
interface NodeHead {
  readonly kind: number;
  readonly required: boolean;
  readonly before: string;
}

/** What the numbers are says json-layout.ts. Where nodes and names are is counted in bytes. */
export class PlanWriter {
  readonly #numbers: number[] = [];
  readonly #texts: Buffer[] = [];
  #textLength = 0;

  /** @param more the node of an item, or what a hole is for. @returns where the node is */
  node({ kind, required, before }: NodeHead, ...more: readonly number[]): number {
    return this.#add([kind, Number(required), ...this.#text(before), ...more]);
  }

  /** @param fields each by the index of a name (NOWHERE where it is read from no property) and its node */
  object(head: NodeHead, names: readonly string[], fields: readonly (readonly [number, number])[]): number {
    const at = this.#add(names.flatMap((name) => [...this.#text(name), NOWHERE]));
    return this.node(head, names.length, at, fields.length, ...fields.flat());
  }

  finish(root: number): Plan {
    const numbers = Buffer.from(Int32Array.from(this.#numbers).buffer);
    return { code: Buffer.concat([numbers, ...this.#texts]), texts: numbers.length, root };
  }

  #add(numbers: readonly number[]): number {
    return 4 * (this.#numbers.push(...numbers) - numbers.length);
  }

  #text(text: string): [at: number, length: number] {
    const bytes = Buffer.from(text);
    this.#texts.push(bytes);
    this.#textLength += bytes.length;
    return [this.#textLength - bytes.length, bytes.length];
  }
}
