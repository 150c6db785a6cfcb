// `cluster restart TYPE`: restarts processes of the Procfile.
import type { Command } from './command.ts';
import { sendToPrimary } from './control-client.ts';

export const restartCommand: Command = {
  help: 'restarts processes of the Procfile, one by one: a type, or one by its name, such as worker-0',
  run: ([type = '']) => sendToPrimary(`/restart?type=${encodeURIComponent(type)}`),
};
