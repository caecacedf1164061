/** Name of a pool where pools go by the same name on both sides. */
export const ownName = (pool: string): string => pool
