/** Rooms with a tsconfig of their own; each is checked against only the world it really has. */
export const rooms = ['shared', 'shared/node', 'cli', 'electron', 'renderer', 'tools', 'test']
