/** What stands in place of a secret. */
export const maskText = '••••••'

/**
 * Secret values by the words that stand before them, line by line, for every text that leaves as report, export or log.
 *
 * Covers passwords of userlists and statistics pages, authorization headers and tokens set by rules, private keys and
 * keys of sticky tables and peers. It rather hides too much than too little.
 * Every quantifier that could start at many places is bounded, so the time stays linear.
 * Source: HAProxy configuration manual, "userlist", "stats auth", "http-request set-header", "http-check send".
 */
const patterns: readonly RegExp[] = [
  /(\b(?:insecure-)?password[ \t]+)("[^"]*"|'[^']*'|[^\s#]+)/gi,
  /(\bstats[ \t]+auth[ \t]+[^\s:]+:)([^\s]+)/gi,
  /(\bauthorization["']?[ \t,:]+["']?(?:Bearer|Basic|Digest|Token)(?:\\?[ \t]+))([^\s"'\\]+)/gi,
  /(\b(?:Bearer|Basic)(?:\\[ \t]|[ \t])+)([A-Za-z0-9._~+/=-]{8,})/g,
  /(\b(?:x-api-key|x-auth-token|api[-_]?key|access[-_]token|client[-_]secret|secret)["']?[ \t,:=]+["']?)([^\s"',]{4,})/gi,
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"']{0,200}:)([^\s/@"']{1,200})(?=@)/gi,
]

/** `text` with the values of secrets replaced; the number of lines stays the same. */
export function maskSecrets(text: string): string {
  let masked = text
  for (const pattern of patterns) masked = masked.replace(pattern, (_whole, lead: string) => lead + maskText)
  return masked.replace(/(-----BEGIN [A-Z ]*PRIVATE KEY-----)([\s\S]*?)(-----END [A-Z ]*PRIVATE KEY-----)/g, (_whole, begin: string, body: string, end: string) => begin + body.replace(/[^\n]+/g, maskText) + end)
}
