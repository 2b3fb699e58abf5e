/** Says in one line that the port is taken; any other error is itself. */
export function registryPortError(error: unknown, host: string, port: number): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return new Error(
    `The registry's port ${port} on ${host} is taken by another process; stop it, or choose another with --registry-port (0 takes a free one).`,
    { cause: error },
  );
}
