/** Makes an element of these classes, with a text or without. */
export function make<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  classes = '',
  text = '',
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  element.className = classes;
  element.textContent = text;
  return element;
}

/** Makes a button with an icon in place of a text; `title` says what it does. */
export function iconButton(icon: string, title: string): HTMLButtonElement {
  const button = make('button', 'red-ui-button');
  button.type = 'button';
  setAttributes(button, { title, 'aria-label': title });
  button.append(make('i', icon));
  return button;
}

/** Gives an element these attributes. */
export function setAttributes(element: HTMLElement, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
