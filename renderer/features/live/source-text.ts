/** A source as it is remembered: without user and password. */
export function withoutPassword(source: string): string {
  return source.replace(/^((?:[a-z-]+:)?https?:\/\/)[^/@]*@/i, '$1')
}

/** Where a recording of a source begins, named after it and the moment. */
export function recordingPath(folder: string, source: string, at: Date): string {
  const name = source.replace(/^[a-z-]+:(?=https?:)|^https?:\/\//gi, '').replace(/[^A-Za-z0-9.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '').slice(-60)
  const time = at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  return `${folder.replace(/[/\\]$/, '')}/${name === '' ? 'balancer' : name}-${time}.lbrec`
}
