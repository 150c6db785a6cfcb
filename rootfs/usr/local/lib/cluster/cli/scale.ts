// `cluster scale N`: sets the number of workers.
import type { Command } from './command.ts';
import { sendToPrimary } from './control-client.ts';

export const scaleCommand: Command = {
  help: 'how many workers there are: a number, or auto',
  run: ([workers = '']) => sendToPrimary(`/scale?workers=${encodeURIComponent(workers)}`),
};
