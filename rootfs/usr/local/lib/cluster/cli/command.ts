// What the `cluster` command is made of.

/** A subcommand: `cluster NAME ARGS…`. */
export interface Command {
  /** Its line in `cluster help`. */
  readonly help: string;
  /** @returns the exit code @throws ClusterError */
  run(args: readonly string[]): Promise<number>;
}
