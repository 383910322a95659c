/** The connection that the nodes of these tests share. */
export const CONNECTION = 'machine';
