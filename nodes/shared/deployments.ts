import type { NodeAPI } from 'node-red';

/** By Node-RED's emitter of events: who wants to know. One listener serves all of them, since Node.js warns of more than ten. */
const followers = new WeakMap<NodeAPI['events'], Set<() => void>>();

/**
 * Calls `follower` each time that flows have started: at the start of Node-RED, and after each deploy of any type, when all nodes are there
 * that it has made. Node-RED 4.1 and 5.0 emit the same event. Until the returned function is called.
 * @param follower must not throw
 */
export function onFlowsStarted(RED: NodeAPI, follower: () => void): () => void {
  const { events } = RED;
  const called = followers.get(events) ?? listen(events);
  called.add(follower);
  return () => {
    called.delete(follower);
  };
}

function listen(events: NodeAPI['events']): Set<() => void> {
  const called = new Set<() => void>();
  followers.set(events, called);
  events.on('flows:started', () => {
    for (const follower of called) follower();
  });
  return called;
}
