/** The pages of the cases in a real browser, against stand-ins of their services that answer as their contracts say. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import type { Page } from 'playwright-core';
import { ServiceStandIn, startConsole } from './console.fixture.ts';
import { absenceOfBrowser, buildPage, expectAccessible, expectToFit, type BuiltPage } from './page.fixture.ts';

const PHONE = { width: 360, height: 740 };

let built: BuiltPage;
let broker: RunningBroker;
let service: ServiceStandIn;
let running: RunningService;
let page: Page;
const cleanUp: (() => PromiseLike<unknown>)[] = [];

beforeAll(async () => {
  if (absenceOfBrowser !== undefined) return;
  built = await buildPage();
  cleanUp.push(() => built[Symbol.asyncDispose]());
  broker = await startBroker();
  cleanUp.push(() => broker.close());
  service = await ServiceStandIn.start();
  cleanUp.push(() => service.close());
  const services = {
    'social-posts': service.url,
    'social-feed': service.url,
    'movieflix-resume': service.url,
    'movieflix-recommendation': service.url,
    'mybank-alerts': service.url,
    connect: service.url,
    'gettaxi-dispatch': service.url,
    'gettaxi-pricing': service.url,
    'campaign-compare': service.url,
  };
  running = await startConsole({ kafka: broker, services, pageFolder: built.folder });
  cleanUp.push(() => running.close());
}, 120_000);

beforeEach(() => {
  if (absenceOfBrowser !== undefined) return;
  service.asked.length = 0;
  service.answers.clear();
});

afterEach(async () => {
  if (absenceOfBrowser !== undefined) return;
  await page.close();
  expect(built.problems.splice(0)).toEqual([]);
});

afterAll(async () => {
  for (const step of cleanUp.toReversed()) await step();
});

async function expectToFitPhone(path: string, landmark: string): Promise<void> {
  const phone = await built.open(`${running.url}${path}`, PHONE, 'dark');
  await phone.getByRole('heading', { name: landmark }).waitFor();
  await expectToFit(phone);
  await phone.close();
}

const show = (showId: string, title: string, positionSeconds: number): object => ({
  showId,
  title,
  positionSeconds,
  durationSeconds: 6000,
  deviceId: 'tv',
  occurredAt: '2013-03-31T00:35:42Z',
});

describeUnless(absenceOfBrowser, "MovieFlix's page", () => {
  it('shows what a user may continue and what is recommended, and follows both', async () => {
    const recommendation = (title: string, text: string): object => ({
      showId: title,
      title,
      genres: ['Drama'],
      score: 1,
      reason: { kind: 'because-you-watched', text },
    });
    service.answers.set('GET /queries/latest-watchers/result', {
      answer: { columns: [], rows: [['ada'], ['bob']] },
    });
    service.answers.set('GET /users/ada/resume', { items: [show('1', 'Argo', 600)], nextCursor: null });
    service.answers.set('GET /users/ada/recommendations', {
      cold: false,
      items: [recommendation('Looper', 'Because you watched Argo')],
    });
    service.answers.set('GET /users/ada/profile', {
      begun: 3,
      finished: 2,
      lastWatchedAt: null,
      genres: [{ genre: 'Drama', share: 0.6 }],
    });
    page = await built.open(`${running.url}/movieflix`);
    await page.getByText('Argo', { exact: true }).waitFor();
    await page.getByText('10:00 of 1:40:00').waitFor();
    await page.getByText('Because you watched Argo').waitFor();
    await page.getByText('60 %').waitFor();
    expect(new URL(page.url()).searchParams.get('user')).toBe('ada');

    service.answers.set('GET /users/ada/resume', { items: [show('1', 'Argo', 1200)], nextCursor: null });
    service.answers.set('GET /users/ada/recommendations', {
      cold: false,
      items: [recommendation('Dredd', 'Because you watched Looper')],
    });
    await page.getByText('20:00 of 1:40:00').waitFor();
    await page.getByText('Dredd').waitFor();
    await expectToFitPhone('/movieflix?user=ada', 'Argo');
  });

  it('shows the user that is named, and says which service is away while the other goes on', async () => {
    service.answers.set('GET /users/bob/resume', { items: [show('1', 'Argo', 600)], nextCursor: null });
    service.answers.set('GET /users/bob/recommendations', { detail: 'the model is being built' });
    page = await built.open(`${running.url}/movieflix`);
    await page.getByRole('textbox', { name: 'User' }).fill('bob');
    await page.keyboard.press('Enter');
    await page.getByText('Argo', { exact: true }).waitFor();
    await page.getByText('the model is being built').waitFor();
  });
});

describeUnless(absenceOfBrowser, "MySocialMedia's page", () => {
  const post = (postId: string, userId: string, title: string): object => ({
    postId,
    userId,
    authorName: null,
    title,
    text: '<p>Words</p>',
    kind: 'plain',
    parentPostId: null,
    sourceUrl: null,
    publishedAt: '2018-03-12T17:00:45.567Z',
    editedAt: null,
    likes: 2,
    comments: 2,
  });
  const comment = (commentId: string, text: string | null, replies: number): object => ({
    commentId,
    userId: text === null ? null : 'ben',
    authorName: null,
    text,
    addedAt: '2018-03-12T18:00:00.000Z',
    editedAt: null,
    deleted: text === null,
    replies,
  });

  beforeEach(() => {
    service.answers.set('GET /feed', { items: [post('p1', 'ann', 'Qubits')], nextCursor: null });
    service.answers.set('GET /trending', { windowStart: null, windowEnd: null, items: [] });
  });

  it('opens the thread of a post, level by level and page by page', async () => {
    const comments = 'GET /posts/p1/comments?limit=20';
    const first = [comment('c1', null, 1), comment('c2', 'Half right.', 0)];
    service.answers.set(comments, { items: first, nextCursor: 'n' });
    service.answers.set(`${comments}&cursor=n`, { items: [comment('c3', 'A late word.', 0)], nextCursor: null });
    service.answers.set(`${comments}&parentCommentId=c1`, { items: [comment('c4', 'Why?', 0)], nextCursor: null });
    page = await built.open(`${running.url}/social`);
    await page.getByRole('button', { name: 'comments, show them' }).click();
    await page.getByText('Half right.').waitFor();
    await page.getByText('A comment that was deleted').waitFor();
    await page.getByRole('button', { name: 'Show 1 reply' }).click();
    await page.getByText('Why?').waitFor();
    await page.getByRole('button', { name: 'Show later comments' }).click();
    await page.getByText('A late word.').waitFor();
    await expectAccessible(page);
    await page.setViewportSize(PHONE);
    await expectToFit(page);
  });

  it("shows a user's home, and what joins it when the user follows somebody", async () => {
    const followers = { answer: { columns: [], rows: [['ben', '2018-03-12']] } };
    service.answers.set('GET /queries/latest-followers/result', followers);
    service.answers.set('GET /users/ben/home', { items: [], nextCursor: null });
    page = await built.open(`${running.url}/social`);
    await page.getByText('Qubits').waitFor();
    await page.getByRole('button', { name: 'ben' }).click();
    await page.getByText('Nobody whom ben follows has posted.').waitFor();
    service.answers.set('PUT /users/ben/follows/ann', null);
    await page.getByRole('combobox', { name: 'Author' }).fill('ann');
    await page.keyboard.press('Enter');
    await page.getByText('ben follows ann from now on.').waitFor();
    service.answers.set('GET /users/ben/home', { items: [post('p1', 'ann', 'Qubits')], nextCursor: null });
    await page.getByRole('heading', { name: 'Qubits' }).waitFor();
    await expectAccessible(page);
    await expectToFitPhone('/social?user=ben', 'Home');
    await page.getByRole('button', { name: 'Everybody' }).click();
    await page.getByRole('heading', { name: 'MySocialMedia', level: 2 }).waitFor();
  });
});

describeUnless(absenceOfBrowser, "MyBank's page", () => {
  const alert = (number: number, counterparty: string): object => ({
    number,
    alertId: String(number),
    accountId: 'current',
    amount: '150000.50',
    currency: 'GBP',
    counterparty,
    description: 'Building works',
    bookedAt: '2020-06-04T12:00:00Z',
    thresholdAmount: '100000.00',
    detectedAt: '2020-06-04T12:00:01Z',
  });
  const threshold = { accountId: 'current', amount: '100000.00', currency: 'GBP', inForceFrom: '2020-05-01T00:00:00Z' };

  it('shows alerts as they are found, and sets a threshold', async () => {
    service.answers.set('GET /users/ada/alerts', { items: [alert(1, 'Wates Ltd')], nextCursor: null });
    service.answers.set('GET /users/ada/thresholds', { items: [threshold] });
    page = await built.open(`${running.url}/mybank?user=ada`);
    await page.getByText('Wates Ltd').waitFor();
    await page.getByText('£150,000.50').waitFor();
    const both = [alert(2, 'Npower'), alert(1, 'Wates Ltd')];
    service.answers.set('GET /users/ada/alerts', { items: both, nextCursor: null });
    await page.getByText('Npower').waitFor();
    await page.getByText('2 in all').waitFor();

    service.answers.set('PUT /users/ada/thresholds/current', { ...threshold, amount: '250.00' });
    await page.getByRole('button', { name: 'Change the threshold on current' }).click();
    await page.getByRole('textbox', { name: 'Amount' }).fill('250');
    await page.keyboard.press('Enter');
    await page.getByText('In force from now on: £250.00.').waitFor();
    expect(service.asked).toContain('PUT /users/ada/thresholds/current {"amount":"250","currency":"GBP"}');
    await expectToFitPhone('/mybank?user=ada', 'Npower');
  });

  it('tells why a threshold was refused', async () => {
    service.answers.set('GET /users/ada/alerts', { items: [], nextCursor: null });
    service.answers.set('GET /users/ada/thresholds', { items: [] });
    service.answers.set('PUT /users/ada/thresholds/current', { detail: 'amount must be a text such as 12.50' });
    page = await built.open(`${running.url}/mybank?user=ada`);
    await page.getByRole('textbox', { name: 'Account' }).fill('current');
    await page.getByRole('textbox', { name: 'Amount' }).fill('much');
    await page.getByRole('button', { name: 'Set threshold' }).click();
    await page.getByText('amount must be a text such as 12.50').waitFor();
  });
});

describeUnless(absenceOfBrowser, "the lake's page", () => {
  const query = {
    name: 'likes-by-day',
    title: 'Likes by day',
    description: 'Likes given, by day.',
    sql: 'SELECT day, likes FROM x',
    chart: { kind: 'area', x: 'day', y: ['likes'] },
  };
  const answer = {
    columns: [
      { name: 'day', type: 'DATE' },
      { name: 'likes', type: 'BIGINT' },
    ],
    // So many that the table scrolls.
    rows: Array.from({ length: 21 }, (_, index) => [`2018-03-${10 + index}`, 57 - index]),
    truncated: false,
    tookMs: 12,
  };
  const status = {
    name: 'lake',
    type: 'sink',
    connector: { state: 'RUNNING' },
    tasks: [{ id: 0, state: 'FAILED', trace: 'the disk is full' }],
  };
  const table = {
    topic: 'likes',
    files: 3,
    bytes: 12_345_678,
    firstDate: '2018-03-12',
    lastDate: '2018-03-13',
    nextOffsets: { 0: 4000, 1: 119 },
  };

  beforeEach(() => {
    if (absenceOfBrowser !== undefined) return;
    service.answers.set('GET /queries', { queries: [query] });
    service.answers.set('GET /queries/likes-by-day/result', { answer, skipped: null });
    service.answers.set('GET /connectors', { lake: { status } });
    service.answers.set('GET /lake', { location: '/data/lake', tables: [table] });
  });

  it('draws a saved query, and shows files, sizes and what failed', async () => {
    page = await built.open(`${running.url}/lake`);
    await page
      .getByRole('img', { name: /^Chart: Likes by day/ })
      .locator('canvas')
      .waitFor();
    await page.getByRole('cell', { name: '57' }).waitFor();
    await page.getByText('the disk is full').waitFor();
    const row = page.getByRole('row', { name: /^likes/ });
    await row.getByText('4,119').waitFor();
    await row.getByText('12.3 MB').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Restart lake' }).click();
    await page.getByText('there is no /connectors/lake/restart').waitFor();
    await expectToFitPhone('/lake', 'Tables');
  });

  it('says of a saved query that there is nothing yet, and keeps what is being written while the list is asked again', async () => {
    const skipped = 'nothing of likes is in the lake yet';
    service.answers.set('GET /queries/likes-by-day/result', { answer: null, skipped });
    page = await built.open('about:blank');
    await page.clock.install();
    await page.goto(`${running.url}/lake`);
    await page.getByText(`Not run: ${skipped}.`).waitFor();
    service.answers.set('GET /queries/likes-by-day/result', { answer, skipped: null });
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('cell', { name: '57' }).waitFor();
    await page.getByRole('textbox', { name: 'SQL' }).fill('SELECT 1');
    const lists = (): number => service.asked.filter((asked) => asked === 'GET /queries').length;
    const before = lists();
    while (lists() < before + 2) await page.clock.runFor(10_000);
    expect(await page.getByRole('textbox', { name: 'SQL' }).inputValue()).toBe('SELECT 1');
  });

  it('runs SQL of one’s own by the keyboard, and shows where it is wrong', async () => {
    page = await built.open(`${running.url}/lake`);
    await page.getByRole('cell', { name: '57' }).waitFor();
    service.answers.set('GET /query', { detail: 'syntax error at "FRM" (line 1, column 10)' });
    await page.getByRole('textbox', { name: 'SQL' }).fill('SELECT 1 FRM likes');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').getByText('syntax error at "FRM" (line 1, column 10)').waitFor();
    expect(service.asked).toContain(`GET /query?sql=${encodeURIComponent('SELECT 1 FRM likes')}`);
  });

  it('compares speed and batch layer', async () => {
    const counts = { keys: 677, agreed: 676, moving: 0, differing: 1 };
    const comparison = { name: 'a', title: 'Totals of posts', ...counts, skipped: null };
    service.answers.set('GET /agreement', { agreed: false, comparisons: [comparison] });
    page = await built.open(`${running.url}/lake`);
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('1 differ').waitFor();
    await page.getByText('676 of 677 equal').waitFor();
  });
});

describeUnless(absenceOfBrowser, "GetTaxi's page", () => {
  const place = (latitude: number, longitude: number): object => ({ latitude, longitude });
  const zone = (name: string, north: number, surge: number): object => ({
    zone: name,
    center: place(north, -73.98),
    boundary: [place(north + 0.005, -73.98), place(north - 0.003, -73.986), place(north - 0.003, -73.974)],
    windowStart: '2026-11-21T22:00:00.000Z',
    demand: 12,
    supply: 5,
    signal: 1,
    surge,
  });
  const taxi = (taxiId: string, available: boolean): object => ({
    taxiId,
    latitude: 40.752,
    longitude: -73.981,
    available,
    rideId: available ? null : 'ride-1',
  });
  const ride = {
    rideId: 'ride-1',
    userId: 'ada',
    status: 'underWay',
    pickup: place(40.75, -73.98),
    dropOff: place(40.76, -73.975),
    taxiId: 'cab-2',
    offers: 1,
    requestedAt: '2026-11-21T22:01:00.000Z',
  };

  it('shows zones by their surge, taxis and rides, and follows them', async () => {
    service.answers.set('GET /zones', { zones: [zone('zone-a', 40.75, 1.8), zone('zone-b', 40.76, 1)] });
    service.answers.set('GET /taxis', { items: [taxi('cab-1', true), taxi('cab-2', false)], truncated: false });
    service.answers.set('GET /rides', { items: [ride], nextCursor: null });
    page = await built.open(`${running.url}/city`);
    await page
      .getByRole('img', { name: 'Map: 1 free taxis, 1 with a ride, 2 zones, the highest surge is 1.8×' })
      .waitFor();
    await page.getByText('ada · cab-2').waitFor();
    await expectAccessible(page);
    service.answers.set('GET /taxis', { items: [taxi('cab-1', true), taxi('cab-2', true)], truncated: false });
    service.answers.set('GET /rides', { items: [], nextCursor: null });
    await page.getByRole('img', { name: /^Map: 2 free taxis, 0 with a ride/ }).waitFor();
    await page.getByText('No ride is under way.').waitFor();
    const window = (minute: string, demand: number): object => ({
      windowStart: `2026-11-21T22:${minute}:00.000Z`,
      demand,
      supply: 3,
    });
    service.answers.set('GET /zones/zone-a/windows', { items: [window('00', 4), window('05', 9)], nextCursor: null });
    await page.getByRole('button', { name: 'zone-a' }).click();
    await page.getByText('of the zone that was chosen').waitFor();
    await page.getByRole('img', { name: '2 windows, in the last 9 requests and 3 free taxis' }).waitFor();
    await expectToFitPhone('/city', 'Demand and supply');
  });

  it('asks for a quote between two places, says which are none, and orders the ride to its fare', async () => {
    service.answers.set('GET /zones', { zones: [] });
    service.answers.set('GET /taxis', { items: [], truncated: false });
    service.answers.set('GET /rides', { items: [], nextCursor: null });
    service.answers.set('POST /quotes', {
      quoteId: 'q',
      zone: 'zone-a',
      surge: 1.25,
      estimatedFare: '14.50',
      currency: 'USD',
      expiresAt: '2026-11-21T22:10:00.000Z',
    });
    page = await built.open(`${running.url}/city`);
    await page.getByText('Nothing is known of the city yet.').waitFor();
    await page.getByRole('textbox', { name: 'From (A)' }).fill('Times Square');
    await page.getByRole('textbox', { name: 'To (B)' }).fill('40.7359, -73.9911');
    await page.keyboard.press('Enter');
    await page.getByText('A place is its latitude and longitude').waitFor();
    await page.getByRole('textbox', { name: 'From (A)' }).fill('40.7580, -73.9855');
    await page.keyboard.press('Enter');
    await page.getByText('at a surge of 1.25×').waitFor();

    const ordered = { rideId: 'r-1', userId: 'you', taxiId: null, offers: 0, quoteId: 'q' };
    const tell = (status: string, taxiId: string | null): void => {
      service.answers.set('GET /rides/r-1', { ...ordered, status, taxiId });
    };
    service.answers.set('POST /rides', { ...ordered, status: 'requested' });
    tell('offered', 'cab-7');
    await page.getByRole('button', { name: 'Order this ride' }).click();
    const places =
      '"pickup":{"latitude":40.758,"longitude":-73.9855},"dropOff":{"latitude":40.7359,"longitude":-73.9911}';
    await page.getByText('cab-7').waitFor();
    expect(service.asked).toContain(`POST /rides {"userId":"you",${places},"quoteId":"q"}`);
    service.answers.set('POST /rides/r-1/accept', null);
    await page.getByRole('button', { name: 'Accept as the driver' }).click();
    tell('underWay', 'cab-7');
    await page.getByRole('button', { name: 'Arrive' }).waitFor();
    expect(service.asked).toContain('POST /rides/r-1/accept {"taxiId":"cab-7"}');
    const fare = { currency: 'USD', entry: '2.50', metered: '9.00', night: '0.00', tax: '0.50', quoteId: 'q' };
    service.answers.set('GET /rides/r-1/fare', { ...fare, amount: '14.88', surge: 1.25 });
    tell('paid', 'cab-7');
    await page.getByText('14.88').waitFor();
    await page.getByText('at 1.25×, as quoted').waitFor();
    await expectAccessible(page);
  });
});

describeUnless(absenceOfBrowser, "CampaignCompare's page", () => {
  const counted = (clicks: number, impressions: number): object => ({
    impressions,
    clicks,
    clickThroughRate: clicks / impressions,
    interval: { low: (0.8 * clicks) / impressions, high: (1.2 * clicks) / impressions },
  });
  const campaign = (campaigner: string, clicks: number): object => ({
    campaigner,
    ...counted(clicks, 1000),
    duplicateImpressions: 2,
    duplicateClicks: 1,
    lateClicks: 0,
  });
  const difference = { value: 0.02, low: 0.005, high: 0.035 };
  const test = { method: 'two-proportion z', pValue: 0.012, significant: true };
  const look = { a: counted(3, 100), b: counted(1, 100), difference, test: { ...test, adjustedPValue: 0.024 } };
  const comparison = {
    a: campaign('ABC Ltd', 50),
    b: campaign('XYZ Ltd', 30),
    difference,
    test,
    winner: 'ABC Ltd',
    methods: { interval: 'Wilson score', difference: 'Newcombe hybrid score', confidence: 0.95 },
    byHour: { correction: 'Holm', looks: 1, items: [{ hour: '2026-11-21T22:00:00.000Z', ...look }] },
    byCreative: { correction: 'Holm', looks: 1, items: [{ creative: 'banner', ...look }] },
  };

  it('compares the first two campaigns: intervals, what chance may be, by creative and by hour', async () => {
    service.answers.set('GET /campaigns', {
      items: [campaign('ABC Ltd', 50), campaign('XYZ Ltd', 30)],
      nextCursor: null,
    });
    service.answers.set('GET /campaigns/compare', comparison);
    service.answers.set('GET /clicks/orphans', { clicks: 7, byHour: [] });
    page = await built.open(`${running.url}/campaigns`);
    await page.getByText('ABC Ltd is better: chance alone is no good explanation.').waitFor();
    await page
      .getByRole('img', { name: /^Click-through rates: ABC Ltd 5.00 %, from 4.00 % to 6.00 %; XYZ Ltd 3.00 %/ })
      .waitFor();
    await page.getByText('Chance alone makes a difference as large in 1.2 % of cases').waitFor();
    await page
      .getByRole('row', { name: /^banner/ })
      .getByText('significant')
      .waitFor();
    await page.getByRole('row', { name: /^21 Nov, 22:00/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('b')).toBe('XYZ Ltd');
    await expectAccessible(page);
    service.answers.set('GET /campaigns/compare', {
      ...comparison,
      winner: null,
      test: { ...test, significant: false },
    });
    await page.getByText('Chance may be it').waitFor();
    await expectToFitPhone('/campaigns', 'By creative');
  });
});
