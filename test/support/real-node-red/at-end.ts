const endings = new Set<() => void>();

process.once('exit', () => {
  for (const ending of [...endings]) ending();
});

// Node.js ends at these without an 'exit' event unless somebody listens; mocha itself listens to SIGINT.
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    process.exit(1);
  });
}

/**
 * Calls `ending` when this process ends, whatever ends it short of a kill: a test run that fails or is cut short must leave no
 * process and no folder behind.
 *
 * @returns takes it back
 */
export function atEnd(ending: () => void): () => void {
  endings.add(ending);
  return () => {
    endings.delete(ending);
  };
}
