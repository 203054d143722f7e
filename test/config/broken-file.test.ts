import { expect, it } from 'vitest';
import { ConfigError } from '../../lib/errors.ts';
import { parse } from './sample.ts';

const BROKEN = `# Nearly everything that can be wrong, in one file.
datastores:
  - id: main
    layout: pbx
    bucket: My_Bucket
    prefix: /main/
    region: eu central
    endpoint: https://admin:hunter2@s3.example.com
    credentials: AKIAIOSFODNN7EXAMPLE
    pathstyle: "yes"
    ca-file: ./none.pem
  - id: main
    layout: pbs
    bucket: \${BUCKET}
    prefix: ab
    path-style: \${FLAG}
    endpoint: s3.example.com
    fingerprint: AA:BB
  - id: vault
    layout: pbs
    bucket: vault
    prefix: vault
jobs:
  - id: my_job
    source: main
    target: mian
    worker-threads: "8"
    transfers-in-flight: 1000
    transfer-mode: copi
    namespace: a//b
    namespace: c
  - id: daily
    source: vault
    target: vault
    workerThreads: 1.5
    remove-vanished: yes
    target-namespace:
  - id: daily
    source: main
settings:
  max-worker-threads: \${MAX}
`;

const MESSAGE = `the configuration flotilla.yaml cannot be used: 28 faults
  flotilla.yaml:4:13  datastores[0].layout  "pbx" is not known here; wanted pbs
  flotilla.yaml:5:13  datastores[0].bucket  "My_Bucket" is no bucket name; use 3 to 63 of a-z, 0-9, dot and hyphen, with a letter or digit at both ends
  flotilla.yaml:6:13  datastores[0].prefix  "/main/" has a slash at its beginning; write it without
  flotilla.yaml:7:13  datastores[0].region  "eu central" is no region; write one such as eu-central-1
  flotilla.yaml:8:15  datastores[0].endpoint  "https://***@s3.example.com" holds a user or password; take them out and use credentials:
  flotilla.yaml:9:18  datastores[0].credentials  the value does not say where the credentials are; write env:<NAME>, profile:<name> or secret:<name or ARN>, never the keys themselves
  flotilla.yaml:10:5  datastores[0].pathstyle  unknown key; did you mean path-style?
  flotilla.yaml:11:14  datastores[0].ca-file  "./none.pem" does not exist; check the path, which starts at the folder of the configuration file
  flotilla.yaml:12:9  datastores[1].id  "main" is the id of datastores[0] already; choose another
  flotilla.yaml:14:13  datastores[1].bucket  needs \${BUCKET}, which the environment does not have; set BUCKET
  flotilla.yaml:15:13  datastores[1].prefix  "ab" is no PBS datastore name; use 3 to 32 letters, digits, _ . and -, beginning with a letter, a digit or _
  flotilla.yaml:16:17  datastores[1].path-style  \${FLAG} is text; wanted true or false
  flotilla.yaml:17:15  datastores[1].endpoint  "s3.example.com" has no scheme; write https:// before it
  flotilla.yaml:18:18  datastores[1].fingerprint  "AA:BB" is no SHA-256 fingerprint; write its 32 bytes in hex with colons, AA:BB:.. (openssl x509 -noout -fingerprint -sha256)
  flotilla.yaml:19:5  datastores[2].region  is missing; add the region of the bucket on AWS (or set AWS_REGION), or the endpoint of another provider
  flotilla.yaml:24:9  jobs[0].id  "my_job" is no job id; use 3 to 32 letters, digits and hyphens, beginning with a letter or digit (it becomes the name of a stack)
  flotilla.yaml:26:13  jobs[0].target  "mian" is no datastore of this file; did you mean main?
  flotilla.yaml:27:21  jobs[0].worker-threads  "8" is text; wanted a whole number from 1 to 1000, written without quotes
  flotilla.yaml:28:26  jobs[0].transfers-in-flight  1000 is too high; wanted a whole number from 1 to 256, or auto
  flotilla.yaml:29:20  jobs[0].transfer-mode  "copi" is not known here; wanted relay, copy or auto; did you mean copy?
  flotilla.yaml:31:5  jobs[0].namespace  is there twice; keep one
  flotilla.yaml:34:13  jobs[1].target  is the source itself; name another datastore
  flotilla.yaml:35:5  jobs[1].workerThreads  unknown key; did you mean worker-threads?
  flotilla.yaml:36:22  jobs[1].remove-vanished  "yes" is text; wanted true or false
  flotilla.yaml:37:22  jobs[1].target-namespace  the key has no value; wanted text, or leave the key out
  flotilla.yaml:38:5  jobs[2].target  is missing; add it: Id of the datastore that is written
  flotilla.yaml:38:9  jobs[2].id  "daily" is the id of jobs[1] already; choose another
  flotilla.yaml:41:23  settings.max-worker-threads  \${MAX} is too high; wanted a whole number from 1 to 1000`;

it('a broken file is answered with all that is wrong with it, in the order of its lines, and without its secrets', () => {
  const parsing = (): unknown => parse(BROKEN, { FLAG: 'maybe', MAX: '5000' });
  expect(parsing).toThrow(ConfigError);
  expect(parsing).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: MESSAGE }));
  expect(MESSAGE).not.toMatch(/hunter2|AKIA|maybe|5000/);
});
