// The network in one year: who counts as what, and how it is drawn on a canvas.

/** Status of an organisation in a year. */
const [INACTIVE, STAYED, ENTERED, LEFT, RETURNED] = [0, 1, 2, 3, 4];
const HERE = [STAYED, ENTERED, RETURNED];

/** Dark blue, orange, light blue and an empty ring: told apart without colour vision, and by lightness in grey. */
const NETWORK_COLOURS = {
  [STAYED]: "#1f4e79", [ENTERED]: "#e07b00", [LEFT]: "#737d87", [RETURNED]: "#56a9dc",
  band: "#f4f6f7", rim: "#faf6ee", ring: "#4d5863", tie: "31 78 121", outerTie: "139 118 82", ink: "#1b2127",
};

/** Shape by type, in the order of the types; all others are triangles. */
const SHAPES = ["circle", "square", "diamond"];
const shapeOf = (type) => SHAPES[type] ?? "triangle";

/** Everything about a network that does not change with the year. */
function networkModel({ nodes, ties, years, rings }) {
  const [n, m, span] = [nodes.id.length, ties.a.length, years.length];
  const model = {
    n, m, span, nodes, ties, rings, active: flagged(nodes.spans, span), met: flagged(ties.spans, span),
    outside: Uint8Array.from(nodes.ring, (ring) => ring === rings.length - 1),
    partners: Array.from({ length: n }, () => []), most: 1,
  };
  for (let e = 0; e < m; e++) {
    model.partners[ties.a[e]].push(e);
    model.partners[ties.b[e]].push(e);
  }
  for (let t = 0; t < span; t++) model.most = Math.max(model.most, ...degrees(model, t));
  return model;
}

/** One byte a thing and year, from runs of years. */
function flagged(spans, years) {
  const flags = new Uint8Array(spans.length * years);
  spans.forEach((flat, row) => {
    for (let i = 0; i < flat.length; i += 2) flags.fill(1, row * years + flat[i], row * years + flat[i + 1] + 1);
  });
  return flags;
}

function degrees({ n, m, span, ties, met }, t, shown = null) {
  const degree = new Uint16Array(n);
  for (let e = 0; e < m; e++) {
    if (!met[e * span + t] || (shown && !(shown[ties.a[e]] && shown[ties.b[e]]))) continue;
    degree[ties.a[e]]++;
    degree[ties.b[e]]++;
  }
  return degree;
}

/** What is shown in a year: status and ties of everyone, and the counts of the line above the picture. */
function networkYear(model, { t, type, ring, outside }) {
  const { n, m, span, nodes, ties, active, met } = model;
  const shown = new Uint8Array(n);
  const status = new Uint8Array(n);
  const counts = { active: 0, entered: 0, returned: 0, left: 0, ties: 0, outside: 0, outsideTies: 0 };
  for (let i = 0; i < n; i++) {
    const out = model.outside[i];
    shown[i] = (type === null || nodes.type[i] === type) && (out ? outside : ring === null || nodes.ring[i] === ring);
    if (!shown[i]) continue;
    const now = active[i * span + t];
    const before = t > 0 ? active[i * span + t - 1] : now;
    status[i] = now ? (before ? STAYED : nodes.spans[i][0] === t ? ENTERED : RETURNED) : before ? LEFT : INACTIVE;
    if (out) counts.outside += now;
    else {
      counts.active += now;
      counts.entered += status[i] === ENTERED;
      counts.returned += status[i] === RETURNED;
      counts.left += status[i] === LEFT;
    }
  }
  const drawn = [];
  for (let e = 0; e < m; e++) {
    const [a, b] = [ties.a[e], ties.b[e]];
    if (!met[e * span + t] || !shown[a] || !shown[b]) continue;
    drawn.push(e);
    if (model.outside[a] || model.outside[b]) counts.outsideTies++;
    else counts.ties++;
  }
  return { shown, status, ties: drawn, degree: degrees(model, t, shown), counts };
}

/** From the unit disc to the canvas; wide canvases stretch it a little. */
function networkFrame(width, height, { zoom, dx, dy }) {
  const [pad, top] = [14, 22];
  const ry = (height - top - pad) / 2;
  const rx = Math.min(width / 2 - pad, ry * 1.3);
  return { width, height, zoom, cx: width / 2 + dx, cy: top + ry + dy, rx: rx * zoom, ry: Math.min(ry, rx * 1.15) * zoom };
}

/** Places and sizes on the canvas. */
function networkPlaces(model, year, frame, grown) {
  const { n, nodes } = model;
  const room = Math.sqrt((Math.PI * frame.rx * frame.ry) / Math.max(n, 12));
  const [least, most] = [Math.min(Math.max(room * 0.2, 1.4), 5), Math.min(Math.max(room * 0.62, 4), 15 * Math.sqrt(frame.zoom))];
  const places = { x: new Float32Array(n), y: new Float32Array(n), r: new Float32Array(n), room };
  for (let i = 0; i < n; i++) {
    places.x[i] = frame.cx + (nodes.x[i] / 1000) * frame.rx;
    places.y[i] = frame.cy + (nodes.y[i] / 1000) * frame.ry;
    let size = least + (most - least) * Math.sqrt(year.degree[i] / model.most);
    if (nodes.core[i]) size = Math.max(size, least + 3);
    places.r[i] = year.status[i] === ENTERED ? size * (0.4 + 0.6 * grown) : year.status[i] === LEFT ? Math.max(least, 2) : size;
  }
  return places;
}

/** Rings and ties: the part that stays while the pointer moves. */
function drawGround(context, model, year, frame, places) {
  context.fillStyle = "white";
  context.fillRect(0, 0, frame.width, frame.height);
  model.rings.forEach(({ inner, outer }, index) => {
    if (outer === 0) return;
    context.fillStyle = index === model.rings.length - 1 ? NETWORK_COLOURS.rim : NETWORK_COLOURS.band;
    context.beginPath();
    context.ellipse(frame.cx, frame.cy, outer * frame.rx, outer * frame.ry, 0, 0, 2 * Math.PI);
    if (inner > 0) context.ellipse(frame.cx, frame.cy, inner * frame.rx, inner * frame.ry, 0, 0, 2 * Math.PI);
    context.fill("evenodd");
  });
  const strength = Math.min(0.45, Math.max(0.07, 12 / Math.sqrt(year.ties.length + 1) / 4));
  const out = (e) => model.outside[model.ties.a[e]] || model.outside[model.ties.b[e]];
  context.lineWidth = 0.8;
  drawTies(context, model, year.ties.filter(out), places, `rgb(${NETWORK_COLOURS.outerTie} / ${strength})`);
  drawTies(context, model, year.ties.filter((e) => !out(e)), places, `rgb(${NETWORK_COLOURS.tie} / ${strength})`);
}

/** Ties as straight lines, a few hundred a stroke: one path of all of them is slower by far. */
function drawTies(context, { ties }, drawn, { x, y }, colour) {
  context.strokeStyle = colour;
  for (let from = 0; from < drawn.length; from += 200) {
    context.beginPath();
    for (const e of drawn.slice(from, from + 200)) {
      context.moveTo(x[ties.a[e]], y[ties.a[e]]);
      context.lineTo(x[ties.b[e]], y[ties.b[e]]);
    }
    context.stroke();
  }
}

/** Organisations, one path for each status and shape. */
function drawNodes(context, model, year, places, only = null) {
  for (const status of [LEFT, ...HERE]) {
    for (const shape of [...SHAPES, "triangle"]) {
      context.beginPath();
      for (const i of only ?? model.nodes.id.keys()) {
        if (year.status[i] === status && shapeOf(model.nodes.type[i]) === shape) outline(context, shape, places.x[i], places.y[i], places.r[i]);
      }
      finish(context, status);
    }
  }
}

function finish(context, status) {
  context.lineWidth = status === LEFT ? 1.2 : 0.7;
  context.strokeStyle = status === LEFT ? NETWORK_COLOURS[LEFT] : "white";
  if (status !== LEFT) {
    context.fillStyle = NETWORK_COLOURS[status];
    context.fill();
  }
  context.stroke();
}

/** A shape whose area is about that of a circle of radius r. */
function outline(context, shape, x, y, r) {
  if (shape === "circle") {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  const corners = {
    square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
    diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
    triangle: [[0, -1.3], [1.2, 0.85], [-1.2, 0.85]],
  }[shape];
  corners.forEach(([dx, dy], index) => (index ? context.lineTo(x + dx * r, y + dy * r) : context.moveTo(x + dx * r, y + dy * r)));
  context.closePath();
}

/** Names of the rings, in the blank outside each; the boxes in which no other name may stand. */
function drawRingNames(context, model, frame) {
  context.font = `600 11px ${FONT}`;
  return model.rings.filter(({ outer }) => outer > 0).map(({ name, outer }) => {
    const y = frame.cy - outer * frame.ry - 5;
    const half = context.measureText(name).width / 2;
    halo(context, name, frame.cx, y, "center", NETWORK_COLOURS.ring);
    return [frame.cx - half, y - 6, frame.cx + half, y + 6];
  });
}

function halo(context, text, x, y, align, colour) {
  context.textAlign = align;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = "rgb(255 255 255 / .92)";
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/** Names that fit without touching each other: the focus first, then core organisations, then, zoomed in, everyone. */
function drawNames(context, model, year, frame, places, focus, partners) {
  const { nodes } = model;
  const wanted = [...model.nodes.id.keys()].filter((i) => {
    const inView = places.x[i] > 0 && places.x[i] < frame.width && places.y[i] > 0 && places.y[i] < frame.height;
    return inView && (i === focus || partners.has(i) || (focus < 0 && HERE.includes(year.status[i]) && (nodes.core[i] || places.room > 45)));
  });
  const rank = (i) => (i === focus ? 2e6 : 0) + (nodes.core[i] ? 1e6 : 0) + year.degree[i];
  wanted.sort((i, j) => rank(j) - rank(i));
  const taken = drawRingNames(context, model, frame);
  const most = taken.length + 60;
  for (const i of wanted.slice(0, 300)) {
    if (taken.length >= most) break;
    context.font = `${i === focus ? 700 : nodes.core[i] ? 600 : 400} 12px ${FONT}`;
    const text = shortened(nodes.name[i], i === focus ? 60 : 26);
    const spot = freeSpot(context.measureText(text).width, i, places.r[i] + (i === focus ? 10 : 4), frame, places, taken);
    if (!spot && i !== focus) continue;
    const { x, y, box } = spot ?? { x: places.x[i], y: places.y[i] - 14, box: [0, 0, 0, 0] };
    taken.push(box);
    halo(context, text, x, y, "left", NETWORK_COLOURS.ink);
  }
}

/** Right, left, above or below an organisation, where no other name stands and the canvas does not end. */
function freeSpot(width, i, gap, frame, { x, y }, taken) {
  for (const [left, middle] of [[x[i] + gap, y[i]], [x[i] - gap - width, y[i]], [x[i] - width / 2, y[i] - gap - 6], [x[i] - width / 2, y[i] + gap + 6]]) {
    const box = [left - 2, middle - 8, left + width + 2, middle + 8];
    if (box[0] < 0 || box[2] > frame.width || box[1] < 0 || box[3] > frame.height) continue;
    if (!taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) return { x: left, y: middle, box };
  }
  return null;
}

function shortened(text, most) {
  const letters = [...text.replace(/\s+/g, " ")];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : letters.join("");
}

/** The whole picture over a ground that is drawn already; ``focus`` is an organisation or -1. */
function drawNetwork(context, model, year, frame, places, focus, ground) {
  context.fillStyle = "white";
  context.fillRect(0, 0, frame.width, frame.height);
  context.globalAlpha = focus < 0 ? 1 : 0.3;
  context.drawImage(ground, 0, 0, frame.width, frame.height);
  drawNodes(context, model, year, places);
  context.globalAlpha = 1;
  const partners = new Set();
  if (focus >= 0) {
    const mine = year.ties.filter((e) => model.ties.a[e] === focus || model.ties.b[e] === focus);
    for (const e of mine) partners.add(model.ties.a[e] === focus ? model.ties.b[e] : model.ties.a[e]);
    context.lineWidth = 1.1;
    drawTies(context, model, mine, places, "rgb(27 33 39 / .55)");
    drawNodes(context, model, year, places, [...partners, focus]);
    drawMark(context, places, focus);
  }
  drawNames(context, model, year, frame, places, focus, partners);
}

/** A ring around the organisation in focus, even where it is not active this year. */
function drawMark(context, { x, y, r }, focus) {
  context.lineWidth = 2.5;
  context.strokeStyle = NETWORK_COLOURS.ink;
  context.beginPath();
  context.arc(x[focus], y[focus], r[focus] + 5, 0, 2 * Math.PI);
  context.stroke();
}

/** A canvas of its own, at the resolution of the screen or finer. */
function sheet(width, height, ratio) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return [canvas, context];
}
