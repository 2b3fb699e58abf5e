/** What a page does in the browser: search, the theme, the menu of small windows, diagrams. Plain JavaScript, as it is served. */
const root = document.documentElement;
const base = root.dataset.root ?? '.';

const isDark = () => getComputedStyle(root).colorScheme === 'dark' || matchesDark();
const matchesDark = () => root.dataset.theme === undefined && matchMedia('(prefers-color-scheme: dark)').matches;

function applyTheme() {
  const chosen = localStorage.getItem('theme');
  if (chosen) root.dataset.theme = chosen;
}

function drawDiagrams() {
  if (!globalThis.mermaid) return;
  globalThis.mermaid.initialize({ startOnLoad: false, theme: isDark() ? 'dark' : 'neutral', securityLevel: 'strict' });
  void globalThis.mermaid.run({ querySelector: 'pre.mermaid' });
}

/** The index is loaded when somebody searches for the first time. */
let loading;
function searcher() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `${base}/assets/search-index.js`;
    script.onload = () =>
      resolve(
        globalThis.MiniSearch.loadJS(globalThis.searchIndex, {
          fields: ['title', 'heading', 'body'],
          storeFields: ['title', 'heading', 'page'],
        }),
      );
    script.onerror = () => reject(new Error('the search index did not load'));
    document.head.append(script);
  });
  return loading;
}

async function showFound(words) {
  const list = document.getElementById('found');
  if (words.trim() === '') {
    list.hidden = true;
    return;
  }
  const index = await searcher();
  const found = index.search(words, { prefix: true, fuzzy: 0.15, boost: { heading: 3, title: 2 }, combineWith: 'AND' });
  list.replaceChildren(...(found.length > 0 ? found.slice(0, 12).map(foundItem) : [nothingFound(words)]));
  list.hidden = false;
}

function foundItem({ page, title, heading }) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = `${base}/${page}`;
  link.textContent = heading;
  const where = document.createElement('small');
  where.textContent = title;
  link.append(where);
  item.append(link);
  return item;
}

function nothingFound(words) {
  const item = document.createElement('li');
  item.textContent = `Nothing is said of “${words}”.`;
  return item;
}

applyTheme();
drawDiagrams();
const search = document.getElementById('search');
search.addEventListener('input', () => void showFound(search.value));
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape') {
    document.getElementById('found').hidden = true;
  }
});
document.getElementById('theme').addEventListener('click', () => {
  localStorage.setItem('theme', isDark() ? 'light' : 'dark');
  location.reload();
});
document.getElementById('menu').addEventListener('click', ({ currentTarget }) => {
  const isOpen = document.getElementById('navigation').classList.toggle('open');
  currentTarget.setAttribute('aria-expanded', String(isOpen));
});
