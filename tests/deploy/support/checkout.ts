// The project as somebody would release it: its files as they are now, as a clean commit of a repository of its own.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mustRun, type Outcome, run } from '../../../tools/command.ts';
import { projectRoot } from '../../../tools/paths.ts';
import { buildDeadlineMs } from '../../support/deadline.ts';

export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), 'release-'));

  /** @param origin the URL of its remote */
  static async of(origin: string): Promise<Checkout> {
    const checkout = new Checkout();
    const list = ['ls-files', '--cached', '--others', '--exclude-standard'];
    const files = await mustRun('git', ['-C', projectRoot, ...list], 'Run the tests in a git clone.');
    // A file that was deleted, and is not yet committed as such, is none.
    for (const file of files.split('\n').filter((file) => existsSync(join(projectRoot, file)))) {
      const target = join(checkout.folder, file);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(projectRoot, file), target, { verbatimSymlinks: true });
    }
    symlinkSync(join(projectRoot, 'node_modules'), join(checkout.folder, 'node_modules'));
    await checkout.#git('init', '--quiet');
    writeFileSync(join(checkout.folder, '.git/info/exclude'), 'node_modules\n');
    await checkout.#git('remote', 'add', 'origin', origin);
    await checkout.commit();
    return checkout;
  }

  async commit(files: Record<string, string> = {}): Promise<void> {
    this.write(files);
    await this.#git('add', '--all');
    const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
    await this.#git(...author, 'commit', '--quiet', '--message', 'test');
  }

  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
  }

  revision(): Promise<string> {
    return this.#git('rev-parse', 'HEAD');
  }

  /** `npm run release`, but for the packages, which are there. */
  release(environment: Record<string, string>, ...args: string[]): Promise<Outcome> {
    return run('node', [join(this.folder, 'tools/release.ts'), ...args], {
      env: environment,
      timeoutMs: buildDeadlineMs,
    });
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #git(...args: string[]): Promise<string> {
    return mustRun('git', ['-C', this.folder, ...args], 'See the output above.');
  }
}
