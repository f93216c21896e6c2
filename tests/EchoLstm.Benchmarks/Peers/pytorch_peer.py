"""The workloads in PyTorch: nn.LSTM, nn.Linear, autograd and torch.optim.Adam, on 2 threads.

Protocol: "open KIND BATCH STEPS FEATURES UNITS OUTPUTS STEPS_OUT" answers "ok"; "run N" answers the seconds of N steps.
"""
import sys
import time

import torch
from torch import nn

THREADS = 2


def one_hot(rows, steps, classes):
    return nn.functional.one_hot(torch.randint(classes, (rows, steps)), classes).float()


class Training:
    """One step: forward, loss, backward, Adam, and the loss read, as a fit does for its history."""

    def __init__(self, kind, batch, steps, features, units, outputs, steps_out):
        self.kind = kind
        self.steps_out = steps_out
        self.classes = kind in ("echo", "encoder-decoder")
        self.lstm = nn.LSTM(features, units, batch_first=True)
        self.decoder = nn.LSTM(units, units, batch_first=True) if kind == "encoder-decoder" else None
        self.head = None if kind == "alone" else nn.Linear(units, outputs)
        modules = [m for m in (self.lstm, self.decoder, self.head) if m is not None]
        self.optimizer = torch.optim.Adam([p for m in modules for p in m.parameters()], lr=1e-3, eps=1e-7)
        self.x = one_hot(batch, steps, features) if self.classes else torch.rand(batch, steps, features)
        if self.classes:
            self.y = one_hot(batch, steps_out, outputs)
        else:
            self.y = torch.rand(batch, outputs) if kind == "last" else torch.rand(batch, steps_out, outputs)
        self.state = None
        self.decoder_state = None

    def step(self):
        self.optimizer.zero_grad()
        sequence, (h, c) = self.lstm(self.x, self.state)
        if self.classes:  # stateful: the state goes on, its gradient stops
            self.state = (h.detach(), c.detach())
        if self.decoder is not None:
            repeated = sequence[:, -1:, :].expand(-1, self.steps_out, -1)
            sequence, (h, c) = self.decoder(repeated, self.decoder_state)
            self.decoder_state = (h.detach(), c.detach())
        output = sequence[:, -1, :] if self.kind == "last" else sequence
        if self.head is not None:
            output = self.head(output)
        if self.classes:
            loss = nn.functional.cross_entropy(output.flatten(0, 1), self.y.flatten(0, 1))
            with torch.no_grad():
                (output.argmax(-1) == self.y.argmax(-1)).float().mean().item()
        else:
            loss = nn.functional.mse_loss(output, self.y)
        loss.backward()
        self.optimizer.step()
        return loss.item()


class Running:
    """One forward pass without gradients; a stream carries its state."""

    def __init__(self, kind, batch, steps, features, units, outputs, steps_out):
        self.streams = kind == "stream"
        self.lstm = nn.LSTM(features, units, batch_first=True).eval()
        self.head = nn.Linear(units, outputs).eval()
        self.x = torch.rand(batch, steps, features)
        self.state = None

    @torch.no_grad()
    def step(self):
        sequence, state = self.lstm(self.x, self.state)
        if self.streams:
            self.state = state
        return self.head(sequence)


def main():
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    current = None
    for line in sys.stdin:
        words = line.split()
        if words[0] == "open":
            sizes = [int(word) for word in words[2:]]
            current = (Running if words[1] in ("stream", "predict") else Training)(words[1], *sizes)
            answer = "ok"
        else:
            start = time.perf_counter()
            for _ in range(int(words[1])):
                current.step()
            answer = f"{time.perf_counter() - start:.9f}"
        print(answer, flush=True)


main()
