// The warehouse's stock while it runs: levels by sku, and reservations that lower what is available.
import type { Stock } from '../data.ts';

export type StockStatus = 'IN_STOCK' | 'LOW' | 'OUT_OF_STOCK';

/** As the WSDL's StockLevel, in the order of its elements. */
export interface StockLevel {
  readonly sku: string;
  readonly onHand: number;
  readonly available: number;
  readonly status: StockStatus;
  readonly unitCost: string;
  readonly nextDelivery?: string;
  readonly location: { readonly aisle: string; readonly bin: string };
}

export interface Reservation {
  readonly reservationId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly expiresAt: string;
}

export interface OutOfStock {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

export type Reserved = { readonly reservation: Reservation } | { readonly outOfStock: OutOfStock };

export interface Shelves {
  /** Undefined where the sku is unknown. */
  level(sku: string): StockLevel | undefined;
  /** Of an unknown sku nothing is available. */
  reserve(sku: string, quantity: number): Reserved;
}

const HOLD_MS = 15 * 60_000;
const LOW_BELOW = 20;

export function createShelves(stock: readonly Stock[], now: () => number = Date.now): Shelves {
  const bySku = new Map(stock.map((entry) => [entry.sku, entry]));
  /** Reservations that may still count, by sku. */
  const held = new Map<string, Reservation[]>();
  let next = 1;

  const availableOf = (entry: Stock): number => {
    const current = (held.get(entry.sku) ?? []).filter(({ expiresAt }) => Date.parse(expiresAt) > now());
    held.set(entry.sku, current);
    const pieces = current.reduce((sum, reservation) => sum + reservation.quantity, 0);
    return Math.max(0, entry.onHand - entry.reserved - pieces);
  };

  const level = (sku: string): StockLevel | undefined => {
    const entry = bySku.get(sku);
    if (entry === undefined) return undefined;
    const available = availableOf(entry);
    return {
      sku,
      onHand: entry.onHand,
      available,
      status: available === 0 ? 'OUT_OF_STOCK' : available < LOW_BELOW ? 'LOW' : 'IN_STOCK',
      unitCost: entry.unitCost,
      ...(entry.nextDelivery === undefined ? {} : { nextDelivery: entry.nextDelivery }),
      location: entry.location,
    };
  };

  const reserve = (sku: string, quantity: number): Reserved => {
    const entry = bySku.get(sku);
    const available = entry === undefined ? 0 : availableOf(entry);
    if (quantity > available) return { outOfStock: { sku, requested: quantity, available } };
    const reservation: Reservation = {
      reservationId: `R-${String(next).padStart(6, '0')}`,
      sku,
      quantity,
      expiresAt: new Date(now() + HOLD_MS).toISOString(),
    };
    next += 1;
    held.set(sku, [...(held.get(sku) ?? []), reservation]);
    return { reservation };
  };

  return { level, reserve };
}
