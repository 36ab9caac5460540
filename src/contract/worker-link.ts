// What a worker of `serve --workers` and its primary say to each other. Types only; sent over the channel that the operating
// system gives the two processes, with structured clones.
import type { EntityChange, SyncEvent } from './events.ts';
import type { SourceSnapshot } from './source-stats.ts';
import type { DeadLetter, DeliveryCount, KeptFilter } from './webhooks.ts';

/** The calls of the log and of the dead letters, which the primary keeps for all. */
export interface StateCalls {
  append(changes: readonly EntityChange[]): Promise<readonly SyncEvent[]>;
  read(cursor: string | undefined, limit: number): Promise<readonly SyncEvent[]>;
  tail(): Promise<string>;
  keep(letter: Omit<DeadLetter, 'id' | 'receivedAt' | 'replayedAt'>): Promise<void>;
  list(filter: KeptFilter, limit: number, replayed?: boolean): Promise<readonly DeadLetter[]>;
  markReplayed(id: string): Promise<void>;
}

/** What one worker has counted. */
export interface WorkerFigures {
  readonly sources: ReadonlyMap<string, SourceSnapshot>;
  readonly deliveries: readonly DeliveryCount[];
  /** Places of its subscribers in the log. */
  readonly positions: readonly number[];
}

export type WorkerMessage =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'call'; readonly id: number; readonly name: keyof StateCalls; readonly args: readonly unknown[] }
  | { readonly kind: 'wake' }
  | ({ readonly kind: 'stats' } & WorkerFigures);

export type PrimaryMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | {
      readonly kind: 'refusal';
      readonly id: number;
      readonly code: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'wake' }
  | ({ readonly kind: 'stats'; readonly worker: number } & WorkerFigures)
  | { readonly kind: 'gone'; readonly worker: number };

/** The worker's end. */
export interface WorkerLink {
  send(message: WorkerMessage): void;
  /** Returns what stops it. */
  listen(listener: (message: PrimaryMessage) => void): () => void;
}
