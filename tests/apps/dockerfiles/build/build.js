// Stands for a bundler: what it writes is the app.
import { copyFileSync, mkdirSync } from 'node:fs';

mkdirSync('dist', { recursive: true });
copyFileSync('source/shop.js', 'dist/main.js');
