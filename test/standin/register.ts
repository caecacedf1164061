import { registerHooks } from 'node:module'

/** From here on, `electron` is the stand-in, for every module of this process. */
registerHooks({
  resolve(specifier, context, next) {
    return specifier === 'electron' ? { url: new URL('./electron-shim.ts', import.meta.url).href, shortCircuit: true } : next(specifier, context)
  },
})
