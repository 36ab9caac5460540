// The one table of fault codes: what a code means outward. HubFault reads it; `docs/errors.md` is generated from it.

/** Who may read a fault's own message: everyone, or only the logs (callers get the table's sentence). */
export type Exposure = 'public' | 'masked';

export interface FaultRule {
  /** HTTP status of a response that consists of nothing but this fault. */
  readonly httpStatus: number;
  /** Close code of a websocket that ends because of this fault (4000 to 4999, as graphql-ws uses them). */
  readonly closeCode: number;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  readonly exposure: Exposure;
  /** The sentence callers see when the fault is masked; also the heading in the docs. */
  readonly message: string;
  /** What to do about it, for `docs/errors.md`. */
  readonly remedy: string;
}

const rule = (
  httpStatus: number,
  closeCode: number,
  retryable: boolean,
  exposure: Exposure,
  message: string,
  remedy: string,
): FaultRule => ({ httpStatus, closeCode, retryable, exposure, message, remedy });

export const FAULT_TABLE = {
  HUB_CONFIG_INVALID: rule(
    500,
    4500,
    false,
    'public',
    'The configuration is not valid.',
    'Mend the file, line and key that the message names.',
  ),
  HUB_CONFIG_VARIABLE_MISSING: rule(
    500,
    4500,
    false,
    'public',
    'An environment variable that the configuration uses is not set.',
    'Set the variable, or give it a default: ${NAME:-default}.',
  ),
  HUB_CONFIG_PORT_IN_USE: rule(
    500,
    4500,
    false,
    'public',
    'The port that the hub should listen on is taken.',
    'Stop the other program, or choose another port with --port or server.port.',
  ),
  HUB_CONFIG_STATE_IN_USE: rule(
    500,
    4500,
    false,
    'public',
    'Another hub uses the embedded store.',
    'Stop the other hub, give this one a folder of its own, or let both use PostgreSQL: state.store.postgres.url.',
  ),
  HUB_IMPORT_UNREADABLE: rule(
    500,
    4500,
    false,
    'public',
    'The description of the upstream cannot be read.',
    'Check the path or address of the specification, and that it is the kind of document it is said to be.',
  ),
  HUB_IMPORT_INVALID: rule(
    500,
    4500,
    false,
    'public',
    'The description of the upstream is not valid.',
    'Mend the document at the place the message names, or exclude the operation.',
  ),
  HUB_IMPORT_REFERENCE: rule(
    500,
    4500,
    false,
    'public',
    'The description refers to something that is not there or may not be read.',
    'Add the missing part, or correct the reference.',
  ),
  HUB_IMPORT_TOO_LARGE: rule(
    500,
    4500,
    false,
    'public',
    'The description is larger or deeper than the hub accepts.',
    'Raise the limit if you trust the document.',
  ),
  HUB_COMPOSE_INVALID: rule(
    500,
    4500,
    false,
    'public',
    'The sources do not compose into one graph.',
    'The message names source, type and field: rename, share or hide one of them.',
  ),
  HUB_COMPOSE_SDL: rule(
    500,
    4500,
    false,
    'public',
    'A schema file is not valid.',
    'Mend the file and line that the message names.',
  ),
  HUB_REQUEST_MALFORMED: rule(
    400,
    4400,
    false,
    'public',
    'The request is not a GraphQL request.',
    'Send JSON with a `query` string.',
  ),
  HUB_REQUEST_INVALID: rule(
    400,
    4400,
    false,
    'public',
    'The operation does not fit the schema.',
    'Compare the query with the schema in GraphiQL.',
  ),
  HUB_REQUEST_TOO_DEEP: rule(
    400,
    4400,
    false,
    'public',
    'The operation is nested too deeply.',
    'Ask for less in one operation, or raise limits.maxDepth.',
  ),
  HUB_REQUEST_TOO_MANY_ALIASES: rule(
    400,
    4400,
    false,
    'public',
    'The operation uses too many aliases.',
    'Ask for less in one operation, or raise limits.maxAliases.',
  ),
  HUB_REQUEST_TOO_LARGE: rule(
    400,
    4400,
    false,
    'public',
    'The operation has too many tokens.',
    'Shorten the query, or raise limits.maxTokens.',
  ),
  HUB_REQUEST_TOO_COMPLEX: rule(
    400,
    4400,
    false,
    'public',
    'The operation would cost too much.',
    'Ask for fewer items or fields, or raise limits.maxComplexity.',
  ),
  HUB_REQUEST_TIMEOUT: rule(
    504,
    4504,
    true,
    'public',
    'The request took longer than its deadline.',
    'Ask for less, or raise server.requestTimeoutMs.',
  ),
  HUB_REQUEST_ABORTED: rule(
    499,
    4499,
    true,
    'public',
    'The caller went away before the answer was ready.',
    'Nothing to do: the work was stopped.',
  ),
  HUB_AUTH_UNAUTHENTICATED: rule(
    401,
    4401,
    false,
    'public',
    'This needs a caller who is signed in.',
    'Send an API key or a bearer token.',
  ),
  HUB_AUTH_INVALID: rule(
    401,
    4401,
    false,
    'public',
    'The credential is not valid.',
    'Send a credential that has not expired and that this hub knows.',
  ),
  HUB_AUTH_FORBIDDEN: rule(
    403,
    4403,
    false,
    'public',
    'The caller may not do this.',
    'Ask for the scopes that the message names.',
  ),
  HUB_UPSTREAM_UNREACHABLE: rule(
    502,
    4502,
    true,
    'masked',
    'The source cannot be reached.',
    'See whether the upstream is up and the url is right; the hub tries again after the pause of its circuit breaker.',
  ),
  HUB_UPSTREAM_TIMEOUT: rule(
    504,
    4504,
    true,
    'masked',
    'The source did not answer in time.',
    'Raise the timeoutMs of the source, or ask it for less.',
  ),
  HUB_UPSTREAM_REJECTED: rule(
    502,
    4502,
    false,
    'masked',
    'The source refused the call.',
    'The upstream status is in extensions: check arguments and credentials.',
  ),
  HUB_UPSTREAM_FAILED: rule(
    502,
    4502,
    true,
    'masked',
    'The source failed.',
    'The upstream status is in extensions; its own logs know more.',
  ),
  HUB_UPSTREAM_RATE_LIMITED: rule(
    503,
    4503,
    true,
    'masked',
    'The source limits how often it may be called.',
    'Slow down, cache, or ask the provider for more.',
  ),
  HUB_UPSTREAM_MALFORMED: rule(
    502,
    4502,
    false,
    'masked',
    'The source answered with something that cannot be used.',
    'Compare the answer with the description of the source.',
  ),
  HUB_UPSTREAM_TOO_LARGE: rule(
    502,
    4502,
    false,
    'masked',
    'The answer of the source is larger than allowed.',
    'Ask for less, or raise the maxResponseBytes of the source.',
  ),
  HUB_UPSTREAM_FAULT: rule(
    502,
    4502,
    false,
    'public',
    'The source answered with a fault of its own.',
    'Code and detail of the fault are in extensions.',
  ),
  HUB_CAPACITY_EXCEEDED: rule(
    503,
    4503,
    true,
    'public',
    'The hub has too much to do.',
    'Try again later, or raise the concurrency of the source.',
  ),
  HUB_EVENT_CURSOR_INVALID: rule(
    400,
    4400,
    false,
    'public',
    'The cursor is not one of this log.',
    'Use a cursor that an event carried, or leave `after` away.',
  ),
  HUB_EVENT_GAP: rule(
    410,
    4410,
    false,
    'public',
    'The log no longer holds what came after this cursor.',
    'Read the present state with a query, then go on after the cursor in `extensions.resumeAfter`.',
  ),
  HUB_EVENT_UNREAD: rule(
    408,
    4408,
    true,
    'public',
    'The client does not read what is sent to it.',
    'Read events as they come, or ask for fewer; connect again and go on from the last cursor with `after`.',
  ),
  HUB_EVENT_STORE_UNAVAILABLE: rule(
    503,
    4503,
    true,
    'masked',
    'The event log cannot be reached at the moment.',
    'See whether the database of state.store is up and has room; queries are served meanwhile, and subscriptions go on when it is back.',
  ),
  HUB_EVENT_UNMAPPED: rule(
    422,
    4422,
    false,
    'public',
    'The delivery cannot be made into events.',
    'Correct webhooks.<name>.map, then run: manifold events replay.',
  ),
  HUB_INTERNAL: rule(
    500,
    4500,
    false,
    'masked',
    'Something went wrong inside the hub.',
    'The logs of the hub hold the cause under the request id.',
  ),
} as const satisfies Record<string, FaultRule>;

export type FaultCode = keyof typeof FAULT_TABLE;

export const FAULT_CODES = Object.keys(FAULT_TABLE) as readonly FaultCode[];
