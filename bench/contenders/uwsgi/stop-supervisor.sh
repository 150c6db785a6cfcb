#!/bin/sh
# An event listener of supervisord: any event that comes ends it.
echo READY
read -r _event
kill "$PPID"
