import { describe, it } from '@jest/globals';
import { specifyDecider } from '@headwater/testkit/specification';
import { thresholdDecider, type ThresholdCommand, type ThresholdEvent } from './threshold.decider.ts';

const at = (hour: number): string => `2020-06-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
const contentOf = (amount: string) => ({ userId: 'ann', accountId: 'a1', amount, currency: 'GBP' });
const set = (amount: string, hour: number): ThresholdCommand => ({
  type: 'set',
  content: contentOf(amount),
  at: at(hour),
});
const disable = (hour: number): ThresholdCommand => ({ type: 'disable', userId: 'ann', accountId: 'a1', at: at(hour) });
const enabled = (amount: string, hour: number): ThresholdEvent => ({
  type: 'ThresholdEnabled',
  data: { ...contentOf(amount), inForceFrom: at(hour) },
});
const changed = (amount: string, hour: number): ThresholdEvent => ({
  type: 'ThresholdChanged',
  data: { ...contentOf(amount), inForceFrom: at(hour) },
});
const disabled = (hour: number): ThresholdEvent => ({
  type: 'ThresholdDisabled',
  data: { userId: 'ann', accountId: 'a1', inForceUntil: at(hour) },
});

const threshold = specifyDecider(thresholdDecider);

describe('a threshold', () => {
  // #region given-when-then
  it('is enabled, changed, disabled, and enabled again', () => {
    threshold.given().when(set('1000.00', 12)).thenEvents(enabled('1000.00', 12));
    threshold.given(enabled('1000.00', 12)).when(set('2000.00', 13)).thenEvents(changed('2000.00', 13));
    threshold.given(enabled('1000.00', 12)).when(disable(13)).thenEvents(disabled(13));
    threshold.given(enabled('1000.00', 12), disabled(13)).when(set('1000.00', 14)).thenEvents(enabled('1000.00', 14));
  });
  // #endregion

  it('that is set as it is, or disabled twice, stays as it is', () => {
    threshold.given(enabled('1000.00', 12)).when(set('1000.00', 13)).thenNothing();
    threshold.given(enabled('1000.00', 12), disabled(13)).when(disable(14)).thenNothing();
  });

  it('never changes before its last change', () => {
    threshold.given(enabled('1000.00', 12)).when(set('2000.00', 11)).thenRefused('stays as it was');
    threshold.given(enabled('1000.00', 12)).when(disable(11)).thenRefused('stays as it was');
    threshold.given(enabled('1000.00', 12), disabled(13)).when(set('2000.00', 12)).thenRefused('stays as it was');
  });

  it('that never was cannot be disabled', () => {
    threshold.given().when(disable(12)).thenRefused('has no threshold');
  });
});
