import { expect, test } from 'vitest';
import { displayableCommands, displayableScript } from '../../../../shared/model/base/shell-words.ts';

const ODD = "aws ec2 create-tags --tags 'Key=a,Value=b\u202Ec'";

test('commands are shown all together or not at all: later ones need what earlier ones print', () => {
  expect(displayableCommands(['aws ec2 a', 'aws ec2 b'])).toEqual(['aws ec2 a', 'aws ec2 b']);
  expect(displayableCommands(['aws ec2 a', ODD])).toBeNull();
});

test('a script with a comment that would be read as a command is not shown', () => {
  const script = ['# Subnet nodes-a', 'aws ec2 a'];
  expect(displayableScript(script)).toEqual(script);
  expect(displayableScript(['# Subnet a\nrm -rf ~', 'aws ec2 a'])).toBeNull();
  expect(displayableScript(['# Subnet nodes-a', ODD])).toBeNull();
});
