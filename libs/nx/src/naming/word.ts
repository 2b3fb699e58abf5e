import { GeneratorError } from '../error/index.ts';

/** One name in all its forms: `order item` is order-item, order_item, orderItem, OrderItem, `order item`. */
export interface Word {
  readonly kebab: string;
  readonly snake: string;
  readonly camel: string;
  readonly pascal: string;
  readonly text: string;
}

const capital = (part: string): string => part.charAt(0).toUpperCase() + part.slice(1);

/**
 * Reads a name in any of its forms.
 *
 * @param what names the option in the message: `the name of a service`
 * @throws GeneratorError when it is none
 */
export function wordOf(name: string, what: string): Word {
  const parts = name
    .trim()
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .toLowerCase()
    .split(/[-_ ]/);
  if (!parts.every((part, index) => (index === 0 ? /^[a-z][a-z0-9]*$/ : /^[a-z0-9]+$/).test(part)) || name.length > 60)
    throw new GeneratorError(
      `'${name}' cannot be ${what}: it needs letters and digits, parts joined by - or _, a letter first, 60 at most; such as shop-orders.`,
    );
  const pascal = parts.map(capital).join('');
  return {
    kebab: parts.join('-'),
    snake: parts.join('_'),
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    text: parts.join(' '),
  };
}
