/** The balancer manager as XML. Every other parameter it knows changes workers or names one of them. */
export function managerPath(path: string): string {
  return `${path}?xml=1`
}

/** The status page for machines. */
export function statusPath(path: string): string {
  return `${path}?auto`
}
