#!/bin/bash
# Before the app, at every start: brings the database up to date. Its failure ends the container, with its code.
exec tsx /app/src/migrate.ts
