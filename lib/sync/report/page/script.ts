import { script } from './html.ts';

/** Hides the rows that do not hold all the words typed. Few groups need no filter, and without script there is none. */
export const FILTER_SCRIPT = script`
  const rows = [...document.querySelectorAll('.groups tbody tr')];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const input = document.getElementById('filter');
  const shown = document.getElementById('shown');
  function filter() {
    const words = input.value.toLowerCase().split(' ');
    let count = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at].includes(word));
      if (!row.hidden) count++;
    });
    shown.value = input.value.trim() === '' ? '' : count + ' of ' + rows.length;
  }
  if (rows.length > 7) {
    input.parentElement.hidden = false;
    input.addEventListener('input', filter);
  }
`;
