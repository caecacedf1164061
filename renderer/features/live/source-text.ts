/** A source as it is remembered: without user and password. */
export function withoutPassword(source: string): string {
  return source.replace(/^((?:[a-z-]+:)?https?:\/\/)[^/@]*@/i, '$1')
}
