// What the shop sells: the categories, each with its kinds of product and what buyers say about them.
import { HOME_CATEGORIES } from './catalogue-home.ts';
import { OUTDOOR_CATEGORIES } from './catalogue-outdoors.ts';

export interface ProductKind {
  readonly noun: string;
  /** How a sentence calls one of it, where that is not the noun in small letters: "pair of earbuds". */
  readonly called?: string;
  /** Cheapest and dearest, in whole euros. */
  readonly price: readonly [number, number];
  readonly about: string;
  readonly good: string;
  readonly bad: string;
}

export interface Category {
  /** Value of the enum `category` in the API. */
  readonly name: string;
  /** First part of the sku. */
  readonly code: string;
  readonly brands: readonly string[];
  /** Sentences of the description that fit any product of the category. */
  readonly promises: readonly string[];
  readonly good: readonly string[];
  readonly bad: readonly string[];
  readonly kinds: readonly ProductKind[];
}

/** Ten categories of six kinds and five brands: 300 products. */
export const CATEGORIES: readonly Category[] = [...HOME_CATEGORIES, ...OUTDOOR_CATEGORIES];
