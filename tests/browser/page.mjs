// Drives the published page in headless Chromium as a visitor would: node page.mjs CHROMIUM FOLDER MODEL PICTURES.
// FOLDER is what a static server has, MODEL a file to pick. Chromium is asked over a pipe, which plain Node can read.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';

const [chromium, ...paths] = process.argv.slice(2);
const [folder, model, pictures] = paths.map(path => resolve(path));
const work = mkdtempSync(join(tmpdir(), 'echolstm-page-'));
const sleep = milliseconds => new Promise(done => setTimeout(done, milliseconds));
function check(holds, what) {
    if (!holds) {
        throw new Error(what);
    }
}

// A plain static server, with the page in a folder that is not its root.
const types = {
    '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json',
};
const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const file = join(folder, normalize(path.replace(/^\/any\/folder\//, '/')).replace(/\/$/, '/index.html'));
    try {
        check(path.startsWith('/any/folder/'), 'outside');
        const bytes = readFileSync(file);
        response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(bytes);
    } catch {
        response.writeHead(404).end();
    }
});
await new Promise(done => server.listen(0, '127.0.0.1', done));

const browser = spawn(chromium, [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--remote-debugging-pipe',
    `--user-data-dir=${join(work, 'profile')}`, 'about:blank',
], { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
let log = '';
browser.stderr.on('data', text => log += text);
const ended = new Promise((_, fail) => browser.on('exit', code => fail(new Error(`Chromium ended with ${code}: ${log}`))));
ended.catch(() => { });

let last = 0;
let session;
const answers = new Map();
const faults = [];
let received = Buffer.alloc(0);
browser.stdio[4].on('data', data => {
    received = Buffer.concat([received, data]);
    for (let end; (end = received.indexOf(0)) >= 0; received = received.subarray(end + 1)) {
        const message = JSON.parse(received.subarray(0, end).toString());
        const { method, params } = message;
        if (message.id) {
            const { done, fail } = answers.get(message.id);
            answers.delete(message.id);
            message.error ? fail(new Error(message.error.message)) : done(message.result);
        } else if (method === 'Runtime.exceptionThrown') {
            faults.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
        } else if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type)) {
            faults.push(params.args.map(argument => argument.value ?? argument.description).join(' '));
        } else if (method === 'Log.entryAdded' && ['error', 'warning'].includes(params.entry.level)) {
            faults.push(`${params.entry.text} ${params.entry.url ?? ''}`);
        }
    }
});
function send(method, params = {}) {
    const answer = new Promise((done, fail) => {
        answers.set(++last, { done, fail });
        setTimeout(fail, 60_000, new Error(`Chromium does not answer ${method} ${JSON.stringify(params)}`)).unref();
    });
    browser.stdio[3].write(JSON.stringify({ id: last, method, params, sessionId: session }) + '\0');
    return Promise.race([answer, ended]);
}
async function evaluate(expression) {
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    check(!exceptionDetails, `${expression}: ${exceptionDetails?.exception?.description}`);
    return result.value;
}
const text = id => evaluate(`document.getElementById('${id}')?.textContent ?? ''`);
async function until(expression, what, seconds = 60) {
    for (const end = Date.now() + (seconds * 1000); !await evaluate(expression); await sleep(50)) {
        check(Date.now() < end, `after ${seconds} s not: ${what}; the page says: ${await evaluate('document.body.innerText')}`);
    }
}


// The steps of a whole second, as the page measures them. Other work on the machine may take some seconds away, but not all.
async function held(rate) {
    await until(`Number(document.getElementById('${rate}').textContent) > 57`, 'the stream holds 60 steps a second', 30);
    return text(rate);
}

// The keyboard alone.
const codes = { Tab: 9, Enter: 13, ' ': 32, Backspace: 8, Home: 36, End: 35, ArrowLeft: 37, ArrowRight: 39, PageDown: 34 };
async function press(key, modifiers = 0) {
    const typed = { key, code: key, windowsVirtualKeyCode: codes[key] ?? key.charCodeAt(0), modifiers };
    const letter = key === 'Enter' ? '\r' : key;
    await send('Input.dispatchKeyEvent', { type: 'keyDown', ...typed, ...(letter.length === 1 ? { text: letter } : {}) });
    await send('Input.dispatchKeyEvent', { type: 'keyUp', ...typed });
}
async function tabTo(id) {
    for (let i = 0; i < 12; i++) {
        await press('Tab');
        if (await evaluate('document.activeElement.id') === id) {
            const outline = await evaluate('getComputedStyle(document.activeElement).outlineStyle');
            check(outline === 'solid', `the focus of ${id} is not to be seen: its outline is ${outline}`);
            return;
        }
    }
    throw new Error(`Tab does not come to ${id}`);
}
async function picture(name) {
    const { cssContentSize } = await send('Page.getLayoutMetrics');
    const { data } = await send('Page.captureScreenshot', {
        captureBeyondViewport: true, clip: { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height, scale: 1 },
    });
    writeFileSync(join(pictures, `${name}.png`), Buffer.from(data, 'base64'));
}
const scheme = value => send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
const ground = () => evaluate('getComputedStyle(document.body).backgroundColor');

try {
    const { targetInfos } = await send('Target.getTargets');
    ({ sessionId: session } = await send('Target.attachToTarget', {
        targetId: targetInfos.find(target => target.type === 'page').targetId, flatten: true,
    }));
    for (const domain of ['Page', 'Runtime', 'Log', 'DOM']) {
        await send(`${domain}.enable`);
    }
    await send('Emulation.setDeviceMetricsOverride', { width: 900, height: 900, deviceScaleFactor: 1, mobile: false });
    await scheme('light');
    const begin = Date.now();
    await send('Page.navigate', { url: `http://127.0.0.1:${server.address().port}/any/folder/` });
    await until(`['forecast-says', 'echo', 'values'].every(id => document.getElementById(id))`, 'the three models are loaded', 120);
    const loaded = Date.now() - begin;

    // The forecast, moved by the keyboard.
    const opening = await text('forecast-says');
    check(/After 1964-10 the model expects the highest number, \d+, in 19\d\d-\d\d\. What came was \d+/.test(opening), opening);
    await tabTo('month');
    await press('ArrowRight');
    await until(`document.getElementById('month-steps').textContent === '2591'`, 'the arrow key moves on by a month');
    check(await text('forecast-says') !== opening, 'another month, the same forecast');
    await press('ArrowLeft');
    await until(`document.getElementById('month-steps').textContent === '2590'`, 'the arrow key moves back by a month');
    check(await text('forecast-says') === opening, 'the forecast of a month is another one when the stream comes back to it');
    const light = await ground();
    await picture('light');
    const points = await evaluate(`document.querySelector('polyline.said').getAttribute('points').trim().split(' ').length`);
    check(points === 132, `the forecast has ${points} points`);

    // Sixty steps a second, as the page measures it; Home first, so that there are enough months.
    await press('Home');
    await tabTo('play');
    await press('Enter');
    const monthRate = await held('month-rate');
    await press('Enter');
    await until(`document.getElementById('play').textContent !== 'Pause'`, 'Enter stops the play');
    check(Number(await text('month-steps')) > 25 + 50, `the stream of months is at step ${await text('month-steps')}`);

    // The echo of what is typed.
    const delay = 3;
    await tabTo('digits');
    await press('End');
    for (const digit of '58979') {
        await press(digit);
    }
    await until(`document.getElementById('echo').textContent === '${'314159265358979'.slice(0, -delay)}'`, 'the echo of 314159265358979');
    await press('Backspace');
    await press('x');
    await until(`document.getElementById('echo').textContent === '${'31415926535897'.slice(0, -delay)}'`, 'the echo of a text that was changed');
    check((await text('digits-note')).includes(`'x' is left out`), `an x is answered with: ${await text('digits-note')}`);
    await press('Backspace');
    const squares = await evaluate(`document.querySelectorAll('rect.said').length`);
    check(squares >= 11, `${squares} squares are drawn`);

    // Files that the visitor picks: a bad one, then a good one. What opens the system's dialogue is the keyboard; the dialogue is not the page's.
    await tabTo('file');
    const bad = join(work, 'bad.safetensors');
    writeFileSync(bad, readFileSync(model).subarray(0, 200));
    const pick = async file => {
        const { root } = await send('DOM.getDocument');
        const { nodeId } = await send('DOM.querySelector', { nodeId: root.nodeId, selector: '#file' });
        await send('DOM.setFileInputFiles', { nodeId, files: [file] });
    };
    await pick(bad);
    await until(`document.getElementById('model-error')`, 'a bad file is told');
    const error = await text('model-error');
    check(error.startsWith(`bad.safetensors can't be used. the stream`), `a bad file is answered with: ${error}`);
    await picture('error');
    await pick(model);
    await until(`document.getElementById('model-name').textContent.startsWith('model-v1.safetensors')`, 'a good file is taken');
    check(await text('model-error') === '', 'the error of the file before stays');
    await tabTo('run');
    await press(' ');
    const rate = await held('rate');
    await press(' ');
    await until(`document.getElementById('run').textContent === 'Run'`, 'the space bar stops the stream');
    check(Number(await text('steps')) > 50, `the stream is at step ${await text('steps')}`);
    const values = await evaluate(`[...document.querySelectorAll('#values li')].map(item => item.textContent)`);
    check(values.length > 0 && values.every(value => /^-?\d+\.\d{6}$/.test(value)), `the values are ${values}`);

    await scheme('dark');
    check(await ground() !== light, 'dark is the same as light');
    await picture('dark');
    await send('Emulation.setDeviceMetricsOverride', { width: 360, height: 800, deviceScaleFactor: 1, mobile: true });
    await picture('narrow');
    const wide = await evaluate('document.documentElement.scrollWidth');
    check(wide <= 360, `on a telephone the page is ${wide} pixels wide`);
    const nameless = await evaluate(`[...document.querySelectorAll('input, button')].filter(part => !part.labels?.length && !part.textContent).length`);
    check(nameless === 0, `${nameless} controls have no label`);
    check(faults.length === 0, `the console says: ${faults.join('\n')}`);
    console.log(`Chromium: loaded in ${(loaded / 1000).toFixed(1)} s, ${monthRate} months and ${rate} steps a second, the console is empty`);
} catch (error) {
    console.error(error.message);
    if (faults.length > 0) {
        console.error(`the console says: ${faults.join('\n')}`);
    }
    process.exitCode = 1;
} finally {
    server.close();
    browser.kill();
    await ended.catch(() => { });
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}
