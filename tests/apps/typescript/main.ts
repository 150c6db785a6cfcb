// Everything that Node's own type stripping refuses, and what only TypeScript resolves.

import { aliased } from '@lib/aliased';
import type { FastifyInstance } from 'fastify';
import { commonJs } from './lib/common.cjs';
import { extensionless } from './lib/extensionless';
import { Types, typesOf } from './lib/metadata.js';
import { esModule } from './lib/module.mjs';
import { page } from './lib/page.js';
import settings from './settings.json';

enum Level {
  Low = 1,
  High = Low << 3,
}

namespace Geometry {
  export const corners = 4;
}

class Point {
  constructor(
    readonly x: number,
    private y = 2,
  ) {}
  get sum(): number {
    return this.x + this.y;
  }
}

export default async function app(server: FastifyInstance): Promise<void> {
  server.get('/', async () => ({
    enum: Level.High,
    namespace: Geometry.corners,
    parameterProperty: new Point(1).sum,
    metadata: typesOf(Types, 'method'),
    alias: aliased(),
    extensionless,
    commonJs,
    esModule,
    tsx: page('Ada'),
    json: settings.answer,
    url: import.meta.url,
    line: place(),
  }));
}

/** Where this is called, as a stack trace says. */
function place(): string | undefined {
  return new Error().stack?.split('\n')[2]?.replace(/^.*\(|\)$/g, '');
}
