// The table of faults → docs/errors.md.
import { FAULT_CODES, FAULT_TABLE, type FaultCode } from '../src/faults/fault-table.ts';

const FAMILIES: readonly (readonly [prefix: string, title: string, about: string])[] = [
  ['HUB_CONFIG_', 'Configuration', 'Reported when the hub starts or reloads; the command exits with 1.'],
  ['HUB_IMPORT_', 'Import', 'Reported when the description of a source is read; the command exits with 1.'],
  ['HUB_COMPOSE_', 'Composition', 'Reported when the sources are joined into one graph; the command exits with 1.'],
  ['HUB_REQUEST_', 'Requests', 'What a client sent, or how long it took.'],
  ['HUB_AUTH_', 'Callers', 'Who calls, and what they may do.'],
  [
    'HUB_UPSTREAM_',
    'Sources',
    'A source failed. Only the fields it answers are null; the rest of the answer is whole.',
  ],
  ['HUB_CAPACITY_', 'Capacity', 'The hub protects itself and its sources.'],
  ['HUB_EVENT_', 'Events', 'Cursors of the event log.'],
  ['HUB_INTERNAL', 'The hub itself', 'A mistake in the hub.'],
];

/** Ends with a newline. Throws where a code belongs to no family, so that none is left out. */
export function errorsDocument(): string {
  const homeless = FAULT_CODES.filter((code) => !FAMILIES.some(([prefix]) => code.startsWith(prefix)));
  if (homeless.length > 0) throw new Error(`no family for ${homeless.join(', ')}`);
  return `${[HEADER, ...FAMILIES.map(family)].join('\n\n')}\n`;
}

const HEADER = `<!-- Generated from src/faults/fault-table.ts by \`npm run generate\`. -->

# Errors

Every error of the hub has a code, in \`extensions.code\` of a GraphQL error and in the logs. Codes stay; messages may
change, so decide by the code.

- **HTTP status**: of a response that consists of nothing but this error. A partial answer is 200.
- **Close code**: of a websocket that ends because of this error.
- **Again**: whether the same call may succeed when it is made again.
- **Message**: \`own\` means that callers read the error's own message; \`masked\` means that they read the sentence
  below and the details stay in the logs of the hub.

\`extensions\` also carries, where they are known: \`source\` (name of the source), \`upstreamStatus\` (HTTP status of its
answer), \`upstreamCode\` and \`upstreamDetail\` (its own fault), \`retryAfterMs\`.`;

function family([prefix, title, about]: (typeof FAMILIES)[number]): string {
  return [`## ${title}`, about, ...FAULT_CODES.filter((code) => code.startsWith(prefix)).map(entry)].join('\n\n');
}

function entry(code: FaultCode): string {
  const { httpStatus, closeCode, retryable, exposure, message, remedy } = FAULT_TABLE[code];
  return [
    `### ${code}`,
    `${message} ${remedy}`,
    [
      '| HTTP status | Close code | Again | Message |',
      '|---|---|---|---|',
      `| ${httpStatus} | ${closeCode} | ${retryable ? 'yes' : 'no'} | ${exposure === 'public' ? 'own' : 'masked'} |`,
    ].join('\n'),
  ].join('\n\n');
}
