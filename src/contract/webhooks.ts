// Webhooks in: what a sender delivers, what it is told, and what is kept of deliveries that became no event.

/** One HTTP request to /webhooks/<name>, its body as it came over the wire. */
export interface Delivery {
  /** Id of the request. */
  readonly requestId: string;
  /** Lower-case names; repeated headers are joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface DeliveryAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What became of a delivery; a label of metrics. */
export type DeliveryOutcome =
  | 'stored'
  | 'duplicate'
  /** The mapping made nothing of it. */
  | 'ignored'
  | 'challenge'
  | 'dead-letter'
  | 'bad-signature'
  | 'too-large'
  | 'wrong-type'
  | 'unknown-name'
  | 'unavailable'
  | 'failed';

export interface DeliveryCount {
  readonly webhook: string;
  readonly outcome: DeliveryOutcome;
  readonly count: number;
}

/** Refused before its body is read; `unavailable` where the bodies of others take all the room. */
export type EarlyRefusal = 'too-large' | 'wrong-type' | 'unknown-name' | 'unavailable';

export interface WebhookIntake {
  /** Undefined where there is no webhook of that name. */
  limitsOf(name: string): { readonly maxBodyBytes: number } | undefined;
  refuse(name: string, why: EarlyRefusal): DeliveryAnswer;
  /** Never rejects. A 2xx says that what it became is stored. */
  receive(name: string, delivery: Delivery): Promise<DeliveryAnswer>;
}

/** A delivery that was genuine, and stored, but could not be made into events. */
export interface DeadLetter {
  readonly id: string;
  /** Its name; of an item of a feed, `feed:<name>`. */
  readonly webhook: string;
  readonly source: string;
  readonly deliveryId?: string;
  readonly reason: string;
  /** Without credentials and signatures. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** ISO 8601; set once it was made into events after all. */
  readonly replayedAt?: string;
}

/** Which of them; all where nothing is said. */
export interface KeptFilter {
  readonly id?: string | undefined;
  readonly source?: string | undefined;
  /** The hub learned of it at or after, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface DeadLetters {
  /** A delivery with an id is kept once per webhook. Rejects with HUB_EVENT_STORE_UNAVAILABLE. */
  keep(letter: Omit<DeadLetter, 'id' | 'receivedAt' | 'replayedAt'>): Promise<void>;
  /** Oldest first; those that were replayed are left out unless `replayed`. */
  list(filter: KeptFilter, limit: number, replayed?: boolean): Promise<readonly DeadLetter[]>;
  markReplayed(id: string): Promise<void>;
}
