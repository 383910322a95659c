import { iconButton, setAttributes } from '../elements.js';
import { PickPanel, type PickSource } from './pick-panel.js';

/** What a panel is opened with. */
export interface Pick {
  readonly source: PickSource;
  /** The values that are ticked to begin with. */
  readonly ticked: Set<string>;
  /** Takes the values that were picked. */
  readonly take: (values: string[]) => void;
}

/** Makes a button that opens a panel to pick from. `prepare` says each time with what. */
export function pickButton(title: string, prepare: () => Pick): HTMLButtonElement {
  const button = iconButton('fa fa-search', title);
  button.classList.add('akm-pick');
  setAttributes(button, { 'aria-haspopup': 'dialog', 'aria-expanded': 'false' });
  let close: (() => void) | undefined; // undefined while there is no panel
  const open = (): void => {
    const { source, ticked, take } = prepare();
    const choose = (values: string[]): void => {
      close?.();
      take(values);
    };
    const panel = new PickPanel(source, ticked, choose, () => close?.());
    const popover = RED.popover.panel($(panel.element));
    const forget = (): void => {
      panel.stop();
      close = undefined;
      button.setAttribute('aria-expanded', 'false');
    };
    close = () => {
      forget();
      popover.hide();
      button.focus();
    };
    button.setAttribute('aria-expanded', 'true');
    // its right edge below that of the button
    const offset: [number, number] = [button.offsetWidth, 2];
    const target = $(button);
    popover.show({ target, align: 'left', offset, closeButton: target, onclose: forget });
    panel.focus();
  };
  button.addEventListener('click', () => {
    if (close) close();
    else open();
  });
  // the form was closed
  $(button).on('remove', () => close?.());
  return button;
}
