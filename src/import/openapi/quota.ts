// How much a description may describe for its length. What is counted here costs far more than its text, so a document
// that consists of little else is refused before much is made of it; a real one says something of each thing.
import { HubFault } from '../../faults/hub-fault.ts';

/**
 * What each counts as, in characters of the description. Of 2,600 published descriptions, none that is longer than
 * `FREE` comes to more than two thirds of its length (Autotask, 3.4 MB), and the largest (Microsoft Graph, 20 and 47 MB,
 * without a space in them) to less than half.
 */
const WEIGHTS = {
  /** Operations and named schemas. */
  thing: 250,
  parameter: 70,
  /** Of objects; those that they inherit from one another count again. */
  field: 40,
  enumValue: 20,
} as const;

/** So much is allowed however short the description is: 10,000 operations, or 62,500 fields. */
const FREE = 2_500_000;

/** And so much for each character beyond. */
const SHARE = 0.6;

/** Takes so many of a kind, found at that place. Throws HUB_IMPORT_TOO_LARGE where it is too much in all. */
export type TakeQuota = (kind: keyof typeof WEIGHTS, count: number, at: string) => void;

/** @param size characters of the description. */
export function createQuota(size: number): TakeQuota {
  const most = FREE + Math.floor(SHARE * Math.max(0, size - FREE));
  const taken = { thing: 0, parameter: 0, field: 0, enumValue: 0 };
  let sum = 0;
  return (kind, count, at) => {
    taken[kind] += count;
    sum += count * WEIGHTS[kind];
    if (sum <= most) return;
    const { thing, parameter, field, enumValue } = taken;
    const counts = `${thing} operations and schemas, ${parameter} parameters, ${field} fields, ${enumValue} values of enums`;
    const rule = `they count as ${Object.values(WEIGHTS).join(', ')} characters each, and may come to ${most}`;
    const message = `the description is refused: with ${at.slice(0, 300)} it has ${counts}; ${rule}`;
    throw new HubFault('HUB_IMPORT_TOO_LARGE', message);
  };
}
