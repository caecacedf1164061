export declare const electronFolder: string
export declare function executableName(platform?: NodeJS.Platform): string
export declare function findElectron(env?: NodeJS.ProcessEnv): { readonly found: true; readonly path: string; readonly from: string } | { readonly found: false; readonly reason: string }
