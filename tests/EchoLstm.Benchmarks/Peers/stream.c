// One time step of an LSTM and a dense head, the state going on: plain loops whose sizes the compiler knows, on one core. The yardstick of
// streams. Weights are stored input by output, so that every inner loop is over neighbours in memory.
// cc -Ofast -march=native -DFEATURES=1 -DUNITS=32 -DOUTPUTS=1 -o stream stream.c -lm
// Protocol: "open ..." answers "ok"; "run N" answers the seconds of N steps.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { F = FEATURES, U = UNITS, G = 4 * UNITS, O = OUTPUTS };

static _Alignas(64) float kernel[F][G], recurrent[U][G], bias[G], head[U][O], head_bias[O];
static _Alignas(64) float h[U], c[U], x[F], y[O];

static inline float sigmoid(float a) { return 1 / (1 + expf(-a)); }
static inline float tangent(float a) { float e = expf(-2 * a); return (1 - e) / (1 + e); }

static void fill(float *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) numbers[i] = (rand() / (float)RAND_MAX - .5f) / sqrtf(U);
}

__attribute__((noinline)) static void step(void) {
  _Alignas(64) float z[G];
  for (int k = 0; k < G; k++) z[k] = bias[k];
  for (int i = 0; i < F; i++) for (int k = 0; k < G; k++) z[k] += x[i] * kernel[i][k];
  for (int i = 0; i < U; i++) for (int k = 0; k < G; k++) z[k] += h[i] * recurrent[i][k];
  for (int k = 0; k < U; k++) {
    c[k] = sigmoid(z[U + k]) * c[k] + sigmoid(z[k]) * tangent(z[2 * U + k]);
    h[k] = sigmoid(z[3 * U + k]) * tangent(c[k]);
  }
  for (int k = 0; k < O; k++) y[k] = head_bias[k];
  for (int i = 0; i < U; i++) for (int k = 0; k < O; k++) y[k] += h[i] * head[i][k];
}

int main(void) {
  char line[256];
  while (fgets(line, sizeof line, stdin)) {
    long steps;
    if (!strncmp(line, "open ", 5)) {
      srand(1);
      fill(&kernel[0][0], F * G); fill(&recurrent[0][0], U * G); fill(&head[0][0], U * O);
      for (int i = 0; i < F; i++) x[i] = .5f;
      printf("ok\n");
    } else if (sscanf(line, "run %ld", &steps) == 1) {
      struct timespec a, b;
      clock_gettime(CLOCK_MONOTONIC, &a);
      for (long s = 0; s < steps; s++) step();
      clock_gettime(CLOCK_MONOTONIC, &b);
      printf("%.9f\n", (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) * 1e-9);
    }
    fflush(stdout);
  }
}
