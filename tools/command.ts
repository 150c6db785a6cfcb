// How the tools run programs and speak: one line of progress a step, one line with a remedy when it fails.
import { spawn } from 'node:child_process';

/** A failure that the person at the keyboard can mend: printed as one line, without a stack. */
export class Problem extends Error {
  readonly output: string;

  /** @param message what happened and what to do about it  @param output the failed program's output, if any */
  constructor(message: string, output = '') {
    super(message);
    this.output = output;
  }
}

export interface Outcome {
  code: number;
  output: string;
}

/** Runs a program to its end, quietly. A program that cannot be started counts as code 127. */
export function run(
  command: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv | undefined; timeoutMs?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs,
    });
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString().trim() }));
  });
}

/**
 * Runs a program that has to succeed.
 * @param remedy what to do if it does not
 * @returns its output
 * @throws Problem with the program's output and the remedy
 */
export async function mustRun(
  command: string,
  args: string[],
  remedy: string,
  env?: NodeJS.ProcessEnv,
): Promise<string> {
  const { code, output } = await run(command, args, { env });
  if (code !== 0) throw new Problem(`\`${command} ${args.slice(0, 3).join(' ')} …\` failed. ${remedy}`, output);
  return output;
}

/**
 * Runs a program in the foreground, on this terminal.
 * @param timeoutMs after which it gets SIGTERM
 * @returns its exit code, or 128 + signal
 */
export function runInForeground(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
  timeoutMs?: number,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env }, timeout: timeoutMs });
    child.on('error', (error) => {
      process.stderr.write(`error: ${command}: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/** One line when a step begins, completed by its duration. @param name the part at work, at most 10 letters */
export async function step<T>(name: string, doing: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  say(name, `${doing} …`);
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  if (seconds >= 2) say(name, `${doing}: done in ${seconds.toFixed(0)} s`);
  return result;
}

/** Prints one line of progress. */
export function say(name: string, text: string): void {
  process.stdout.write(`${name.padEnd(11)} ${text}\n`);
}

/** The door of every tool: runs `main`, ends the process with its code, or with 1 and the problem in one line. */
export async function runTool(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.output !== '') process.stderr.write(`${error.output}\n\n`);
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 1;
  }
}
