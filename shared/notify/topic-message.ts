import type { AlertMessage } from '../model/alert/alert-message.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { readAlertDocument, UNREADABLE } from './alert-document.ts';
import { alarmMessage } from './cloudwatch-alarm.ts';

/**
 * What a subscriber of the alert topic may get: an alert of ours, or a CloudWatch alarm on the monitor itself.
 * @throws HeadroomError `alert-unreadable` for anything else.
 */
export const readTopicMessage = (text: string): AlertMessage => {
  let notification: unknown;
  try {
    notification = JSON.parse(text);
  } catch (error) {
    throw new HeadroomError('alert-unreadable', 'The message is not JSON', UNREADABLE, { cause: error });
  }
  return alarmMessage(notification) ?? readAlertDocument(notification);
};
