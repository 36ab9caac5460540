// The shop's and the warehouse's data, made from a seed: both servers start from it and agree on every sku.
import { CATEGORIES } from './data/catalogue.ts';
import { CITIES, FIRST_NAMES, LAST_NAMES } from './data/people.ts';
import { createRandom, type Random } from './data/random.ts';
import { createReviews, type Review } from './data/reviews.ts';

export const ORDER_STATUSES = ['PLACED', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const CUSTOMER_TIERS = ['STANDARD', 'SILVER', 'GOLD', 'PLATINUM'] as const;
export type CustomerTier = (typeof CUSTOMER_TIERS)[number];

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly tier: CustomerTier;
  /** ISO 8601 date. */
  readonly since: string;
}

export interface Product {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly description: string;
  /** In euros, with cents. */
  readonly price: number;
  readonly reviews: readonly Review[];
}

export interface OrderItem {
  readonly productId: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  /** ISO 8601, UTC. */
  readonly placedAt: string;
  readonly items: readonly OrderItem[];
  readonly total: number;
  readonly note?: string;
}

export interface Stock {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly location: { readonly aisle: string; readonly bin: string };
  /** ISO 8601 date; absent where nothing is on its way. */
  readonly nextDelivery?: string;
  /** A decimal as text, so that no cent is lost: `"12.40"`. */
  readonly unitCost: string;
}

export interface StorefrontData {
  readonly customers: readonly Customer[];
  readonly products: readonly Product[];
  /** Newest first. */
  readonly orders: readonly Order[];
  readonly stock: readonly Stock[];
}

export const DEFAULT_SEED = 20_260_701;
/** The example's "now": fixed, so that two starts show the same. */
const TODAY = Date.UTC(2026, 6, 1, 9, 0, 0);
const DAY_MS = 86_400_000;

/** The same seed gives the same data: 200 customers, 300 products with their stock, 1,000 orders. */
export function createStorefrontData(seed: number = DEFAULT_SEED): StorefrontData {
  const random = createRandom(seed);
  const customers = createCustomers(random, 200);
  const products = createProducts(random);
  const orders = createOrders(random, customers, products, 1_000);
  const stock = products.map((product) => createStock(random, product));
  return { customers, products, orders, stock };
}

/** Sum of the items, rounded to cents. */
export function totalOf(items: readonly OrderItem[]): number {
  return Math.round(items.reduce((sum, item) => sum + item.quantity * item.unitPrice * 100, 0)) / 100;
}

function createCustomers(random: Random, count: number): Customer[] {
  const names = new Set<string>();
  while (names.size < count) names.add(`${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`);
  return [...names].map((name, index) => {
    const local = name.toLowerCase().replaceAll(' ', '.');
    // Shops differ in the domains of their customers; example.com and its kin are reserved for this (RFC 2606).
    const domain = random.pick(['example.com', 'mail.example.com', 'post.example.com']);
    return {
      id: `C-${1_001 + index}`,
      name,
      email: `${local}@${domain}`,
      ...random.pick(CITIES),
      tier: random.pick(['STANDARD', 'STANDARD', 'STANDARD', 'STANDARD', 'SILVER', 'SILVER', 'GOLD', 'PLATINUM']),
      since: isoDate(TODAY - random.between(30, 2_400) * DAY_MS),
    };
  });
}

function createProducts(random: Random): Product[] {
  const products: Product[] = [];
  for (const category of CATEGORIES) {
    for (const [kindIndex, kind] of category.kinds.entries()) {
      for (const [brandIndex, brand] of category.brands.entries()) {
        const [low, high] = kind.price;
        const quality = 1.2 + 3.6 * Math.sqrt(random.next());
        products.push({
          id: `P-${1_001 + products.length}`,
          sku: `${category.code}-${kindIndex + 1}${String(brandIndex + 1).padStart(2, '0')}`,
          name: `${brand} ${kind.noun}`,
          category: category.name,
          description: `${kind.about} ${random.pick(category.promises)}`,
          price: random.between(low, high) + random.pick([-0.05, -0.01, -0.1, 0, 0.5]),
          reviews: createReviews(random, category, kind, brand, quality),
        });
      }
    }
  }
  return products;
}

function createOrders(
  random: Random,
  customers: readonly Customer[],
  products: readonly Product[],
  count: number,
): Order[] {
  const orders: Order[] = [];
  let at = TODAY;
  for (let index = 0; index < count; index += 1) {
    at -= random.between(2, 540) * 60_000 + random.between(0, 59) * 1_000;
    const items = random.sample(products, random.pick([1, 1, 2, 2, 3, 4])).map((product) => ({
      productId: product.id,
      quantity: random.pick([1, 1, 1, 2, 2, 3]),
      unitPrice: product.price,
    }));
    orders.push({
      id: `O-${10_000 + count - index}`,
      customerId: random.pick(customers).id,
      status: statusAfter(random, (TODAY - at) / DAY_MS),
      placedAt: new Date(at).toISOString(),
      items,
      total: totalOf(items),
    });
  }
  return orders;
}

/** Old orders have arrived, new ones are on their way, a few were called off. */
function statusAfter(random: Random, days: number): OrderStatus {
  if (random.chance(0.06)) return 'CANCELLED';
  if (days > 10) return 'DELIVERED';
  if (days > 3) return random.pick(['SHIPPED', 'SHIPPED', 'DELIVERED']);
  return random.pick(['PLACED', 'PAID', 'PAID', 'SHIPPED']);
}

function createStock(random: Random, product: Product): Stock {
  const onHand = random.chance(0.08) ? 0 : random.between(1, 240);
  const low = onHand < 20;
  const coming = low ? random.chance(0.85) : random.chance(0.3);
  return {
    sku: product.sku,
    onHand,
    reserved: Math.min(onHand, random.between(0, 12)),
    location: {
      aisle: `${random.pick(['A', 'B', 'C', 'D', 'E', 'F'])}${random.between(1, 24)}`,
      bin: String(random.between(1, 60)).padStart(3, '0'),
    },
    ...(coming ? { nextDelivery: isoDate(TODAY + random.between(1, 40) * DAY_MS) } : {}),
    unitCost: (product.price * (0.35 + random.next() * 0.3)).toFixed(2),
  };
}

const isoDate = (at: number): string => new Date(at).toISOString().slice(0, 10);
