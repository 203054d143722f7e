import { script } from '../../../html/html.ts';

/** Finds, filters and sorts groups. Without script all of them are there, those that did not get done first. */
export const GROUPS_SCRIPT = script`
  const table = document.querySelector('.groups');
  const find = document.getElementById('find');
  const state = document.getElementById('state-filter');
  const shown = document.getElementById('shown');
  const all = document.getElementById('show-all');

  // Thousands of rows are read when somebody first looks for one, not while the page opens.
  let read;
  const groups = () => (read ??= [...table.tBodies].map(readGroup));
  function readGroup(body) {
    const { name, state, keys } = body.dataset;
    const text = (name + ' ' + body.rows[0].cells[0].textContent).toLowerCase();
    return { body, text, state, name, keys: keys.split(' ').map(Number) };
  }

  // The page begins with as many as open at once; whoever wants them all waits for them.
  let limit = table ? table.querySelectorAll('tbody:not([hidden])').length : 0;
  const total = table ? table.tBodies.length : 0;

  function filter() {
    const words = find.value.toLowerCase().split(' ');
    let count = 0;
    for (const group of groups()) {
      const fits = (state.value === '' || group.state === state.value) && words.every((word) => group.text.includes(word));
      if (fits) count++;
      group.body.hidden = !fits || count > limit;
    }
    tell(count);
  }

  function tell(count) {
    const seen = Math.min(count, limit);
    const found = count === total ? '' : count + ' of ' + total + ' groups';
    shown.value = seen === count ? found : 'the first ' + seen + ' of ' + (found || count + ' groups');
    all.hidden = seen === count;
  }

  const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  function sort(column, header) {
    // What is most comes first; names, and states by how urgent they are, begin with the first.
    const first = column < 2 ? 'ascending' : 'descending';
    const other = first === 'ascending' ? 'descending' : 'ascending';
    const order = header.getAttribute('aria-sort') === first ? other : first;
    for (const each of table.tHead.rows[0].cells) each.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', order);
    const sign = order === 'ascending' ? 1 : -1;
    const compare = column === 0 ? byName : (a, b) => a.keys[column - 1] - b.keys[column - 1];
    groups().sort((a, b) => sign * compare(a, b) || byName(a, b));
    table.append(...groups().map((group) => group.body));
    filter();
  }

  function addButton(header, column) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...header.childNodes);
    button.addEventListener('click', () => sort(column, header));
    header.append(button);
  }

  if (total > 1) {
    document.querySelector('.controls').hidden = false;
    find.addEventListener('input', filter);
    state.addEventListener('change', filter);
    all.addEventListener('click', () => {
      limit = total;
      filter();
      find.focus();
    });
    tell(total);
    [...table.tHead.rows[0].cells].forEach(addButton);
    table.classList.add('sortable');
  }
`;
