// The one error class of the hub. Everything that can go wrong on purpose is thrown as a HubFault with a code of the table.
import { FAULT_TABLE, type FaultCode, type FaultRule } from './fault-table.ts';

/** Facts about a fault that callers may see in `extensions`. Never put credentials, bodies or full URLs here. */
export interface FaultDetails {
  /** Name of the source that failed. */
  readonly source?: string;
  /** HTTP status of the upstream's answer. */
  readonly upstreamStatus?: number;
  /** When the upstream asks to be called again, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** The upstream's own fault: SOAP fault code, problem type, GraphQL code. */
  readonly upstreamCode?: string;
  /** A safe excerpt or typed detail of the upstream's own fault. */
  readonly upstreamDetail?: unknown;
  /** File, line and column of the input that is wrong. */
  readonly at?: string;
  readonly [key: string]: unknown;
}

export interface FaultOptions {
  readonly details?: FaultDetails;
  readonly cause?: unknown;
}

export class HubFault extends Error {
  override readonly name = 'HubFault';
  readonly code: FaultCode;
  readonly details: FaultDetails;

  /** @param message for the logs, and for callers where the table says the code is public. */
  constructor(code: FaultCode, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get rule(): FaultRule {
    return FAULT_TABLE[this.code];
  }

  get retryable(): boolean {
    return this.rule.retryable;
  }

  /** What a caller may read: the fault's own message where the code is public, else the table's sentence. */
  get publicMessage(): string {
    if (this.rule.exposure === 'public') return this.message;
    const source = this.details.source;
    return source === undefined ? this.rule.message : this.rule.message.replace('The source', `The source "${source}"`);
  }

  /** The same fault with further details; the receiver is unchanged. */
  with(details: FaultDetails): HubFault {
    const fault = new HubFault(this.code, this.message, {
      details: { ...this.details, ...details },
      cause: this.cause,
    });
    if (this.stack !== undefined) fault.stack = this.stack;
    return fault;
  }
}

/** Anything thrown, as a HubFault: what is none yet becomes HUB_INTERNAL with the original as its cause. */
export function toHubFault(thrown: unknown): HubFault {
  if (thrown instanceof HubFault) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HubFault('HUB_INTERNAL', message, { cause: thrown });
}
