import { dirname, relative, resolve, sep } from 'node:path';
import type { Rule } from 'eslint';
import { LAYERS } from './layers.ts';

/** What the files of one folder may import. */
export interface Layer {
  readonly path: string;
  /** Other files and folders of the project. */
  readonly may: readonly string[];
  /** The same, for `import type` alone. */
  readonly types: readonly string[];
  /** npm packages and `node:` modules; a `*` at the end stands for anything. */
  readonly packages: readonly string[];
  /** Said to whoever imports something else. */
  readonly because: string;
}

/** What imports and re-exports have in common, `type` marks of TypeScript included, which ESLint's own types lack. */
interface Importing {
  readonly source?: { readonly value?: unknown } | null;
  readonly importKind?: string;
  readonly exportKind?: string;
  readonly specifiers?: readonly { readonly importKind?: string; readonly exportKind?: string }[];
}

const isInside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function isTypeOnly({ importKind, exportKind, specifiers = [] }: Importing): boolean {
  if (importKind === 'type' || exportKind === 'type') return true;
  return specifiers.length > 0 && specifiers.every((each) => (each.importKind ?? each.exportKind) === 'type');
}

function mayImport(layer: Layer, path: string, typeOnly: boolean): boolean {
  const allowed = [layer.path, ...layer.may, ...(typeOnly ? layer.types : [])];
  return allowed.some((folder) => isInside(path, folder));
}

function checkLayer(context: Rule.RuleContext, from: string, layer: Layer): Rule.RuleListener {
  function check(node: Rule.Node, importing: Importing = node as Importing): void {
    const name = importing.source?.value;
    if (typeof name !== 'string') return;
    const path = name.startsWith('.') ? toPosix(context.cwd, resolve(dirname(context.filename), name)) : undefined;
    const allowed = path
      ? mayImport(layer, path, isTypeOnly(importing))
      : layer.packages.some((pattern) => matches(name, pattern));
    if (!allowed) context.report({ node, messageId: 'refused', data: { from, what: path ?? name, because: layer.because } });
  }
  return {
    'ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration, ImportExpression': (node: Rule.Node) => check(node),
    TSImportType: (node: Rule.Node) => check(node, { ...(node as Importing), importKind: 'type' }),
  };
}

function toPosix(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

/** Refuses an import across the layers of design.md section 8, with the layer's reason as its message. */
export const layerRule: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      refused: '{{from}} may not import {{what}}: {{because}}.',
      unknown: '{{from}} is in no layer: give its folder an entry, with a reason, in lint/layers.ts.',
    },
  },
  create(context) {
    const from = toPosix(context.cwd, context.filename);
    const layer = LAYERS.find(({ path }) => isInside(from, path));
    if (layer !== undefined) return checkLayer(context, from, layer);
    return { Program: (node) => context.report({ node, messageId: 'unknown', data: { from } }) };
  },
};
