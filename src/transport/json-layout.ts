// What the hub and assembly/json-text.ts tell each other by number. The compilers of both read this, so: nothing but numbers.

/** Numbers of a value in the table: where its text begins and ends, and the place after all that is in it. */
export const START = 0;
export const END = 1;
export const NEXT = 2;
/** Numbers that a value takes in the table: the first value in an object (a key) or a list is so much after it. */
export const SIZE = 3;

/** Place of a value that is not there. */
export const NOWHERE = -1;

/** Deeper nesting would overflow the stack of whoever walks the value, for example to write it out again. */
export const MAX_DEPTH = 512;

/** Numbers of a node: what it is, whether null is an error, the text that goes before the value. */
export const KIND = 0;
export const REQUIRED = 1;
export const BEFORE = 2;
export const BEFORE_LENGTH = 3;
/** The node of an item; how many names an object has; what a hole is for. */
export const OF = 4;
/** Of an object: its names, the number of its fields, and those. */
export const NAMES = 5;
export const FIELD_COUNT = 6;
export const FIELDS = 7;

/** Numbers of a name: where it is, its length, and the place of what was found. */
export const NAME_LENGTH = 1;
export const FOUND = 2;
export const NAME_SIZE = 3;

/** Numbers of a field: which of the names it is read from (NOWHERE for none), and its node. */
export const FIELD_NODE = 1;
export const FIELD_SIZE = 2;

/** Kinds of nodes. What stands between `WORD` and `STUB` is copied where JSON.stringify would write it so, and a hole else. */
export const LIST = 0;
export const OBJECT = 1;
/** Nothing but the text before it. */
export const WORD = 2;
export const TEXT = 3;
export const ID = 4;
export const INT = 5;
export const FLOAT = 6;
export const BOOLEAN = 7;
/** Always a hole, but for null. */
export const OTHER = 8;
/** Always a hole. */
export const STUB = 9;

/** Numbers of a hole: the output before it, what it is for, the place of its value. */
export const HOLE_FOR = 1;
export const HOLE_PLACE = 2;
export const HOLE_SIZE = 3;

/** What writing comes to. */
export const WRITTEN = 0;
export const EXCEPTIONAL_VALUE = 1;
export const NO_ROOM = 2;
