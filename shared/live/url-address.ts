/** `10.0.0.1:8080` of `http://10.0.0.1:8080/x`, with the port of the scheme where none is written; null: no such address. */
export function urlAddress(url: string): string | null {
  const match = /^(https?|h2c):\/\/(?:[^/@]*@)?(\[[0-9a-f:.]+\]|[^/:?#]+)(?::(\d+))?(?:[/?#].*)?$/i.exec(url)
  return match === null ? null : `${match[2] as string}:${match[3] ?? (match[1]?.toLowerCase() === 'https' ? '443' : '80')}`
}
