// `cluster scale N`: sets the number of workers; `cluster scale TYPE=N` that of processes.
import type { Command } from './command.ts';
import { sendToPrimary } from './control-client.ts';

export const scaleCommand: Command = {
  help: 'how many workers there are: a number, or auto; worker=3 for processes of the Procfile',
  run: ([text = '']) => {
    const [, type, count = ''] = /^([^=]+)=(.*)$/.exec(text) ?? [];
    const parameters = type === undefined ? { workers: text } : { type, count };
    return sendToPrimary(`/scale?${new URLSearchParams(parameters)}`);
  },
};
