// `cluster reload`: a new worker for each slot, one after the other, without a lost request.
import type { Command } from './command.ts';
import { sendToPrimary } from './control-client.ts';

export const reloadCommand: Command = {
  help: 'runs the newest version of the app, worker by worker; no request is lost',
  run: () => sendToPrimary('/reload'),
};
