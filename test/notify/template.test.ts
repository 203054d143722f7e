import { describe, expect, it } from 'vitest';
import { composeMessage } from '../../lib/notify/message.ts';
import { compileTemplate, templateValues } from '../../lib/notify/template.ts';
import { failure, runEnd } from '../support/events.ts';

const message = composeMessage(
  runEnd({ state: 'failed', failure: { ...failure('DataError', 'BAD'), message: 'a "quoted" <b> & {{title}}\nline' } }),
  {},
);
const VALUES = templateValues(message, { token: 's3cret' });

function render(text: string): string {
  const template = compileTemplate(text, ['token']);
  const filled = 'problem' in template ? template : template(VALUES);
  return 'problem' in filled ? filled.problem : filled.text;
}

describe('a template', () => {
  it("has PBS's variables, as they are", () => {
    expect(render('{{title}}|{{severity}}|{{timestamp}}|{{fields.job-id}}|{{secrets.token}}')).toBe(
      'daily-offsite failed: the copy is up to date|error|1795214400|daily-offsite|s3cret',
    );
  });

  it("has PBS's helpers", () => {
    expect(JSON.parse(render('{"text": "{{ escape message }}", "fields": {{ json fields }} }'))).toEqual({
      text: message.text,
      fields: message.fields,
    });
    expect(render('https://x/?t={{ url-encode fields.failure }}')).toBe(
      `https://x/?t=${encodeURIComponent(message.fields['failure']!)}`,
    );
  });

  it.each([
    '{{ fields.nope }}',
    '{{ nope }}',
    '{{ secrets.other }}',
    '{{#if title}}',
    '{{> part}}',
    '{{ nope title }}',
    '{{constructor.name}}',
    '{{#unless fields.run}}{{fields.typo}}{{/unless}}',
    '{{#if fields.run}}{{fields.typo}}{{/if}}',
  ])('is refused before it is used: %s', (text) => {
    expect(render(text)).toMatch(/^is no Handlebars template: .*; its variables are/);
  });

  it('says what is wrong with it where only one event shows that', () => {
    const rare = compileTemplate('{{#if fields.run}}{{#unless fields.link}}{{fields.typo}}{{/unless}}{{/if}}', []);
    if ('problem' in rare) throw new Error(rare.problem);
    expect(rare(VALUES)).toMatchObject({ problem: expect.stringContaining('"typo" not defined') as string });
  });

  it.each(['{{constructor}}', '{{fields.constructor}}', '{{fields.__proto__}}', '{{toString}}'])(
    "reaches nothing of JavaScript's own: %s",
    (text) => {
      expect(render(text)).not.toMatch(/function|object/);
    },
  );
});
