import type { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { layerRule } from './layer-rule.ts';
import { DOMAIN } from './layers.ts';

/** Folders whose files take clock, timers, chance, environment and console as arguments. */
const PURE = [...DOMAIN, 'lib/serve', 'lib/page', 'lib/prometheus', 'lib/config', 'lib/infra'];

/** Folders that may use timers and clocks, but are handed their environment, and leave printing to their callers. */
const HANDED = ['lib/secrets', 'lib/s3', 'lib/dynamodb', 'lib/events', 'lib/deliver', 'lib/local', 'lib/web'];

const inFolders = (folders: readonly string[]) =>
  folders.map((folder) => (folder.endsWith('.ts') ? folder : `${folder}/**/*.ts`));

const ENVIRONMENT = 'Only functions/, lib/runtime, bin/ and scripts/ read the environment: take the value as an argument.';
const PRINTING = 'Only functions/, lib/runtime, bin/ and scripts/ print: return the words, or take a logger as an argument.';
const CLOCK = 'Time comes in by the front door: take `now` as an argument.';
const TIMER = 'Waiting comes in by the front door: take `sleep` as an argument.';
const CHANCE = 'Chance comes in by the front door: take the id or a `random` as an argument.';

const named = (names: readonly string[], message: string) => names.map((name) => ({ name, message }));
const globals = named(['console'], PRINTING);
const ambient = [
  ...named(['process'], ENVIRONMENT),
  ...named(['setTimeout', 'setInterval', 'setImmediate'], TIMER),
  ...named(['performance'], CLOCK),
  ...named(['crypto'], CHANCE),
];

/** The layers of the house: who imports whom, and who touches the world. Needs no type information. */
export const layerConfig: Linter.Config[] = [
  {
    files: ['lib/**/*.ts', 'functions/**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { flotilla: { rules: { layers: layerRule } } },
    rules: { 'flotilla/layers': 'error' },
  },
  {
    files: inFolders(PURE),
    rules: {
      'no-restricted-globals': ['error', ...globals, ...ambient],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: CLOCK },
        { object: 'Math', property: 'random', message: CHANCE },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: CLOCK },
        { selector: "CallExpression[callee.name='Date']", message: CLOCK },
      ],
    },
  },
  {
    files: inFolders(HANDED),
    rules: {
      'no-restricted-globals': ['error', ...globals],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: ENVIRONMENT }],
    },
  },
];
