import { describe, expect, test } from 'vitest';
import { destinationsFor } from '../../../shared/alerts/routing.ts';
import type { AlertLevel, Transition } from '../../../shared/model/alert/alert.ts';
import type { Route, Selector } from '../../../shared/model/alert/policy.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { lastTransition } from '../../fixtures/transitions.ts';

const route = (match: Selector, ...to: string[]): Route => ({ match, to, continue: false });
const andOn = (given: Route): Route => ({ ...given, continue: true });
const subject = aSubnetSubject({ tags: { team: 'payments' } });
const stepTo = (...levels: AlertLevel[]): Transition =>
  lastTransition(...levels.map((level) => anObservation(level, { subject })));

describe('a transition', () => {
  test('without a route goes to the default destination', () => {
    expect(destinationsFor(stepTo('warning'), [])).toEqual([]);
    expect(destinationsFor(stepTo('warning'), [route({ account: ['9*'] }, 'other')])).toEqual([]);
    expect(destinationsFor(stepTo('warning'), [route({}, 'default')])).toEqual([]);
  });

  test('goes where the first route that matches sends it: by account, owner tag or severity', () => {
    const routes = [
      route({ account: ['2*'] }, 'two'),
      route({ tags: { team: 'payments' }, severity: ['critical'] }, 'pager', 'payments'),
      route({ tags: { team: 'payments' } }, 'payments'),
      route({}, 'platform'),
    ];
    expect(destinationsFor(stepTo('warning'), routes)).toEqual(['payments']);
    expect(destinationsFor(stepTo('critical'), routes)).toEqual(['pager', 'payments']);
  });

  test('goes on to later routes where one says so, and nowhere twice', () => {
    const routes = [andOn(route({}, 'audit')), route({}, 'platform', 'audit'), route({}, 'never')];
    expect(destinationsFor(stepTo('warning'), routes)).toEqual(['audit', 'platform']);
  });
});

describe('an end goes to all recipients of the alert', () => {
  const routes = [route({ severity: ['critical'] }, 'pager'), route({ severity: ['warning'] }, 'chat')];

  test.each([
    [['warning'], ['chat']],
    [['warning', 'critical'], ['pager']],
    [
      ['warning', 'critical', 'warning'],
      ['chat', 'pager'],
    ],
    [
      ['warning', 'critical', 'warning', 'ok'],
      ['chat', 'pager'],
    ],
    [['critical', 'ok'], ['pager']],
    [['warning', 'ok'], ['chat']],
  ] as const)('%j goes to %j', (levels, destinations) => {
    expect(destinationsFor(stepTo(...levels), routes)).toEqual(destinations);
  });

  test('the default destination among others is named', () => {
    expect(
      destinationsFor(stepTo('warning', 'critical', 'ok'), [route({ severity: ['critical'] }, 'pager')]),
    ).toEqual(['default', 'pager']);
  });

  test('a resolve without a list of recipients goes to those of the level that it ends', () => {
    const { announced: _announced, ...old } = stepTo('critical', 'ok');
    expect(destinationsFor(old, routes)).toEqual(['pager']);
    expect(destinationsFor({ ...old, announced: [] }, routes)).toEqual(['pager']);
    expect(destinationsFor({ ...old, previousSeverity: 'ok' }, routes)).toEqual(['chat']);
  });
});
