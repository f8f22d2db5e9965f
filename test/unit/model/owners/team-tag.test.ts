import { describe, expect, test } from 'vitest';
import { commonTeamOf, teamOf } from '../../../../shared/model/owners/team-tag.ts';

describe('the team of a resource', () => {
  test('is named by the tag team, or else owner, in any case', () => {
    expect(teamOf({ Owner: 'payments', Team: 'search' })).toBe('search');
    expect(teamOf({ OWNER: 'payments' })).toBe('payments');
  });

  test('is not named by an empty tag', () => {
    expect(teamOf({ team: '', owner: 'payments' })).toBe('payments');
    expect(teamOf({ Name: 'web' })).toBeNull();
  });
});

describe('the one team of several resources', () => {
  test('is the team that all of them name', () => {
    expect(commonTeamOf([{ team: 'search' }, { owner: 'search' }])).toBe('search');
  });

  test('is none where they name several, or one of them names none', () => {
    expect(commonTeamOf([{ team: 'search' }, { team: 'payments' }])).toBeNull();
    expect(commonTeamOf([{ team: 'search' }, {}])).toBeNull();
    expect(commonTeamOf([])).toBeNull();
  });
});
