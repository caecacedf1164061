import type { Dialect } from '#shared/dialects/dialect.ts'
import { nginxTokens } from './accessors.ts'
import { nginxChecks } from './checks/all.ts'
import { compileNginx } from './compile/compile.ts'
import { findIncludes } from './includes.ts'
import { nginxLanguage } from './language.ts'
import { detectNginx, outlineNginx } from './outline.ts'
import { parseNginx } from './parser.ts'
import { nginxProof } from './prove/recipe.ts'
import { nginxSupport } from './support.ts'
import type { NginxTree } from './tree.ts'
import { nginxValidator } from './validator/validator.ts'

export const nginx: Dialect<NginxTree> = {
  id: 'nginx',
  product: 'nginx',
  mainFile: 'nginx.conf',
  verifiedOn: ['1.22'],
  detect: detectNginx,
  parse: parseNginx,
  tokens: nginxTokens,
  includes: findIncludes,
  compile: compileNginx,
  outline: outlineNginx,
  support: nginxSupport,
  checks: nginxChecks,
  language: nginxLanguage,
  proof: nginxProof,
  validator: nginxValidator,
}
