import { make, setAttributes } from '../elements.js';
import type { PickItem } from './pick-items.js';

/** Makes the line of a list for an item. Whatever stands in it came from elsewhere, and is text only. */
export function optionOf({ title, details }: PickItem, several: boolean, ticked: boolean): HTMLElement {
  const option = make('li', 'akm-picker-option');
  setAttributes(option, { role: 'option', 'aria-selected': String(ticked) });
  const box = ticked ? 'fa fa-check-square-o' : 'fa fa-square-o';
  const words = make('div');
  words.append(make('div', 'akm-picker-name', title));
  if (details.length > 0) words.append(make('div', 'akm-picker-details', details.join(' · ')));
  option.append(make('i', several ? box : `fa fa-check${ticked ? '' : ' akm-unticked'}`), words);
  return option;
}
