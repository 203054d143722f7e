import { S3Error } from './s3-error.ts';

/** What an element holds: text, elements in order, or nothing. A list becomes repeated elements. */
export type XmlContent = string | number | boolean | undefined | readonly XmlContent[] | { readonly [name: string]: XmlContent };

export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** A document with the root element `name` in S3's namespace. */
export function xmlDocument(name: string, content: XmlContent): string {
  return `${DECLARATION}<${name} xmlns="${NAMESPACE}">${xmlContent(content)}</${name}>`;
}

/** S3's error document, which is in no namespace. */
export function xmlErrorDocument(content: XmlContent): string {
  return `${DECLARATION}<Error>${xmlContent(content)}</Error>`;
}

function xmlContent(content: XmlContent): string {
  if (content === undefined) return '';
  if (typeof content !== 'object') return escapeText(String(content));
  return Object.entries(content)
    .map(([name, value]) => xmlElements(name, value))
    .join('');
}

function xmlElements(name: string, value: XmlContent): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one: XmlContent) => xmlElements(name, one)).join('');
  return `<${name}>${xmlContent(value)}</${name}>`;
}

function escapeText(text: string): string {
  // S3 writes control characters as references too, although XML 1.0 has none for them.
  return text.replace(/[&<>"\u0000-\u001f\u007f]/g, (found) => {
    if (found === '&') return '&amp;';
    if (found === '<') return '&lt;';
    if (found === '>') return '&gt;';
    if (found === '"') return '&quot;';
    return `&#x${found.charCodeAt(0).toString(16)};`;
  });
}

/** Reads a request document: elements and text, no attributes, comments, entities or CDATA. Anything else is MalformedXML. */
export function parseXml(text: string): XmlElement {
  const body = text.replace(/^\uFEFF?\s*(<\?xml[^>]*\?>)?\s*/, '').trimEnd();
  const tokens = /<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;
  const root = { name: '', children: [] as XmlElement[], text: '' };
  const open = [root];
  while (tokens.lastIndex < body.length) {
    const token = tokens.exec(body);
    if (token === null) throw malformed();
    applyToken(open, token);
  }
  const [document] = root.children;
  if (open.length !== 1 || document === undefined || root.children.length !== 1) throw malformed();
  return document;
}

type Building = { name: string; children: XmlElement[]; text: string };

function applyToken(open: Building[], token: RegExpExecArray): void {
  const [, closing, name, , empty, text] = token;
  const parent = open.at(-1);
  if (parent === undefined) throw malformed();
  if (name === undefined) {
    parent.text += unescapeText(text ?? '');
  } else if (closing === '/') {
    if (parent.name !== name || open.length === 1) throw malformed();
    open.pop();
  } else {
    const element: Building = { name, children: [], text: '' };
    parent.children.push(element);
    if (empty !== '/') open.push(element);
  }
}

function unescapeText(text: string): string {
  return text.replace(/&([^;&\s]{0,12});?/g, (all, name: string) => {
    if (!all.endsWith(';')) throw malformed();
    const character = NAMED.get(name) ?? characterReference(name);
    if (character === undefined) throw malformed();
    return character;
  });
}

function characterReference(name: string): string | undefined {
  const matched = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (matched === null) return undefined;
  const code = matched[1] === undefined ? Number(matched[2]) : Number.parseInt(matched[1], 16);
  return code > 0x10ffff ? undefined : String.fromCodePoint(code);
}

/** The text of the child `name`, or `undefined` when there is no such child. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}

export function malformed(): S3Error {
  return new S3Error('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
}
