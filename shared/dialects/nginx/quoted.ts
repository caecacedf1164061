const plainWord = /^[A-Za-z0-9_\-.:/@,+=%~^!*?|&()[\]<>]+$/
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }

/** A value written so that nginx reads it back unchanged: bare, or in double quotes. Source: `ngx_conf_read_token`. */
export function quoted(value: string): string {
  return plainWord.test(value) ? value : `"${value.replace(/[\n\r\t"\\]/g, (character) => escapes[character] as string)}"`
}
