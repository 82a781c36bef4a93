/** The syntax of CEL (https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax), as far as our rules use it. */

/** An expression. Operators are calls of functions by their own sign. */
export type Cel =
  | { is: 'literal'; value: unknown }
  | { is: 'name'; name: string }
  | { is: 'field'; of: Cel; field: string }
  | { is: 'list'; elements: Cel[] }
  | { is: 'call'; name: string; target?: Cel; args: Cel[] };

const tokenPattern = /\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d+|[A-Za-z_]\w*|&&|\|\||[=!<>]=|[-+*/%!<>?:.,()[\]])/y;

/** Levels of binary operators, loosest first. */
const levels = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>=', 'in'], ['+', '-'], ['*', '/', '%']];

function tokens(text: string): string[] {
  const found: string[] = [];
  const pattern = new RegExp(tokenPattern);
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const token = pattern.exec(text)?.[1];
    if (token === undefined) throw new Error(`not CEL, from: ${text.slice(at)}`);
    found.push(token);
  }
  return found;
}

/** Reads an expression. Throws at what is no CEL. */
export function parseCel(text: string): Cel {
  const rest = tokens(text);
  const take = (token: string) => (rest[0] === token ? rest.shift() : undefined);
  const expect = (token: string) => {
    if (!take(token)) throw new Error(`CEL expects ${token} before ${rest.join(' ') || 'the end'}: ${text}`);
  };

  function conditional(): Cel {
    const condition = binary(0);
    if (!take('?')) return condition;
    const then = binary(0);
    expect(':');
    return { is: 'call', name: '?:', args: [condition, then, conditional()] };
  }

  function binary(level: number): Cel {
    const operators = levels[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    while (operators.includes(rest[0] ?? '')) {
      left = { is: 'call', name: rest.shift()!, args: [left, binary(level + 1)] };
    }
    return left;
  }

  function unary(): Cel {
    if (take('!')) return { is: 'call', name: '!', args: [unary()] };
    let value = primary();
    for (;;) {
      if (take('.')) {
        const field = rest.shift() ?? '';
        value = take('(')
          ? { is: 'call', name: field, target: value, args: list(')') }
          : { is: 'field', of: value, field };
      } else if (take('[')) {
        value = { is: 'call', name: '[]', args: [value, conditional()] };
        expect(']');
      } else return value;
    }
  }

  function list(end: string): Cel[] {
    const elements: Cel[] = [];
    while (!take(end)) {
      elements.push(conditional());
      if (rest[0] !== end) expect(',');
    }
    return elements;
  }

  function primary(): Cel {
    const token = rest.shift() ?? '';
    if (token === '(') {
      const inner = conditional();
      expect(')');
      return inner;
    }
    if (token === '[') return { is: 'list', elements: list(']') };
    if (/^\d/.test(token)) return { is: 'literal', value: Number(token) };
    if (token === 'true' || token === 'false') return { is: 'literal', value: token === 'true' };
    if (/^['"]/.test(token)) return { is: 'literal', value: token.slice(1, -1).replace(/\\(.)/g, '$1') };
    if (!/^[A-Za-z_]/.test(token)) throw new Error(`CEL has ${token || 'nothing'} for a value: ${text}`);
    return take('(') ? { is: 'call', name: token, args: list(')') } : { is: 'name', name: token };
  }

  const whole = conditional();
  if (rest.length > 0) throw new Error(`CEL ends before ${rest.join(' ')}: ${text}`);
  return whole;
}
