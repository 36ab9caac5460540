// A fault → the problems it tells of, for commands that list them.
import type { HubFault } from '../faults/hub-fault.ts';

/** The lines of `details.problems`, where the fault has them; else its message, which may have several lines. */
export function problemsOf({ message, details: { problems } }: HubFault): readonly string[] {
  return Array.isArray(problems) ? problems.map(String) : [message];
}
