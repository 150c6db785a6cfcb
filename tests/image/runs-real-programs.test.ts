// Real programs of npm, unmodified, as their own documentation starts them. tests/long has the others.
import { test } from 'node:test';
import { useProgram } from './support/programs.ts';

test('tus: an upload that is broken off is resumed', (t) => useProgram(t, 'tus'));

test('GraphQL Yoga: a subscription by server-sent events, and by WebSocket', (t) => useProgram(t, 'yoga'));

test('Hocuspocus: two people edit a document', (t) => useProgram(t, 'hocuspocus'));
