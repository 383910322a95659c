/**
 * Shows, of the elements that explain what can be chosen for `property`, the one for what is chosen: its `data-choice` is the option's
 * value. They stand in the same row of the form as the property's list.
 */
export function explainChoice(property: string): void {
  const list = document.getElementById(`node-input-${property}`);
  if (!(list instanceof HTMLSelectElement)) return;
  const explanations = list.closest('.form-row')?.querySelectorAll<HTMLElement>('[data-choice]') ?? [];
  const explain = (): void => {
    for (const each of explanations) each.hidden = each.dataset['choice'] !== list.value;
  };
  list.addEventListener('change', explain);
  explain();
}
