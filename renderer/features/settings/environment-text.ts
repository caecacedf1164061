/** `NAME=value` lines to the environment of a config. Lines without a name or `=` are told by number. */
export function parseEnvironment(text: string): { readonly environment: Readonly<Record<string, string>>; readonly problems: readonly string[] } {
  const environment: Record<string, string> = {}
  const problems: string[] = []
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    const sign = line.indexOf('=')
    const name = line.slice(0, sign).trim()
    if (sign <= 0 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) problems.push(`Line ${index + 1} is not NAME=value.`)
    else environment[name] = line.slice(sign + 1)
  })
  return { environment, problems }
}

export function toEnvironmentText(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`).join('\n')
}
