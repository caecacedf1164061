/** Largest config file that is read; above it the file is refused before a byte is read, on either side of a call. */
export const configLimitBytes = 128 * 1024 * 1024
