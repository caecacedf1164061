import { maskSecrets } from '#shared/backend/secrets.ts'

/** Parts of a report, before it is Markdown or HTML. Texts are plain. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly { readonly text: string; readonly details: readonly string[] }[] }
  | { readonly kind: 'table'; readonly columns: readonly { readonly title: string; readonly isNumber: boolean }[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'code'; readonly text: string }
  /** Left out where there are no pictures. */
  | { readonly kind: 'picture'; readonly svg: string }

export interface ReportDocument {
  readonly title: string
  /** What happened, in one sentence. */
  readonly headline: string
  readonly blocks: readonly Block[]
}

/** Characters that would start markup inside a sentence or end a table cell. */
const markdown = (text: string): string => maskSecrets(text).replace(/[\\`*_[\]<>|#]/g, (character) => `\\${character}`).replace(/\s+/g, ' ')

export function renderMarkdown({ title, headline, blocks }: ReportDocument): string {
  const out = [`# ${markdown(title)}`, '', `**${markdown(headline)}**`, '']
  for (const block of blocks) {
    switch (block.kind) {
      case 'heading':
        out.push(`## ${markdown(block.text)}`, '')
        break
      case 'text':
        out.push(markdown(block.text), '')
        break
      case 'list':
        for (const item of block.items) out.push(`- ${markdown(item.text)}`, ...item.details.map((detail) => `  - ${markdown(detail)}`))
        out.push('')
        break
      case 'table':
        out.push(`| ${block.columns.map((column) => markdown(column.title)).join(' | ')} |`, `| ${block.columns.map((column) => (column.isNumber ? '---:' : '---')).join(' | ')} |`)
        for (const row of block.rows) out.push(`| ${row.map(markdown).join(' | ')} |`)
        out.push('')
        break
      case 'code': {
        const fence = '`'.repeat(Math.max(3, ...[...block.text.matchAll(/`+/g)].map((run) => run[0].length + 1)))
        out.push(fence, maskSecrets(block.text), fence, '')
        break
      }
      case 'picture': break
    }
  }
  return `${out.join('\n').trimEnd()}\n`
}

const html = (text: string): string => maskSecrets(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const style = `body{font:15px/1.5 Inter,system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2230;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse}td,th{padding:.25rem .75rem;border-bottom:1px solid #d8dde6;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}pre{font:13px/1.45 "JetBrains Mono",ui-monospace,monospace;overflow:auto;border:1px solid #d8dde6;padding:1rem}
.headline{border-left:4px solid #c9190b;padding:.5rem 1rem;background:#f4f6f9}figure{margin:1rem 0;overflow:auto;border:1px solid #d8dde6;background:#fff}li>ul{color:#4a5365}
@media (prefers-color-scheme:dark){body{color:#e4e8f0;background:#14171f}td,th,pre,figure{border-color:#333a48}.headline{background:#1d222d}li>ul{color:#a9b2c3}}`

/** One page that needs nothing else and runs nothing. */
export function renderHtml({ title, headline, blocks }: ReportDocument): string {
  const parts = [`<h1>${html(title)}</h1>`, `<p class="headline"><strong>${html(headline)}</strong></p>`]
  for (const block of blocks) {
    switch (block.kind) {
      case 'heading':
        parts.push(`<h2>${html(block.text)}</h2>`)
        break
      case 'text':
        parts.push(`<p>${html(block.text)}</p>`)
        break
      case 'list':
        parts.push('<ul>', ...block.items.map((item) => `<li>${html(item.text)}${item.details.length === 0 ? '' : `<ul>${item.details.map((detail) => `<li>${html(detail)}</li>`).join('')}</ul>`}</li>`), '</ul>')
        break
      case 'table': {
        const cell = (tag: 'td' | 'th', text: string, column: number): string => `<${tag}${block.columns[column]?.isNumber === true ? ' class="n"' : ''}>${html(text)}</${tag}>`
        parts.push('<table>', `<tr>${block.columns.map((column, index) => cell('th', column.title, index)).join('')}</tr>`, ...block.rows.map((row) => `<tr>${row.map((text, index) => cell('td', text, index)).join('')}</tr>`), '</table>')
        break
      }
      case 'code':
        parts.push(`<pre>${html(block.text)}</pre>`)
        break
      case 'picture':
        parts.push(`<figure>${block.svg.replace(/^<\?xml[^>]*\?>\s*/, '')}</figure>`)
        break
    }
  }
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><title>${html(title)}</title><style>${style}</style></head><body>\n${parts.join('\n')}\n</body></html>\n`
}
