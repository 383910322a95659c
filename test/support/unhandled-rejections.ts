// mocha lets a rejection pass that nobody looks at; in Node-RED it would end the process
process.on('unhandledRejection', (reason) => {
  throw reason instanceof Error ? reason : new Error(`Unhandled rejection: ${String(reason)}`);
});
