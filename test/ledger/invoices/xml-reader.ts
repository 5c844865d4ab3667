/** An element of an XML document that the store wrote: no mixed content, comments or CDATA. */
export type XmlElement = { name: string; text: string; children: XmlElement[] };

/** Reads a document; throws if an element is not closed. */
export function readXml(xml: string): XmlElement {
  const root: XmlElement = { name: '', text: '', children: [] };
  const open = [root];
  for (const [, closing, name = '', selfClosed, text = ''] of xml.matchAll(/<(\/?)([\w:]+)[^<>]*?(\/?)>([^<]*)/g)) {
    const parent = open.at(-1);
    if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`Unexpected end of ${name}`);
      continue;
    }
    const element = { name: name.replace(/^\w+:/, ''), text: unescaped(text), children: [] };
    parent?.children.push(element);
    if (selfClosed !== '/') open.push(Object.assign(element, { name }));
  }
  if (open.length !== 1) throw new Error(`${open.at(-1)?.name ?? ''} is not closed`);
  const strip = (element: XmlElement): XmlElement => ({
    ...element,
    name: element.name.replace(/^\w+:/, ''),
    children: element.children.map(strip),
  });
  const [document] = root.children;
  if (!document) throw new Error('No element');
  return strip(document);
}

const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

export const all = (element: XmlElement, ...path: string[]): XmlElement[] =>
  path.reduce(
    (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
    [element],
  );
export const textOf = (element: XmlElement, ...path: string[]): string => all(element, ...path)[0]?.text ?? '';
