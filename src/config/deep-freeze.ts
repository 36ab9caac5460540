// Makes a plain value immutable all the way down; used for the configuration, which every room shares.

/** Freezes and returns the same value. Shared parts are visited once. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
