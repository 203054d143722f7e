import { script } from '../html/html.ts';

/**
 * Asks now and then for the parts of the page that have changed, finds jobs, and moves within a strip by the arrow keys. A page that is
 * not looked at asks for nothing, and at once when it is looked at again.
 */
export const PAGE_SCRIPT = script`
  const { live, ms } = document.body.dataset;
  const byId = (id) => document.getElementById(id);
  let every = Number(ms), etag = '', timer = 0, asking = false;

  function put(part) {
    const old = byId(part.id);
    if (!old || part.html === old.source) return;
    const here = document.activeElement;
    if (old.contains(here) && here.matches('input,textarea,select')) return;
    const box = document.createElement('template');
    box.innerHTML = part.html;
    const fresh = box.content.firstElementChild;
    fresh.source = part.html;
    // What a finger is on just now stays where nothing is new.
    if (fresh.isEqualNode(old)) old.source = part.html;
    else keepFocus(old, fresh);
  }

  // Whoever goes by keyboard stays where they are, or at what came in its place.
  function keepFocus(old, fresh) {
    const here = old.contains(document.activeElement) ? document.activeElement : undefined;
    const open = [...old.querySelectorAll('details')].map((each) => each.open);
    const at = here && [...old.querySelectorAll('a,button,summary')].indexOf(here);
    old.replaceWith(fresh);
    fresh.querySelectorAll('details').forEach((each, index) => { each.open = open[index] ?? each.open; });
    if (!here) return;
    const next = fresh.querySelectorAll('a,button,summary')[at] ?? fresh;
    if (next === fresh) fresh.tabIndex = -1;
    next.focus();
  }

  // What is written again is read out again.
  function write(place, text) {
    if (place.textContent !== text) place.textContent = text;
  }

  function take(answer) {
    if (answer.title) document.title = answer.title;
    for (const part of answer.parts) put(part);
    keyed(answer.parts);
    addLines(answer.log);
    const say = byId('say');
    if (say.dataset.told !== answer.say) write(say, answer.say);
    say.dataset.told = answer.say;
    every = answer.refreshMs;
    find();
  }

  // Jobs come and go, and change places by how urgent they are.
  function keyed(parts) {
    const list = document.querySelector('[data-keyed]');
    if (!list) return;
    const wanted = parts.filter((part) => part.id.startsWith('job-'));
    if (wanted.some((part) => !byId(part.id)) || wanted.length !== list.children.length) return location.reload();
    if (list.contains(document.activeElement)) return;
    if (wanted.some((part, at) => list.children[at].id !== part.id)) list.append(...wanted.map((part) => byId(part.id)));
  }

  function addLines(log) {
    const list = byId('log');
    if (!log || !list || log.html === '') return;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.insertAdjacentHTML('beforeend', log.html);
    list.dataset.last = log.last;
    while (list.children.length > 1000) list.firstElementChild.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  // Asking on would change nothing, or lock out whoever else comes from this address.
  const GONE = {
    401: 'The password is wanted again: load the page.',
    404: 'This is not there any more: what you see is the last of it.',
    429: 'Too many wrong passwords came from your address: load the page in a minute.',
  };
  function leave(why) {
    every = 0;
    write(byId('link-state'), why);
    document.body.classList.add('stale');
  }

  async function ask() {
    if (asking || document.hidden || !every) return;
    asking = true;
    clearTimeout(timer);
    const log = byId('log');
    try {
      const answer = await fetch(live + (log ? '?after=' + log.dataset.last : ''), {
        headers: { 'if-none-match': etag },
        cache: 'no-store',
        signal: AbortSignal.timeout(30000),
      });
      if (GONE[answer.status]) return leave(GONE[answer.status]);
      if (answer.status !== 200 && answer.status !== 304) throw new Error(answer.status);
      if (answer.status === 200) {
        etag = answer.headers.get('etag') ?? '';
        take(await answer.json());
      }
      const at = new Date(answer.headers.get('date')).toISOString();
      byId('as-of').textContent = at.slice(0, 19).replace('T', ' ');
      lost();
    } catch (error) {
      lost(error);
    }
    asking = false;
    if (every) timer = setTimeout(ask, every);
  }

  let since;
  function lost(error) {
    const state = byId('link-state');
    since = error ? (since ?? new Date()) : undefined;
    write(state, since ? 'No answer since ' + since.toISOString().slice(11, 19) + ' UTC: what you see may be old.' : '');
    document.body.classList.toggle('stale', since !== undefined);
  }

  const field = byId('find'), state = byId('state-filter');
  function find() {
    if (!field) return;
    const words = field.value.toLowerCase().split(' ');
    const jobs = [...byId('jobs').children];
    for (const job of jobs) {
      const text = job.dataset.find.toLowerCase();
      job.hidden = (state.value !== '' && job.dataset.state !== state.value) || !words.every((word) => text.includes(word));
    }
    const seen = jobs.filter((job) => !job.hidden).length;
    byId('shown').value = seen === jobs.length ? '' : seen + ' of ' + jobs.length + ' jobs';
  }
  if (field) {
    document.querySelector('.controls').hidden = false;
    field.addEventListener('input', find);
    state.addEventListener('change', find);
  }

  document.addEventListener('keydown', (event) => {
    const from = event.target;
    const step = { ArrowLeft: 'previousElementSibling', ArrowRight: 'nextElementSibling' }[event.key];
    if (!step || !from.parentElement?.classList.contains('strip')) return;
    event.preventDefault();
    from[step]?.focus();
  });

  if (byId('log')) byId('log').scrollTop = byId('log').scrollHeight;
  if (live) {
    document.addEventListener('visibilitychange', ask);
    addEventListener('online', ask);
    timer = setTimeout(ask, every);
  }
`;
