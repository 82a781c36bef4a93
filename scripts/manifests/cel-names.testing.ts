/** Names of properties in CEL. */

/** Property names that are words of CEL are escaped in an expression: `__namespace__`. */
const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** The name of a property in an expression. */
export const escaped = (property: string): string => (reserved.has(property) ? `__${property}__` : property);
