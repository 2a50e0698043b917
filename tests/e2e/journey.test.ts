import { describe, expect, inject, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { letterTo } from '../support/hub.ts';

const hub = inject('fresh');
const browser = useBrowser();
const password = 'heron lantern gravel mitten';

/** One community from its first minute, told in order: each step stands on the one before. */
describe('from an empty hub to a living one', () => {
  test('a fresh hub has a library and nobody in it', async () => {
    const { page } = await browser.open();
    await page.goto(hub.base);
    expect(await page.locator('.resource').count()).toBeGreaterThan(2);
    expect(await page.getByText(/sample/i).count()).toBe(0);
    await page.goto(`${hub.base}/forums`);
    expect(await page.getByText('Nobody has written yet').count()).toBe(1);
  });

  test('the printed link makes the first administrator, once', async () => {
    const { page } = await browser.open({ expectErrors: /404/ });
    await page.goto(hub.setUpLink ?? 'no link');
    await page.getByLabel('Your name').fill('Abe Whitfield');
    await page.getByLabel('E-mail address').fill('abe@city.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Become the administrator' }).click();
    await page.waitForURL('**/desk');
    const again = await page.goto(hub.setUpLink ?? '');
    expect(again?.status()).toBe(404);
  });

  test('a member joins by a mailed link, asks, previews, edits and takes a reply back', async () => {
    const { page } = await browser.open({ expectErrors: /400/ });
    await page.goto(`${hub.base}/join?next=/forums/measures`);
    await page.getByLabel('Your name').fill('Rosa Delgado');
    await page.getByLabel('E-mail address').fill('rosa@city.example');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Join' }).click();
    expect(await page.getByText('at least 12 characters').count()).toBeGreaterThan(0);
    expect(await page.getByLabel('Your name').inputValue()).toBe('Rosa Delgado');
    await page.getByLabel('Password').fill(password);
    // Only robots fill this form in less than three seconds after it was shown.
    const shown = Number((await page.locator('input[name=shown]').inputValue()).split('.')[0]);
    await expect.poll(() => Date.now() - shown, { timeout: 10_000 }).toBeGreaterThan(3_000);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    const letter = await letterTo(hub, 'rosa@city.example', /Confirm/);
    await page.goto(letter.link ?? 'no link');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Confirm and sign in' }).click();
    await page.waitForURL('**/welcome?next=%2Fforums%2Fmeasures');
    expect(await page.getByRole('link', { name: 'Go on to where you were' }).getAttribute('href')).toBe('/forums/measures');
    expect(await (await page.request.get(letter.link ?? 'no link')).text()).toContain('You are signed in as Rosa Delgado');

    await page.goto(`${hub.base}/forums/new?forum=measures`);
    await page.getByLabel('Title').fill('How do you count repeat calls?');
    await page.getByLabel('Text').fill('We count **every** call about an open request. You?');
    await page.getByRole('button', { name: 'Preview' }).click();
    expect(await page.locator('strong', { hasText: 'every' }).count()).toBe(1);
    expect(await page.getByLabel('Title').inputValue()).toBe('How do you count repeat calls?');
    await page.getByRole('button', { name: 'Start the thread' }).click();
    await page.waitForURL('**/forums/measures/*-how-do-you-count-repeat-calls');

    await page.getByLabel('Your reply').fill('A reply to mysef');
    await page.getByRole('button', { name: 'Reply' }).click();
    await page.waitForURL('**#post-2');
    await page.locator('#post-2').getByRole('link', { name: /^Edit/ }).click();
    await page.getByLabel('Your post').fill('A reply to myself');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.waitForURL('**#post-2');
    expect(await page.locator('#post-2').textContent()).toContain('A reply to myself');
    expect(await page.locator('#post-2').textContent()).not.toContain('edited');
    await page.goto(`${hub.base}/search?q=repeat+calls+myself`);
    expect(await page.getByRole('link', { name: /How do you count repeat calls/ }).count()).toBeGreaterThan(0);
    await page.getByRole('link', { name: /How do you count repeat calls/ }).first().click();
    await page.locator('#post-2').getByRole('link', { name: /^Remove/ }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    expect(await page.locator('#post-2').textContent()).toContain('Removed by its author');

    await page.goto(`${hub.base}/library/mazerolle2002managing`);
    await page.getByLabel('Your comment').fill('We saw the same in our county.');
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    await page.waitForURL('**/library/mazerolle2002managing#post-1');
    expect(await page.locator('#comments').textContent()).toContain('the same in our county');
  }, 60_000);

  test('a forgotten password is set anew by mail, and the old sessions end', async () => {
    const { page } = await browser.open({ expectErrors: /410/ });
    await page.goto(`${hub.base}/reset`);
    await page.getByLabel('E-mail address').fill('rosa@city.example');
    await page.getByRole('button', { name: 'Send the link' }).click();
    const letter = await letterTo(hub, 'rosa@city.example', /new password/);
    await page.goto(letter.link ?? 'no link');
    await page.getByLabel('New password').fill('pelican copper window thirty');
    await page.getByRole('button', { name: 'Save and sign in' }).click();
    await page.waitForURL('**/account/security?password');
    await page.getByRole('button', { name: 'Sign out' }).click();
    const used = await page.goto(letter.link ?? 'no link');
    expect(used?.status()).toBe(410);
    expect(await page.getByText('does not work any more').count()).toBe(1);
  }, 60_000);

  test('an administrator locks while a member writes: the answer is clear and nothing is lost', async () => {
    const member = await browser.open({ expectErrors: /403/ });
    await member.page.goto(`${hub.base}/sign-in?next=/forums/measures`);
    await member.page.getByLabel('E-mail address').fill('rosa@city.example');
    await member.page.getByLabel('Password').fill('pelican copper window thirty');
    await member.page.getByRole('button', { name: 'Sign in' }).click();
    await member.page.getByRole('link', { name: /How do you count repeat calls/ }).first().click();
    await member.page.getByLabel('Your reply').fill('A long and careful answer');

    const admin = await browser.open();
    await admin.page.goto(`${hub.base}/sign-in?next=/forums/measures`);
    await admin.page.getByLabel('E-mail address').fill('abe@city.example');
    await admin.page.getByLabel('Password').fill(password);
    await admin.page.getByRole('button', { name: 'Sign in' }).click();
    await admin.page.getByRole('link', { name: /How do you count repeat calls/ }).first().click();
    await admin.page.getByText('Coordinate this thread').click();
    await admin.page.getByLabel('Reason for locking').fill('Answered elsewhere.');
    await admin.page.getByRole('button', { name: 'Lock', exact: true }).click();
    await admin.page.getByText('A coordinator has locked this thread').waitFor();

    await member.page.getByRole('button', { name: 'Reply' }).click();
    await member.page.getByText(/locked this thread/).first().waitFor();
    expect(await member.page.getByLabel('Your reply').inputValue()).toBe('A long and careful answer');
  }, 60_000);

  test('a coordinator publishes, edits and retires a resource in the browser', async () => {
    const { page } = await browser.open({ expectErrors: /410/ });
    await page.goto(`${hub.base}/sign-in?next=/desk`);
    await page.getByLabel('E-mail address').fill('abe@city.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.goto(`${hub.base}/desk/resources/new?kind=article`);
    await page.getByLabel('Title').fill('A checklist for the night shift');
    await page.getByLabel(/^Summary/).fill('What the night shift hands over.');
    await page.getByRole('textbox', { name: 'Text' }).fill('## Hand-over\n\nWrite it **down**, as [@mazerolle2002managing] suggests.');
    await page.getByLabel('Technology').check();
    await page.getByRole('button', { name: /Preview/ }).click();
    await page.locator('strong', { hasText: 'down' }).waitFor();
    await page.getByRole('button', { name: /^Publish/ }).click();
    await page.goto(`${hub.base}/library/a-checklist-for-the-night-shift`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('night shift');
    const visitor = await browser.open({ expectErrors: /410/ });
    await visitor.page.goto(`${hub.base}/search?q=checklist+night+shift`);
    await visitor.page.getByRole('link', { name: /A checklist for the night shift/ }).first().click();
    expect(await visitor.page.getByRole('link', { name: /Mazerolle/ }).count()).toBeGreaterThan(0);

    await page.getByRole('link', { name: /^Edit/ }).first().click();
    await page.getByLabel('Title').fill('A checklist for every shift');
    await page.getByLabel('What you changed, and why').fill('It is for all of them.');
    await page.getByRole('button', { name: /Save|Publish/ }).first().click();
    await page.goto(`${hub.base}/library/a-checklist-for-the-night-shift`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('every shift');
    await page.getByRole('link', { name: /^Edit/ }).first().click();
    await page.locator('#retire-reason').fill('Replaced by the manual.');
    await page.getByRole('button', { name: /Retire/ }).click();
    const gone = await visitor.page.goto(`${hub.base}/library/a-checklist-for-the-night-shift`);
    expect(gone?.status()).toBe(410);
    expect(await visitor.page.getByText('Replaced by the manual.').count()).toBe(1);
    await visitor.page.goto(`${hub.base}/log`);
    expect(await visitor.page.getByText('retired a resource').count()).toBe(1);
  }, 60_000);

  test('a coordinator takes an article of the content folder over by clicking, and goes back to the file', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.base}/sign-in?next=/desk/resources?q=staffing`);
    await page.getByLabel('E-mail address').fill('abe@city.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Staffing the centre' }).first().click();
    await page.getByLabel('Title').fill('Staffing the centre, our way');
    await page.getByLabel('What you changed, and why').fill('We do it in another way.');
    await page.getByRole('button', { name: /Save|Publish/ }).first().click();
    await page.waitForURL('**/library/staffing-the-centre');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('our way');
    expect(await page.getByText('Erlang C', { exact: false }).count()).toBeGreaterThan(0);
    await page.getByRole('link', { name: /^Edit/ }).first().click();
    await page.getByRole('button', { name: 'Use the file again' }).click();
    await page.waitForURL('**/library/staffing-the-centre');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).not.toContain('our way');
  }, 60_000);

  test('a suspended member is told and cannot write', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.base}/sign-in?next=/desk/members`);
    await page.getByLabel('E-mail address').fill('abe@city.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Rosa Delgado' }).click();
    await page.waitForURL('**/desk/members/*');
    await page.getByRole('region', { name: 'Suspension' }).getByLabel('Reason').fill('A test of the rule.');
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('Suspended until').first().waitFor();
    expect((await letterTo(hub, 'rosa@city.example', /suspended/)).text).toContain('A test of the rule.');
    await page.goto(`${hub.base}/desk/log`);
    expect(await page.locator('.log-table').getByText('suspended a member').count()).toBe(1);
  }, 60_000);
});
