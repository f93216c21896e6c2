// Looks at each picture of the page, and writes what is wrong with it, as JSON, into the element "report".
'use strict';

function inspect(svg) {
  const faults = [];
  const frame = svg.getBoundingClientRect();
  const outside = (box) => box.left < frame.left - 0.5 || box.top < frame.top - 0.5 || box.right > frame.right + 0.5 || box.bottom > frame.bottom + 0.5;
  const overlap = (a, b, slack) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > slack && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > slack;
  const words = (text) => '"' + text.lastChild.textContent + '"';

  const texts = [...svg.querySelectorAll('text')].map((text) => ({ text, box: text.getBoundingClientRect() }));
  if (texts.length === 0) faults.push('no text');
  texts.forEach(({ text, box }, i) => {
    if (!text.lastChild || box.width === 0) { faults.push('a text without letters'); return; }
    if (text.querySelector('title') && text.lastChild.textContent.length < 3) faults.push(words(text) + ' is cut to nothing');
    if (outside(box)) faults.push(words(text) + ' leaves the frame');
    for (const other of texts.slice(i + 1)) {
      if (overlap(box, other.box, 0.5)) faults.push(words(text) + ' and ' + words(other.text) + ' lie over each other');
    }
    const ground = text.parentNode.localName === 'g' ? text.parentNode.querySelector('rect') : svg.querySelector('rect');
    const around = ground.getBoundingClientRect();
    if (box.left < around.left || box.right > around.right || box.top < around.top || box.bottom > around.bottom) faults.push(words(text) + ' leaves its box');
    const contrast = ratio(getComputedStyle(text).fill, getComputedStyle(ground).fill);
    if (contrast < 4.5) faults.push(words(text) + ' has a contrast of ' + contrast.toFixed(1));
  });

  const boxes = [...svg.querySelectorAll('g > rect')].map((rect) => rect.getBoundingClientRect());
  boxes.forEach((box, i) => {
    if (outside(box)) faults.push('a box leaves the frame');
    if (boxes.slice(i + 1).some((other) => overlap(box, other, 1.5))) faults.push('boxes lie over each other');
  });

  for (const path of svg.querySelectorAll('path')) {
    if (outside(path.getBoundingClientRect())) faults.push('a line leaves the frame');
    const crossed = texts.find(({ box }) => points(path).some(([x, y]) => within(box, x + frame.left, y + frame.top)));
    if (crossed) faults.push('a line crosses ' + words(crossed.text));
  }
  if (/(href|url\(|<script|@import|\son\w+=)/.test(svg.outerHTML)) faults.push('it refers to something outside, or has a script');
  return faults;
}

function within(box, x, y) {
  return x > box.left + 1 && x < box.right - 1 && y > box.top + 2 && y < box.bottom - 2;
}

// Points on a path of straight lines, 3 pixels apart; getPointAtLength takes minutes for long curves.
const known = new Map();
function points(path) {
  if (known.has(path)) return known.get(path);
  const all = [];
  for (const run of path.getAttribute('d').split('M').slice(1)) {
    const numbers = run.split('m')[0].match(/-?[\d.]+/g).map(Number);
    for (let i = 0; i < numbers.length; i += 2) {
      const [x, y] = [numbers[i], numbers[i + 1]];
      const [fromX, fromY] = i > 0 ? [numbers[i - 2], numbers[i - 1]] : [x, y];
      const parts = Math.ceil(Math.hypot(x - fromX, y - fromY) / 3) || 1;
      for (let part = 1; part <= parts; part++) all.push([fromX + (x - fromX) * part / parts, fromY + (y - fromY) * part / parts]);
    }
  }
  known.set(path, all);
  return all;
}

// WCAG's contrast of two colours, from 1 to 21.
function ratio(a, b) {
  const light = (colour) => {
    const [red, green, blue] = colour.match(/[\d.]+/g).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

// The picture's own pixels, as an <img> shows them.
function pixels(source) {
  return new Promise((resolve) => {
    const image = new Image();
    image.onerror = () => resolve({ error: 'it is no image' });
    image.onload = () => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const data = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
      const colours = new Map();
      for (const pixel of data) colours.set(pixel, (colours.get(pixel) || 0) + 1);
      const corner = data[0];
      resolve({ paper: '#' + [0, 8, 16].map((shift) => ((corner >> shift) & 255).toString(16).padStart(2, '0')).join(''), drawn: 1 - colours.get(corner) / data.length, colours: colours.size });
    };
    image.src = 'data:image/svg+xml;base64,' + source;
  });
}

(async () => {
  const report = [];
  for (const holder of document.querySelectorAll('.picture')) {
    const svg = holder.querySelector('svg');
    report.push({ name: holder.dataset.name, faults: svg ? inspect(svg) : ['no svg'], pixels: await pixels(holder.dataset.source) });
    svg?.remove();
  }
  document.getElementById('report').textContent = JSON.stringify(report);
})();
