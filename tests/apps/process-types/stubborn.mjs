// Ignores SIGTERM, and so does its child.
import { spawn } from 'node:child_process';

process.on('SIGTERM', () => {});
spawn('sh', ['-c', 'trap "" TERM; echo stubborn is up; sleep 100'], { stdio: 'inherit' });
