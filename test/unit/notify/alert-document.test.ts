import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { alertSchemaJson } from '../../../scripts/docs/alert-schema.ts';
import { facetsOf, writeAlertDocument } from '../../../shared/notify/alert-document.ts';
import { readTopicMessage } from '../../../shared/notify/topic-message.ts';
import { HOSTILE_NAME, MADE_MESSAGES } from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const schemaFile = join(import.meta.dirname, '../../../docs/schema/alert.schema.json');
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const isValid = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')));

describe('the alert document', () => {
  test.each(Object.entries(MADE_MESSAGES))(
    '%s reads back as it was written, and follows the published schema',
    (_, message) => {
      const written = writeAlertDocument(message, 'headline');
      expect(readTopicMessage(written)).toEqual(message);
      expect(isValid(JSON.parse(written)), JSON.stringify(isValid.errors)).toBe(true);
    },
  );

  test('is ASCII alone, and loses nothing of the text of a tag', () => {
    const written = writeAlertDocument(messageNamed('hostile-names'), 'headline');
    expect(written).toMatch(/^[\x20-\x7E]+$/);
    expect(readTopicMessage(written).transitions[0]?.subject.name).toBe(HOSTILE_NAME);
  });

  test('has at its top what a filter policy for message bodies can ask for', () => {
    expect(JSON.parse(writeAlertDocument(messageNamed('prefixes-will-run-out'), 'Warning: x'))).toMatchObject(
      {
        schema: 'headroom/alert@1',
        headline: 'Warning: x',
        severity: 'warning',
        transition: ['firing'],
        rule: ['prefixes-exhaustion'],
        accountId: ['111122223333'],
        region: ['eu-west-1'],
        vpcId: ['vpc-0f3a1c5e7b9d2468a'],
        subnetId: ['subnet-0a1b2c3d4e5f60718'],
        clusterName: ['prod', 'batch'],
      },
    );
  });

  test('that is all resolved has the severity ok', () => {
    expect(facetsOf(messageNamed('resolved')).severity).toBe('ok');
    expect(facetsOf(messageNamed('surge')).severity).toBe('critical');
  });

  test('of a later version, with more in it, can still be read', () => {
    const later = {
      ...JSON.parse(writeAlertDocument(messageNamed('surge'), 'h')),
      runbook: 'https://a.example',
    };
    expect(readTopicMessage(JSON.stringify(later))).toEqual(messageNamed('surge'));
    expect(isValid(later)).toBe(true);
  });
});

describe('a poisoned document', () => {
  const refusal = (document: string): unknown => {
    try {
      return readTopicMessage(document);
    } catch (error) {
      return error;
    }
  };

  test.each(['', 'hello', '{"schema":', 'null', '[]', '42'])('%j is refused by name', (document) => {
    expect(refusal(document)).toMatchObject({
      code: 'alert-unreadable',
      action: expect.stringContaining('headroom/alert@1'),
    });
  });

  test('with several faults names all of them, and none of their values', () => {
    const document = JSON.parse(writeAlertDocument(messageNamed('surge'), 'h'));
    document.schema = 'secret-value-1';
    document.messageId = 7;
    document.transitions[0].severity = 'secret-value-2';
    document.transitions[0].at = 'secret-value-3';
    delete document.transitions[0].finding.title;
    const error = refusal(JSON.stringify(document));
    expect(error).toMatchObject({
      message:
        'The message is not a Headroom alert: schema must be headroom/alert@1; messageId must be of type string; ' +
        'transitions.0.severity must be ok or warning or critical; transitions.0.at is not valid; ' +
        'transitions.0.finding.title must be of type string',
    });
  });

  test('of another schema, or none, is refused', () => {
    const document = JSON.parse(writeAlertDocument(messageNamed('surge'), 'h'));
    expect(refusal(JSON.stringify({ ...document, schema: 'headroom/alert@2' }))).toMatchObject({
      code: 'alert-unreadable',
    });
    expect(isValid({ ...document, schema: 'headroom/alert@2' })).toBe(false);
  });
});

test('the published JSON Schema is the one that the code reads by', () => {
  expect(readFileSync(schemaFile, 'utf8'), 'Run `npm run docs` to write it again').toBe(alertSchemaJson());
});
