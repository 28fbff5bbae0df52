// portal.mjs -- what must be true of the portal in a browser: nothing scrolls sideways, contrast
// is enough, every page has its landmarks, links are the exact ones, and nobody sees a list
// that he may not read. Started by test_portal.sh with BASE, MODULES and SHOTS.
import { createRequire } from 'node:module';

const { chromium } = createRequire(process.env.MODULES + '/')('playwright-core');
const { BASE, SHOTS } = process.env;
let failed = 0;

function check(name, good, detail) {
  console.log((good ? 'ok - ' : 'not ok - ') + name + (good ? '' : `: ${JSON.stringify(detail)}`));
  if (!good) failed++;
}

// MS-STSSYN 2.1, written down a second time
function escapeValue(text) {
  let out = '', run = '';
  const end = () => { if (run) out += `[${run}]`; run = ''; };
  for (let i = 0; i < text.length; i++) {
    const c = text[i], u = text.charCodeAt(i);
    if (u > 127) { run += u.toString(16).toUpperCase().padStart(4, '0'); continue; }
    end();
    if ('&\\[]|'.includes(c)) out += '|';
    out += /[A-Za-z0-9]/.test(c) ? c : '%' + u.toString(16).toUpperCase().padStart(2, '0');
  }
  end();
  return out;
}
const linkOf = (folder, title, guid, type = 'contacts', page = `/Lists/${folder}/AllItems.aspx`) =>
  `stssync://sts/?ver=1.1&type=${type}&cmd=add-folder` +
  `&base-url=${escapeValue(BASE)}&list-url=${escapeValue(page)}` +
  `&guid=${escapeValue(guid)}&site-name=${escapeValue('Sample lists')}&list-name=${escapeValue(title)}`;

const LISTS = [
  ['adventureworks', 'AdventureWorks Contacts', '{7765B84F-6D32-4D31-B28E-6BC615D2F187}'],
  ['customers', 'Customers', '{3E0C7A52-9B64-4F0E-8B3C-5D0F6E2A91C4}'],
  ['staff', 'Staff', '{A4D1B0E7-52C8-4D6F-9A37-0C1E8F7B2D65}'],
  ['assessments', 'Assessments', '{5B9D2C41-70E8-4A36-A1F4-C83E6D07B295}', 'tasks'],
  ['announcements', 'Announcements', '{9E41D7B3-62CA-4F08-B5D9-2A70C8E6134F}', 'discussions'],
  ['exams', 'Exams', '{C2F0A6D8-1E57-4B93-8D24-96A7F35B0E1C}', 'calendar', '/Lists/exams/calendar.aspx'],
  ['handouts', 'Handouts', '{17A8E5F2-D46B-4C09-9B73-F05C2D81E6A4}', 'documents',
    '/handouts/Forms/AllItems.aspx'],
];
const PRIVATE = ['private', 'Private <b>contacts</b>', '{0B6A6C1D-8C7B-4C0E-9E51-6E1D7A2F4C90}'];

// runs in the page: what is wrong with it
function faults() {
  const out = [], html = document.documentElement;
  if (html.scrollWidth > html.clientWidth)
    out.push(`scrolls sideways: ${html.scrollWidth} > ${html.clientWidth}`);
  for (const e of document.querySelectorAll('main *'))
    if (e.getBoundingClientRect().right > html.clientWidth + 1 && !e.closest('.unseen, thead'))
      out.push(`<${e.tagName} ${e.className}> reaches beyond the right edge`);
  if (document.querySelectorAll('h1').length !== 1) out.push('not exactly one h1');
  for (const tag of ['header', 'main', 'footer'])
    if (document.querySelectorAll('body > ' + tag).length !== 1) out.push(`no ${tag}`);
  if (html.lang !== 'en') out.push('no language');
  for (const e of document.querySelectorAll('th')) if (!e.scope) out.push('th without scope');
  for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) out.push('img without alt');
  for (const e of document.querySelectorAll('img')) if (!e.naturalWidth) out.push(`${e.src} is not shown`);
  for (const e of document.querySelectorAll('script, style, [style], [onclick], form')) out.push(`<${e.tagName}>`);
  for (const a of document.querySelectorAll('a')) {
    if (!a.textContent.trim()) out.push('link without text');
    if (!/^(stssync|mailto|tel|https?):/.test(a.href)) out.push(`link to ${a.href}`);
  }
  // WCAG 2: contrast of text
  const rgb = s => s.match(/[\d.]+/g).map(Number);
  const light = c => c.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || e.closest('.unseen')) continue;
    let under = e;
    while (under && (rgb(getComputedStyle(under).backgroundColor)[3] ?? 1) === 0) under = under.parentElement;
    const a = light(rgb(getComputedStyle(e).color));
    const b = light(rgb(getComputedStyle(under ?? html).backgroundColor));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) out.push(`contrast ${ratio.toFixed(2)} of <${e.tagName} ${e.className}>`);
  }
  return [...new Set(out)].slice(0, 5);
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

async function person(name, width, scheme, work) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme,
    httpCredentials: { username: name, password: name } });
  const page = await context.newPage();
  const said = [];
  page.on('console', m => { if (/Content Security|Refused/.test(m.text())) said.push(m.text()); });
  page.on('pageerror', e => said.push(String(e)));
  await work(page);
  check(`${name} ${width} ${scheme}: the content policy had nothing to stop`, !said.length, said);
  await context.close();
}

// every page, every width, both schemes
async function looks(page, name, width, scheme) {
  const pages = [
    ['portal', '/', 200],
    ['list', '/Lists/customers/AllItems.aspx', 200],
    ['item', '/Lists/customers/DispForm.aspx?ID=3', 200],
    ['private-list', '/Lists/private/', 200],
    ['private-item', '/Lists/private/DispForm.aspx?ID=2', 200],
    ['missing', '/Lists/customers/DispForm.aspx?ID=999999', 404],
  ];
  for (const [what, path, status] of pages) {
    const answer = await page.goto(BASE + path);
    check(`${what} ${width} ${scheme}: ${status}`, answer.status() === status, answer.status());
    if (what === 'portal') // closed sections hold text, too
      await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
    const wrong = await page.evaluate(faults);
    check(`${what} ${width} ${scheme}: looks`, !wrong.length, wrong);
    if (what === 'portal') await page.goto(BASE + path);
    await page.screenshot({ path: `${SHOTS}/${what}-${width}-${scheme}.png` });
  }
}

for (const scheme of ['light', 'dark'])
  for (const width of [1280, 390])
    await person('alice', width, scheme, page => looks(page, 'alice', width, scheme));

await person('alice', 1280, 'light', async page => {
  await page.goto(BASE + '/default.aspx');
  const links = await page.$$eval('a[href^="stssync:"]', all => all.map(a => a.getAttribute('href')));
  check('alice: the exact links', JSON.stringify(links.toSorted()) ===
    JSON.stringify([...LISTS, PRIVATE].map(l => linkOf(...l)).toSorted()), links);
  await page.keyboard.press('Tab');
  check('the skip link comes first and is seen', await page.evaluate(() => {
    const box = document.activeElement.getBoundingClientRect();
    return document.activeElement.className === 'skip' && box.left >= 0 && box.width > 50;
  }));
  await page.keyboard.press('Enter');
  check('it leads to the content', (await page.evaluate(() => location.hash)) === '#main');
  const times = await page.$$eval('.card time', all => all.map(t => t.dateTime));
  check('every list tells its last change', times.length === LISTS.length + 1 &&
    times.every(t => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(t)), times);

  await page.goto(BASE + '/Lists/private/AllItems.aspx');
  check('markup in a row stays text', await page.evaluate(() => !document.title.includes('broken') &&
    document.querySelector('h1').textContent === 'Private <b>contacts</b>' &&
    document.querySelector('tbody th').textContent.startsWith('<script>')));
  await page.goto(BASE + '/Lists/private/DispForm.aspx?ID=1');
  check('a javascript: address is no link', await page.evaluate(() =>
    document.body.textContent.includes('javascript:alert(1)') && !document.querySelector('[href^="javascript"]')));
});

// pages of a list: all rows, each once
await person('carol', 1280, 'light', async page => {
  await page.goto(BASE + '/Lists/customers/AllItems.aspx');
  const said = Number((await page.textContent('.top .quiet')).match(/^[\d,]+/)[0].replaceAll(',', ''));
  const seen = [];
  let full = true;
  for (;;) {
    const rows = await page.$$eval('tbody th a', all => all.map(a => a.getAttribute('href')));
    seen.push(...rows);
    const next = page.getByRole('link', { name: 'Next page' });
    if (!await next.count()) break;
    full &&= rows.length === 50;
    await next.click();
  }
  check('paging: every row once', seen.length === said && new Set(seen).size === said && said > 50 && full,
    { said, seen: seen.length });

  await page.goto(BASE + '/');
  const names = await page.$$eval('.card h2', all => all.map(h => h.textContent));
  check('carol: only what she may read', JSON.stringify(names.toSorted()) ===
    JSON.stringify(LISTS.map(l => l[1]).toSorted()), names);
  check('carol: may only read', (await page.$$eval('.facts', all => all.map(d => d.textContent)))
    .every(t => t.includes('You may only read')));
  for (const path of ['/Lists/private/AllItems.aspx', '/Lists/private/DispForm.aspx?ID=1']) {
    const answer = await page.goto(BASE + path);
    check(`carol: ${path} is not there`, answer.status() === 404 &&
      !(await page.content()).includes('pair of eyes'), answer.status());
  }
  check('carol: as if it never was', (await (await page.goto(BASE + '/Lists/private/AllItems.aspx')).text())
    .replaceAll('private', 'never') === (await (await page.goto(BASE + '/Lists/never/AllItems.aspx')).text()));
});

await browser.close();
process.exit(failed ? 1 : 0);
