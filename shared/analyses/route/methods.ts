/** Methods the product knows by number; all others are compared as text. Source: H-METH-1. */
export const knownMethods: ReadonlySet<string> = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'])
