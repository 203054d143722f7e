import { describe, expect, it } from 'vitest';
import { parseNotify } from '../../lib/config/notify-values.ts';
import { faultsOf, FILE, parse } from './sample.ts';

const notify = (text: string): string => `${FILE}notify:\n${text}`;

const GOOD = `  link: https://backup.example.com
  targets:
    - id: ops
      type: webhook
      url: https://ops.example.com/hooks/{{ secrets.token }}
      headers: { x-severity: '{{ severity }}' }
      body: '{"text": "{{ escape message }}"}'
      secrets: { token: 'secret:flotilla/webhook#token' }
      signing-secret: env:SIGNING
    - { id: mail, type: email, to: [a@example.com] }
    - { id: mail2, type: smtp, server: mail, from: a@example.com, to: [b@example.com] }
    - { id: topic, type: sns, topic: 'arn:aws:sns:eu-central-1:111122223333:backups' }
    - { id: chat, type: slack, webhook-url: 'secret:flotilla/slack' }
    - { id: phone, type: ntfy, topic: backups }
    - { id: tray, type: gotify, server: 'https://gotify.example.com', token: env:GOTIFY }
  matchers:
    - id: nights
      match-severity: [error]
      match-job: [daily-offsite, 'regex:^vm-']
      match-calendar: [22-6]
      timezone: Europe/Berlin
      target: [phone]
`;

describe('notify in the configuration', () => {
  it('is nothing to anybody where it is left out', () => {
    expect(parse(FILE).notify).toEqual({ targets: [], matchers: [], modes: { 'daily-offsite': 'on-change' } });
  });

  it('is read as the notifier knows it', () => {
    const read = parseNotify(parse(notify(GOOD)).notify);
    expect(read.link).toBe('https://backup.example.com/');
    expect(read.targets.map(({ type }) => type)).toEqual(['webhook', 'email', 'smtp', 'sns', 'slack', 'ntfy', 'gotify']);
    expect(read.targets[0]).toMatchObject({ method: 'POST', signingSecret: 'env:SIGNING', disable: false });
    expect(read.targets[5]).toMatchObject({ server: 'https://ntfy.sh' });
    expect(read.matchers[0]).toMatchObject({ mode: 'all', invertMatch: false, timezone: 'Europe/Berlin' });
  });

  it('survives the way into a function', () => {
    const document = parse(notify(GOOD)).notify;
    expect(JSON.stringify(parseNotify(JSON.parse(JSON.stringify(document))))).toBe(JSON.stringify(parseNotify(document)));
  });

  it('refuses a document that is none', () => {
    expect(() => parseNotify({ targets: [{ id: 'a' }], modes: {} })).toThrow(expect.objectContaining({ code: 'NOTIFY_INVALID' }));
  });

  it.each<[string, string, string]>([
    [
      'an unknown type',
      '{ id: a, type: webhok }',
      '21:22  notify.targets[0].type  "webhok" is no type of target; wanted webhook, email,',
    ],
    ['a missing type', '{ id: a }', '21:7  notify.targets[0].type  is missing; add it: What it is: webhook, email, smtp'],
    ['what is no target', 'text', '21:7  notify.targets[0]  "text" is text; wanted keys with their values'],
    [
      "another type's key",
      '{ id: a, type: ntfy, topic: t, url: x }',
      '21:38  notify.targets[0].url  unknown key; known here: id, comment, disable, type, server, topic, token',
    ],
    [
      'an unknown variable of a template',
      "{ id: a, type: webhook, url: 'https://x/', body: '{{ colour }}' }",
      '21:56  notify.targets[0].body  "{{ colour }}" is no Handlebars template: "colour" not defined - 1:3; its variables are title,',
    ],
    [
      'an unknown secret in a header',
      "{ id: a, type: webhook, url: 'https://x/', headers: { h: '{{ secrets.t }}' } }",
      '21:64  notify.targets[0].headers.h  the value is no Handlebars template: "t" not defined - 1:3; its variables',
    ],
    ['no URL', '{ id: a, type: webhook, url: x }', '21:36  notify.targets[0].url  "x" is no URL; write one such as'],
    [
      'a secret in the file',
      "{ id: a, type: webhook, url: 'https://x/', secrets: { t: hunter2 } }",
      '21:64  notify.targets[0].secrets.t  the value does not say where the secret is; write env:<NAME> or secret:<name or ARN>, never',
    ],
    [
      'a user without a password',
      '{ id: a, type: smtp, server: m, from: a@example.com, to: [b@example.com], username: me }',
      '21:81  notify.targets[0].username  stands without password, which it belongs to; add that',
    ],
    [
      'what is no address',
      '{ id: a, type: email, to: [nobody] }',
      '21:34  notify.targets[0].to[0]  "nobody" is no e-mail address;',
    ],
    [
      'a FIFO topic',
      "{ id: a, type: sns, topic: 'arn:aws:sns:eu-central-1:111122223333:a.fifo' }",
      '21:34  notify.targets[0].topic  "arn:aws',
    ],
  ])('refuses %s', (_, target, fault) => {
    const faults = faultsOf(notify(`  targets:\n    - ${target}\n`));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`flotilla.yaml:${fault}`);
  });

  it('refuses all that is wrong with matchers at once, unknown targets too', () => {
    const target = '    - { id: a, type: ntfy, topic: t }\n    - { id: a, type: ntfy, topic: t }\n';
    const matcher =
      "    - { id: m, target: [b], match-severity: [warn], match-job: ['regex:('], match-calendar: [25-26], mode: both }\n";
    const faults = faultsOf(notify(`  targets:\n${target}  matchers:\n${matcher}`));
    expect(faults.map((fault) => fault.split('  ')[1])).toEqual([
      'notify.targets[1].id',
      'notify.matchers[0].target[0]',
      'notify.matchers[0].match-severity[0]',
      'notify.matchers[0].match-job[0]',
      'notify.matchers[0].match-calendar[0]',
      'notify.matchers[0].mode',
    ]);
  });
});
