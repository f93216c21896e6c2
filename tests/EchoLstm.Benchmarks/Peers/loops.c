// One training step as plain fused loops on one core: LSTM forward, head, loss, backward through time, Keras's Adam. The yardstick of the bar.
// Rows are time-major (row = step * batch + sample); weights are stored input by output, so that every inner loop is over neighbours in memory.
// cc -Ofast -march=native -o loops loops.c -lm
// Protocol: "open KIND BATCH STEPS FEATURES UNITS OUTPUTS STEPS_OUT" answers "ok"; "run N" answers the seconds of N steps.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { int batch, steps, in, units, repeats; float *wx, *wh, *b, *gwx, *gwh, *gb, *z, *c, *h, *tc, *dout, *dh, *dc; } lstm;
typedef struct { int in, out; float *w, *b, *gw, *gb; } dense;
typedef struct { float *weights, *gradients, *m, *v; size_t count, used; long step; } parameters;

static float *numbers(size_t n) {
  size_t bytes = (n * sizeof(float) + 63) / 64 * 64 + 64;
  float *p = aligned_alloc(64, bytes);
  if (!p) { fprintf(stderr, "out of memory\n"); exit(1); }
  return memset(p, 0, bytes);
}

static float uniform(void) { return rand() / (float)RAND_MAX; }

static float *take(parameters *p, size_t n, float **gradient, float scale) {
  float *w = p->weights + p->used;
  *gradient = p->gradients + p->used;
  for (size_t i = 0; i < n; i++) w[i] = (uniform() - .5f) * 2 * scale;
  p->used += n;
  return w;
}

// repeats: the same input row at every step, as after RepeatVector.
static lstm make_lstm(parameters *p, int batch, int steps, int in, int units, int repeats) {
  lstm l = { batch, steps, in, units, repeats };
  size_t gates = 4 * (size_t)units, rows = (size_t)batch * steps, state = (size_t)batch * units;
  float scale = 1 / sqrtf(units);
  l.wx = take(p, in * gates, &l.gwx, scale);
  l.wh = take(p, units * gates, &l.gwh, scale);
  l.b = take(p, gates, &l.gb, scale);
  l.z = numbers(rows * gates);
  l.tc = numbers(rows * units);
  l.c = numbers(rows * units + state);
  l.h = numbers(rows * units + state);
  l.dout = numbers(rows * units);
  l.dh = numbers(state);
  l.dc = numbers(state);
  return l;
}

static dense make_dense(parameters *p, int in, int out) {
  dense d = { in, out };
  d.w = take(p, (size_t)in * out, &d.gw, 1 / sqrtf(in));
  d.b = take(p, out, &d.gb, 0);
  return d;
}

static inline float sigmoid(float x) { return 1 / (1 + expf(-x)); }
static inline float tangent(float x) { float e = expf(-2 * x); return (1 - e) / (1 + e); }

static void lstm_forward(lstm *l, const float *x) {
  const int H = l->units, G = 4 * H, I = l->in, B = l->batch;
  for (int t = 0; t < l->steps; t++)
    for (int n = 0; n < B; n++) {
      size_t row = (size_t)t * B + n;
      float *restrict z = l->z + row * G;
      const float *restrict in = x + (l->repeats ? (size_t)n : row) * I, *restrict h = l->h + row * H, *restrict c = l->c + row * H;
      memcpy(z, l->b, G * sizeof(float));
      for (int i = 0; i < I; i++) { float a = in[i]; const float *restrict w = l->wx + (size_t)i * G; for (int k = 0; k < G; k++) z[k] += a * w[k]; }
      for (int i = 0; i < H; i++) { float a = h[i]; const float *restrict w = l->wh + (size_t)i * G; for (int k = 0; k < G; k++) z[k] += a * w[k]; }
      for (int k = 0; k < 2 * H; k++) z[k] = sigmoid(z[k]);
      for (int k = 2 * H; k < 3 * H; k++) z[k] = tangent(z[k]);
      for (int k = 3 * H; k < G; k++) z[k] = sigmoid(z[k]);
      float *restrict c2 = l->c + (row + B) * H, *restrict h2 = l->h + (row + B) * H, *restrict tc = l->tc + row * H;
      for (int k = 0; k < H; k++) {
        c2[k] = z[H + k] * c[k] + z[k] * z[2 * H + k];
        tc[k] = tangent(c2[k]);
        h2[k] = z[3 * H + k] * tc[k];
      }
    }
}

// From dout, the slope of every output row; dx, if wanted, gets the slope of the input rows.
static void lstm_backward(lstm *l, const float *x, float *dx) {
  const int H = l->units, G = 4 * H, I = l->in, B = l->batch;
  memset(l->dh, 0, (size_t)B * H * sizeof(float));
  memset(l->dc, 0, (size_t)B * H * sizeof(float));
  for (int t = l->steps - 1; t >= 0; t--)
    for (int n = 0; n < B; n++) {
      size_t row = (size_t)t * B + n, place = l->repeats ? (size_t)n : row;
      float *restrict z = l->z + row * G, *restrict dh = l->dh + (size_t)n * H, *restrict dc = l->dc + (size_t)n * H, *restrict gb = l->gb;
      const float *restrict c = l->c + row * H, *restrict tc = l->tc + row * H, *restrict h = l->h + row * H, *restrict in = x + place * I, *restrict dout = l->dout + row * H;
      for (int k = 0; k < H; k++) {
        float i = z[k], f = z[H + k], g = z[2 * H + k], o = z[3 * H + k], slope = dh[k] + dout[k];
        float cell = dc[k] + slope * o * (1 - tc[k] * tc[k]);
        z[k] = cell * g * i * (1 - i);
        z[H + k] = cell * c[k] * f * (1 - f);
        z[2 * H + k] = cell * i * (1 - g * g);
        z[3 * H + k] = slope * tc[k] * o * (1 - o);
        dc[k] = cell * f;
      }
      for (int k = 0; k < G; k++) gb[k] += z[k];
      for (int i = 0; i < I; i++) { float a = in[i]; float *restrict g = l->gwx + (size_t)i * G; for (int k = 0; k < G; k++) g[k] += a * z[k]; }
      for (int i = 0; i < H; i++) {
        float a = h[i], sum = 0, *restrict g = l->gwh + (size_t)i * G;
        const float *restrict w = l->wh + (size_t)i * G;
        for (int k = 0; k < G; k++) { g[k] += a * z[k]; sum += w[k] * z[k]; }
        dh[i] = sum;
      }
      if (dx)
        for (int i = 0; i < I; i++) {
          float sum = 0;
          const float *restrict w = l->wx + (size_t)i * G;
          for (int k = 0; k < G; k++) sum += w[k] * z[k];
          dx[place * I + i] += sum;
        }
    }
}

// The state after the last step is the state before the next batch.
static void carry(lstm *l) {
  size_t state = (size_t)l->batch * l->units, last = state * l->steps;
  memcpy(l->h, l->h + last, state * sizeof(float));
  memcpy(l->c, l->c + last, state * sizeof(float));
}

static void dense_row(const dense *d, const float *restrict in, float *restrict out) {
  memcpy(out, d->b, d->out * sizeof(float));
  for (int i = 0; i < d->in; i++) { float a = in[i]; const float *restrict w = d->w + (size_t)i * d->out; for (int k = 0; k < d->out; k++) out[k] += a * w[k]; }
}

static void dense_row_backward(dense *d, const float *restrict in, const float *restrict slope, float *restrict din) {
  for (int k = 0; k < d->out; k++) d->gb[k] += slope[k];
  for (int i = 0; i < d->in; i++) {
    float a = in[i], sum = 0, *restrict g = d->gw + (size_t)i * d->out;
    const float *restrict w = d->w + (size_t)i * d->out;
    for (int k = 0; k < d->out; k++) { g[k] += a * slope[k]; sum += w[k] * slope[k]; }
    din[i] = sum;
  }
}

// Each loss turns the outputs of a row into their slopes.
static float squared_error(float *restrict p, const float *restrict y, int n, float count) {
  float loss = 0;
  for (int k = 0; k < n; k++) { float e = p[k] - y[k]; loss += e * e; p[k] = 2 * e / count; }
  return loss;
}

static float crossentropy(float *restrict p, const float *restrict y, int n, float rows, int *right) {
  float top = p[0], sum = 0, loss = 0;
  int best = 0, wanted = 0;
  for (int k = 1; k < n; k++) top = p[k] > top ? p[k] : top;
  for (int k = 0; k < n; k++) { p[k] = expf(p[k] - top); sum += p[k]; }
  for (int k = 0; k < n; k++) p[k] /= sum;
  for (int k = 1; k < n; k++) { if (p[k] > p[best]) best = k; if (y[k] > y[wanted]) wanted = k; }
  for (int k = 0; k < n; k++) {
    if (y[k] != 0) loss -= y[k] * logf(fminf(fmaxf(p[k], 1e-7f), 1 - 1e-7f));
    p[k] = (p[k] - y[k]) / rows;
  }
  *right += best == wanted;
  return loss;
}

static void adam(parameters *p) {
  float step = ++p->step, rate = 1e-3f * sqrtf(1 - powf(.999f, step)) / (1 - powf(.9f, step));
  float *restrict w = p->weights, *restrict g = p->gradients, *restrict m = p->m, *restrict v = p->v;
  for (size_t k = 0; k < p->count; k++) {
    m[k] = .9f * m[k] + .1f * g[k];
    v[k] = .999f * v[k] + .001f * g[k] * g[k];
    w[k] -= rate * m[k] / (sqrtf(v[k]) + 1e-7f);
  }
}

typedef enum { LAST, SEQUENCE, ECHO, ENCODER_DECODER, ALONE, STREAM, PREDICT } kind;
static const char *kinds[] = { "last", "sequence", "echo", "encoder-decoder", "alone", "stream", "predict" };

typedef struct { kind kind; parameters p; lstm first, second; dense head; float *x, *y, *out; int outputs; } model;

static model make(kind kind, int batch, int steps, int in, int units, int outputs, int steps_out) {
  model m = { .kind = kind, .outputs = outputs };
  size_t gates = 4 * (size_t)units, rows_out = (size_t)batch * steps_out;
  int classes = kind == ECHO || kind == ENCODER_DECODER;
  m.p.count = (in + units + 1) * gates + (kind == ENCODER_DECODER ? (2 * (size_t)units + 1) * gates : 0) + (kind == ALONE ? 0 : (size_t)(units + 1) * outputs);
  m.p.weights = numbers(m.p.count); m.p.gradients = numbers(m.p.count); m.p.m = numbers(m.p.count); m.p.v = numbers(m.p.count);
  srand(1);
  m.first = make_lstm(&m.p, batch, steps, in, units, 0);
  if (kind == ENCODER_DECODER) m.second = make_lstm(&m.p, batch, steps_out, units, units, 1);
  if (kind != ALONE) m.head = make_dense(&m.p, units, outputs);
  m.x = numbers((size_t)batch * steps * in);
  m.y = numbers(rows_out * outputs);
  m.out = numbers(rows_out * outputs);
  if (classes) {
    for (size_t r = 0; r < (size_t)batch * steps; r++) m.x[r * in + rand() % in] = 1;
    for (size_t r = 0; r < rows_out; r++) m.y[r * outputs + rand() % outputs] = 1;
  } else {
    for (size_t i = 0; i < (size_t)batch * steps * in; i++) m.x[i] = uniform();
    for (size_t i = 0; i < rows_out * outputs; i++) m.y[i] = uniform();
  }
  return m;
}

static void release(model *m) {
  lstm *layers[] = { &m->first, &m->second };
  for (int i = 0; i < 2; i++) {
    free(layers[i]->z); free(layers[i]->c); free(layers[i]->h); free(layers[i]->tc); free(layers[i]->dout); free(layers[i]->dh); free(layers[i]->dc);
  }
  free(m->p.weights); free(m->p.gradients); free(m->p.m); free(m->p.v); free(m->x); free(m->y); free(m->out);
}

static float train(model *m) {
  lstm *first = &m->first, *last = m->kind == ENCODER_DECODER ? &m->second : first;
  const int B = first->batch, H = first->units, O = m->outputs;
  const float *encoded = first->h + (size_t)B * H * first->steps;
  const int from = m->kind == LAST ? first->steps - 1 : 0;
  const size_t rows = (size_t)B * (last->steps - from);
  float loss = 0;
  int right = 0;
  lstm_forward(first, m->x);
  if (last != first) lstm_forward(last, encoded);
  memset(m->p.gradients, 0, m->p.count * sizeof(float));
  if (from > 0) memset(last->dout, 0, (size_t)from * B * H * sizeof(float));
  for (size_t q = 0; q < rows; q++) {
    size_t row = (size_t)from * B + q;
    float *h = last->h + (row + B) * H, *out = m->out + q * O, *y = m->y + q * O, *dout = last->dout + row * H;
    if (m->kind == ALONE) {
      memcpy(dout, h, H * sizeof(float));
      loss += squared_error(dout, y, H, rows * (float)H);
      continue;
    }
    dense_row(&m->head, h, out);
    loss += m->kind == ECHO || m->kind == ENCODER_DECODER ? crossentropy(out, y, O, rows, &right) : squared_error(out, y, O, rows * (float)O);
    dense_row_backward(&m->head, h, out, dout);
  }
  if (last != first) {
    float *encoded_slope = first->dout + (size_t)(first->steps - 1) * B * H;
    memset(first->dout, 0, (size_t)first->steps * B * H * sizeof(float));
    lstm_backward(last, encoded, encoded_slope);
  }
  lstm_backward(first, m->x, NULL);
  adam(&m->p);
  if (m->kind == ECHO || m->kind == ENCODER_DECODER) { carry(first); if (last != first) carry(last); }
  return loss + right;
}

static float run_forward(model *m) {
  lstm *l = &m->first;
  lstm_forward(l, m->x);
  size_t rows = (size_t)l->batch * l->steps;
  for (size_t r = 0; r < rows; r++) dense_row(&m->head, l->h + (r + l->batch) * l->units, m->out + r * m->outputs);
  if (m->kind == STREAM) carry(l);
  return m->out[0];
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(void) {
  char line[256], name[64];
  model m;
  int open = 0, batch, steps, in, units, outputs, steps_out;
  long count;
  volatile float kept = 0;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "open %63s %d %d %d %d %d %d", name, &batch, &steps, &in, &units, &outputs, &steps_out) == 7) {
      int k = 0;
      while (k <= PREDICT && strcmp(kinds[k], name)) k++;
      if (k > PREDICT) { printf("error unknown kind %s\n", name); fflush(stdout); continue; }
      if (open) release(&m);
      m = make(k, batch, steps, in, units, outputs, steps_out);
      open = 1;
      printf("ok\n");
    } else if (open && sscanf(line, "run %ld", &count) == 1) {
      double start = now();
      for (long s = 0; s < count; s++) kept = m.kind >= STREAM ? run_forward(&m) : train(&m);
      printf("%.9f\n", now() - start);
    } else {
      printf("error not understood: %s\n", strtok(line, "\n"));
    }
    fflush(stdout);
  }
  (void)kept;
  return 0;
}
