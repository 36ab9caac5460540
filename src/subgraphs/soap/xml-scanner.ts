// XML text in, one start tag, text or end tag after the other out, with namespaces resolved and without a tree.
// The decoders of SOAP answers stand on it. Answers are hostile until proven otherwise: a DOCTYPE is refused, entities
// are the five of XML, size and depth are limited, and end tags must fit.
import { XML, XSD, XSI } from '../../import/wsdl/namespaces.ts';
import { XmlError, type NamespaceScope } from '../../import/wsdl/xml-tree.ts';
import { decodeEntities } from './xml-entities.ts';

/** A qualified name as one scope understands it: the same object for the same name in the same scope. */
export interface ScannedName {
  readonly qname: string;
  readonly local: string;
  readonly uri: string;
  /** What the decoder that saw this name last found for it; it saves a search per element. */
  owner: object | undefined;
  found: unknown;
}

/** A child that came at this place the last time; `slot` is the owner's own. */
export interface Guess {
  readonly name: ScannedName;
  readonly scope: NamespaceScope;
  readonly slot: unknown;
}

interface ScanScope extends NamespaceScope {
  readonly names: Map<string, ScannedName>;
  /** Scopes of inner elements by the text of their declarations: records that all declare the same share one. */
  inner: Map<string, ScanScope> | undefined;
}

export interface ScanMark {
  readonly pos: number;
  readonly scope: ScanScope;
  readonly name: ScannedName;
  readonly selfClosing: boolean;
  readonly attributes: string[];
  readonly depth: number;
  readonly elements: number;
}

const MAX_DEPTH = 200;
const MAX_ELEMENTS = 1_000_000;
const MAX_ATTRIBUTES = 1_000;
const NAME = /^[\p{L}_][\p{L}\p{N}\p{M}_.·-]*(?::[\p{L}_][\p{L}\p{N}\p{M}_.·-]*)?$/u;
/** What some servers use without declaring it. Any other undeclared prefix stands for no namespace. */
const CONVENTIONAL: Readonly<Record<string, string>> = { xsi: XSI, xsd: XSD, xs: XSD };

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const EQUALS = 0x3d;
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;

/** All methods throw XmlError; none calls itself for nested elements, so nesting cannot exhaust the stack. */
export class XmlScanner {
  readonly text: string;
  pos = 0;
  /** In force after the last start tag; whoever reads children puts it back after each of them. */
  scope: ScanScope = scopeOf({ xml: XML }, undefined);
  /** Of the last start tag. */
  name: ScannedName = { qname: '', local: '', uri: '', owner: undefined, found: undefined };
  selfClosing = false;
  /** Qualified names and values, in turns; namespace declarations are not among them. */
  attributes: string[] = NONE;
  #depth = 0;
  #elements = 0;
  /** Most answers contain no reference at all: then no text needs a look. */
  readonly #plain: boolean;
  readonly #guesses = new Map<object, Guess[]>();

  constructor(text: string) {
    // XML 1.0, section 2.11: line ends are line feeds, before anything else is done.
    this.text = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
    this.#plain = !text.includes('&');
  }

  /** The place behind the last start tag; `reset` comes back to it. */
  mark(): ScanMark {
    const { pos, scope, name, selfClosing, attributes } = this;
    return { pos, scope, name, selfClosing, attributes, depth: this.#depth, elements: this.#elements };
  }

  reset(mark: ScanMark): void {
    this.pos = mark.pos;
    this.scope = mark.scope;
    this.name = mark.name;
    this.selfClosing = mark.selfClosing;
    this.attributes = mark.attributes;
    this.#depth = mark.depth;
    this.#elements = mark.elements;
  }

  /** Reads up to the start tag of the root and that too. */
  openRoot(): void {
    if (this.text.charCodeAt(0) === 0xfeff) this.pos = 1;
    if (!/\s*</y.test(this.text.slice(this.pos, this.pos + 1_000))) throw syntax('text before the root element');
    if (!this.nextChild('')) throw syntax('there is no root element');
  }

  /** After the root's end: nothing but comments may follow. */
  finish(): void {
    const { text } = this;
    for (let lt = text.indexOf('<', this.pos); ; lt = text.indexOf('<', this.pos)) {
      if (text.slice(this.pos, lt < 0 ? text.length : lt).trim() !== '') throw syntax('text after the root element');
      if (lt < 0) return;
      if (this.#skipAside(lt) !== undefined) throw syntax('more after the root element');
    }
  }

  /**
   * Inside the element `qname`: reads the next child's start tag and returns true, or the element's end tag and returns
   * false. Text is passed over. For '' (outside the root) there is no end tag, only the end of the text.
   */
  nextChild(qname: string): boolean {
    const { text } = this;
    for (;;) {
      const lt = text.indexOf('<', this.pos);
      if (lt < 0) {
        if (qname === '') return false;
        throw syntax('it ends too early');
      }
      const code = text.charCodeAt(lt + 1);
      if (code === SLASH) {
        this.#close(lt, qname);
        return false;
      }
      if (code === BANG || code === QUESTION) {
        if (this.#skipAside(lt) !== undefined && qname === '') throw syntax('text outside the root element');
        continue;
      }
      this.#open(lt);
      return true;
    }
  }

  /**
   * The character data directly inside the last start tag's element, which is read to its end; CDATA is included,
   * children are handed to `onChild` (which must read them), or passed over.
   */
  readText(onChild?: () => void): string {
    if (this.selfClosing) return '';
    const { text } = this;
    const { qname } = this.name;
    const lt = text.indexOf('<', this.pos);
    if (lt >= 0 && text.charCodeAt(lt + 1) === SLASH) {
      const content = text.slice(this.pos, lt);
      const end = lt + 2 + qname.length;
      if (text.charCodeAt(end) === GT && text.startsWith(qname, lt + 2)) {
        this.pos = end + 1;
        this.#depth -= 1;
      } else this.#close(lt, qname);
      return this.#plain ? content : decodeEntities(content);
    }
    return this.#readMixed(qname, onChild);
  }

  #readMixed(qname: string, onChild: (() => void) | undefined): string {
    const { text, scope } = this;
    let content = '';
    for (;;) {
      const lt = text.indexOf('<', this.pos);
      if (lt < 0) throw syntax('it ends too early');
      content += decodeEntities(text.slice(this.pos, lt));
      const code = text.charCodeAt(lt + 1);
      if (code === SLASH) {
        this.#close(lt, qname);
        return content;
      }
      if (code === BANG || code === QUESTION) {
        content += this.#skipAside(lt) ?? '';
        continue;
      }
      this.#open(lt);
      if (onChild === undefined) this.skip();
      else onChild();
      this.scope = scope;
    }
  }

  /** Passes over the content and the end of the last start tag's element. */
  skip(): void {
    if (this.selfClosing) return;
    const { scope } = this;
    const open = [this.name.qname];
    for (let inside = open.at(-1); inside !== undefined; inside = open.at(-1)) {
      if (!this.nextChild(inside)) open.pop();
      else if (!this.#wasSelfClosing()) open.push(this.name.qname);
    }
    this.scope = scope;
  }

  /** The value of an attribute of the last start tag by namespace and name; undefined where it is not there. */
  attribute(uri: string, local: string): string | undefined {
    const { attributes } = this;
    for (let i = 0; i < attributes.length; i += 2) {
      const qname = attributes[i] ?? '';
      if (!qname.endsWith(local)) continue;
      const name = this.attributeName(qname);
      if (name.local === local && name.uri === uri) return attributes[i + 1];
    }
    return undefined;
  }

  /** Attributes without a prefix have no namespace. */
  attributeName(qname: string): { readonly uri: string; readonly local: string } {
    return qname.includes(':') ? this.#resolve(qname) : { uri: '', local: qname };
  }

  /** Of the start tag that was read since the flag was last looked at. */
  #wasSelfClosing(): boolean {
    return this.selfClosing;
  }

  /** What the owner has found out about the names of its children, in the order in which they come. */
  guesses(owner: object): Guess[] {
    const known = this.#guesses.get(owner);
    if (known !== undefined) return known;
    const guesses: Guess[] = [];
    this.#guesses.set(owner, guesses);
    return guesses;
  }

  /** Reads the start tag of the next child where it is exactly that name without attributes; otherwise nothing. */
  openGuessed({ name, scope }: Guess): boolean {
    const { text } = this;
    const { qname } = name;
    let at = this.pos;
    let code = text.charCodeAt(at);
    while (isSpace(code)) code = text.charCodeAt((at += 1));
    const end = at + 1 + qname.length;
    if (code !== LT || text.charCodeAt(end) !== GT || scope !== this.scope || !text.startsWith(qname, at + 1))
      return false;
    this.#count();
    this.attributes = NONE;
    this.selfClosing = false;
    this.#depth += 1;
    this.pos = end + 1;
    this.name = name;
    return true;
  }

  #count(): void {
    this.#elements += 1;
    if (this.#elements > MAX_ELEMENTS) throw new XmlError('limit', `more than ${MAX_ELEMENTS} XML elements`);
    if (this.#depth >= MAX_DEPTH) throw new XmlError('limit', `XML nested deeper than ${MAX_DEPTH} levels`);
  }

  #open(lt: number): void {
    const { text } = this;
    let at = lt + 1;
    let code = text.charCodeAt(at);
    while (code > 0x20 && code !== GT && code !== SLASH && code !== LT) code = text.charCodeAt((at += 1));
    const qname = text.slice(lt + 1, at);
    this.#count();
    if (code === GT) {
      this.attributes = NONE;
      this.selfClosing = false;
      this.#depth += 1;
    } else {
      at = this.#readAttributes(at);
      if (!this.selfClosing) this.#depth += 1;
    }
    this.pos = at + 1;
    this.name = this.#resolve(qname);
  }

  /** From behind a tag's name to its `>`, whose position it returns. */
  #readAttributes(start: number): number {
    const { text } = this;
    const attributes: string[] = [];
    let declarations: string[] | undefined;
    let at = start;
    for (;;) {
      const before = at;
      while (isSpace(text.charCodeAt(at))) at += 1;
      const code = text.charCodeAt(at);
      if (code === GT || (code === SLASH && text.charCodeAt(at + 1) === GT)) {
        this.selfClosing = code === SLASH;
        break;
      }
      const nameStart = at;
      if (nameStart === before) throw syntax('attributes must stand apart');
      for (let c = code; c > 0x20 && c !== EQUALS && c !== GT && c !== LT;) c = text.charCodeAt((at += 1));
      const name = text.slice(nameStart, at);
      while (isSpace(text.charCodeAt(at))) at += 1;
      if (text.charCodeAt(at) !== EQUALS || name === '') throw syntax('an attribute without a value');
      at += 1;
      while (isSpace(text.charCodeAt(at))) at += 1;
      const quote = text.charAt(at);
      const end = quote === '"' || quote === "'" ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) throw syntax('an attribute value without its quotes');
      const raw = text.slice(at + 1, end);
      if (raw.includes('<')) throw syntax('a < in an attribute value');
      const value = decodeEntities(/[\n\t]/.test(raw) ? raw.replaceAll(/[\n\t]/g, ' ') : raw);
      if (name === 'xmlns' || name.startsWith('xmlns:')) (declarations ??= []).push(name.slice(6), value);
      else attributes.push(name, value);
      if (attributes.length + (declarations?.length ?? 0) > 2 * MAX_ATTRIBUTES)
        throw new XmlError('limit', `an element with more than ${MAX_ATTRIBUTES} attributes`);
      at = end + 1;
    }
    this.attributes = attributes.length === 0 ? NONE : attributes;
    if (attributes.length > 2) assertDistinct(attributes);
    if (declarations !== undefined) this.#declare(declarations);
    return this.selfClosing ? at + 1 : at;
  }

  #declare(declarations: readonly string[]): void {
    const { scope } = this;
    const key = declarations.join('\n');
    const known = scope.inner?.get(key);
    if (known !== undefined) {
      this.scope = known;
      return;
    }
    assertDistinct(declarations);
    const bindings: Record<string, string> = {};
    for (let i = 0; i < declarations.length; i += 2) bindings[declarations[i] ?? ''] = declarations[i + 1] ?? '';
    this.scope = scopeOf(bindings, scope);
    (scope.inner ??= new Map<string, ScanScope>()).set(key, this.scope);
  }

  #resolve(qname: string): ScannedName {
    const known = this.scope.names.get(qname);
    if (known !== undefined) return known;
    if (!NAME.test(qname)) throw syntax('a name that is none');
    const colon = qname.indexOf(':');
    const prefix = colon < 0 ? '' : qname.slice(0, colon);
    let uri: string | undefined;
    for (let at: NamespaceScope | undefined = this.scope; at !== undefined && uri === undefined; at = at.parent)
      uri = at.bindings[prefix];
    const fallback = Object.hasOwn(CONVENTIONAL, prefix) ? CONVENTIONAL[prefix] : undefined;
    const name: ScannedName = {
      qname,
      local: qname.slice(colon + 1),
      uri: uri ?? fallback ?? '',
      owner: undefined,
      found: undefined,
    };
    this.scope.names.set(qname, name);
    return name;
  }

  #close(lt: number, qname: string): void {
    const { text } = this;
    let at = lt + 2 + qname.length;
    if (qname === '' || !text.startsWith(qname, lt + 2)) throw syntax('an end tag that fits no start tag');
    while (isSpace(text.charCodeAt(at))) at += 1;
    if (text.charCodeAt(at) !== GT) throw syntax('an end tag that fits no start tag');
    this.pos = at + 1;
    this.#depth -= 1;
  }

  /** Passes over a comment, a processing instruction or CDATA at `lt`; returns the text of the latter. */
  #skipAside(lt: number): string | undefined {
    const { text } = this;
    if (text.startsWith('<![CDATA[', lt)) {
      const end = this.#endOf(']]>', lt + 9);
      return text.slice(lt + 9, end);
    }
    if (text.startsWith('<!--', lt)) this.#endOf('-->', lt + 4);
    else if (text.charCodeAt(lt + 1) === QUESTION) this.#endOf('?>', lt + 2);
    else if (text.startsWith('<!DOCTYPE', lt)) throw new XmlError('doctype', 'a DOCTYPE is not accepted here');
    else throw syntax('a tag that is none');
    return undefined;
  }

  #endOf(mark: string, from: number): number {
    const end = this.text.indexOf(mark, from);
    if (end < 0) throw syntax('it ends too early');
    this.pos = end + mark.length;
    return end;
  }
}

const NONE: string[] = [];

function scopeOf(bindings: Record<string, string>, parent: ScanScope | undefined): ScanScope {
  const own = Object.assign(Object.create(null) as Record<string, string>, bindings);
  return { bindings: own, parent, names: new Map(), inner: undefined };
}

function assertDistinct(pairs: readonly string[]): void {
  const seen = new Set<string>();
  for (let i = 0; i < pairs.length; i += 2) seen.add(pairs[i] ?? '');
  if (seen.size !== pairs.length / 2) throw syntax('the same attribute twice');
}

function syntax(what: string): XmlError {
  return new XmlError('syntax', `not well-formed XML: ${what}`);
}
