// The app's `ready` export: its last answer counts, and one that does not come is no.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppReadiness } from '../../rootfs/usr/local/lib/cluster/worker/app-readiness.ts';
import { until } from '../support/deadline.ts';

const timeoutMs = 20;

test('an answer that does not come in time is no, and a late one counts again', { timeout: 10_000 }, async () => {
  const changes: boolean[] = [];
  const late = Promise.withResolvers<boolean>();
  const answers = [Promise.resolve(true), late.promise];
  const readiness = new AppReadiness(() => changes.push(true), timeoutMs);
  let calls = 0;
  readiness.ask = () => answers[Math.min(calls++, answers.length - 1)];
  const isReady = (wanted: boolean) =>
    until(
      `ready to be ${wanted}`,
      () => readiness.isReady,
      (seen) => seen === wanted,
      { everyMs: 1 },
    );
  await isReady(true);
  await isReady(false);
  assert.equal(calls, 2, 'it is not called again while it hangs');
  late.resolve(true);
  await isReady(true);
  assert.equal(changes.length, 3);
});
