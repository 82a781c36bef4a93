/** What of Node a bundled program does not load before it needs it. */
import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * An `import` of one of Node's own modules evaluates all that it exports, also what Node itself loads only when it is asked for (the
 * promises of `fs`, WebCrypto), and esbuild puts it first, even if only a part that is not loaded needs it (`https`). Hence a
 * `require`, and of that what is used: even to look for a property loads it. 6 MiB of memory.
 */
export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z0-9_:/]+$/ }, ({ path, kind }) => {
      if (kind !== 'import-statement' || !isBuiltin(path)) return undefined;
      return { path: path.replace(/^(?!node:)/, 'node:'), namespace: 'builtin' };
    });
    onLoad({ filter: /^/, namespace: 'builtin' }, async ({ path }) => {
      const names = Object.keys((await import(path)) as object).filter((name) => name !== 'default');
      return {
        contents: [
          `const $module = require('${path}');`,
          'const $get = (name) => $module[name];',
          'export default $module;',
          // What nobody imports esbuild leaves out, since it is told that it has no effect.
          ...names.map((name) => `export const ${name} = /* @__PURE__ */ $get('${name}');`),
        ].join('\n'),
      };
    });
  },
};

/**
 * Koffi finds its native library by reading the headers of the running program, and wraps it to warn of functions of
 * earlier versions: 3 MiB of memory. Of libraries there is one in the image, for glibc.
 */
export const nativeKoffi: Plugin = {
  name: 'native-koffi',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^koffi$/ }, ({ path }) => ({ path, namespace: 'native' }));
    onLoad({ filter: /^/, namespace: 'native' }, () => ({
      contents: [
        'const { arch } = process;',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the bundle's.
        'const library = require.resolve(`@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`);',
        'process.dlopen(module, library);',
      ].join('\n'),
    }));
  },
};
