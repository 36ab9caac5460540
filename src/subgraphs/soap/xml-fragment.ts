// XML that people write by hand, in settings and in arguments: is it fit to stand inside an element?
import { XmlScanner } from './xml-scanner.ts';

/** Whether it is well-formed, so that it ends where it is put; any text and any number of elements. */
export function isFragment(text: string): boolean {
  try {
    const scanner = new XmlScanner(`<header>${text}</header>`);
    scanner.openRoot();
    scanner.skip();
    scanner.finish();
    return true;
  } catch {
    return false;
  }
}
