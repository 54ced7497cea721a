// A stock Firefox: by an invitation into the studio, checked, onto the stage, then, in a second
// tab, on the listener's page. Sound comes and goes through the machine's sound server, as for a person.
import puppeteer from 'puppeteer-core';
import { enough, order, say } from './told.mjs';

// It must not knock at the doors of the world, and needs nobody who says yes.
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.region.network.url': '',
  'browser.safebrowsing.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.push.connection.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'extensions.update.enabled': false,
  'media.autoplay.blocking_policy': 0,
  'media.autoplay.default': 0,
  'media.gmp-manager.updateEnabled': false,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': 'loopback' in order,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
};

/** Runs in the page, before its own scripts: noise suppression would take the noise for noise. */
function plainMicrophone() {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = (wish) => {
    const audio = { ...(wish.audio === true ? {} : wish.audio), ...plain };
    return real(wish.audio ? { ...wish, audio } : wish);
  };
}

/** Runs in the page: what the preflight found of each thing. */
function lights() {
  return [...document.querySelectorAll('.checks li')].map((each) => each.dataset.light);
}

function words() {
  return document.querySelector('#preflight').innerText;
}

/** Asks until the page says yes. puppeteer's own way would be `eval`, which our pages forbid. */
async function until(page, question, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    if (await page.evaluate(question)) return;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error(`never so: ${question}: ${await page.evaluate('document.body.innerText')}`);
}

const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath: order.firefox,
  headless: true,
  userDataDir: order.profile,
  extraPrefsFirefox: PREFERENCES,
  env: { ...process.env, HOME: order.profile },
});
say({ browser: await browser.version() });

const studio = await browser.newPage();
studio.on('console', (line) => say({ console: line.text() }));
studio.on('pageerror', (error) => say({ error: String(error) }));
await studio.evaluateOnNewDocument(plainMicrophone);
await studio.goto(order.studio);
await studio.locator('#name').fill('Ben');
await studio.locator('button ::-p-text(Enter the studio)').click();
await studio.locator('button ::-p-text(Check everything)').click();
await studio.locator('.checks button ::-p-text(Yes)').click();
await until(studio, '/again/.test(document.getElementById("preflight-start").textContent)');
say({ state: 'checked', lights: await studio.evaluate(lights), words: await studio.evaluate(words) });
await studio.locator('button ::-p-text(Go on stage)').click();
await until(studio, 'studio.stats().connected');
say({ state: 'connected' });

const page = await browser.newPage();
await page.goto(order.listen);
await page.locator('button ::-p-text(Listen)').click();
await until(page, 'fullhouse.audio.currentTime > 0 && !fullhouse.audio.paused');
const before = await page.evaluate('fullhouse.audio.currentTime');
await until(page, `fullhouse.audio.currentTime > ${before + 2}`);
say({ played: true, stats: await page.evaluate('fullhouse.stats()') });

await enough();
await browser.close();
process.exit(0);
