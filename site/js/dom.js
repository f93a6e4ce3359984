// Small helpers around the document.

export const byId = (id) => document.getElementById(id);

/**
 * Build an element. Names with a dash are attributes (`aria-label`), the others properties; children
 * are nodes or texts, and null, undefined and false are left out.
 */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG, where everything is an attribute. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...present(children));
  return element;
}

/** Put other children into an element, and the focus back to the one that had it, by its id. */
export function replace(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
  element.replaceChildren(...present(children));
  if (focused) byId(focused)?.focus({ preventScroll: true });
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...present(children));
  return element;
}

const present = (children) =>
  children.flat().filter((child) => child !== null && child !== undefined && child !== false);
