"""The released Self-Tuning loop's step in PyTorch, for the comparison in bench/self-tuning-step: two passes over the unlabelled query, the
key encoder updated before each key pass, the queues written sample by sample. Random images.

usage: self_tuning_step.py NETWORK THREADS BATCH SIZE CLASSES D K DEVICE FORMAT
Reads a number of steps a line, answers {"milliseconds": [...], "peakBytes": n} a line."""
import copy
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

from step_networks import NETWORKS

threads, batch, size, classes, width, depth = map(int, sys.argv[2:8])
memory_format = torch.channels_last if sys.argv[9] == "channels_last" else torch.contiguous_format
torch.set_default_device(sys.argv[8])
tau, m = 0.07, 0.999
torch.set_num_threads(threads)
torch.manual_seed(0)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = NETWORKS[sys.argv[1]]()
        last = "fc" if hasattr(self.backbone, "fc") else "classifier"
        self.features = getattr(self.backbone, last).in_features
        setattr(self.backbone, last, nn.Identity())
        self.fc = nn.Linear(self.features, width)

    def forward(self, x):
        feature = self.backbone(x)
        return self.fc(feature), feature


query = Encoder().to(memory_format=memory_format).train()
key = copy.deepcopy(query)
key.requires_grad_(False)
classifier = nn.Linear(query.features, classes)
queue = F.normalize(torch.randn(classes, depth, width), dim=2)
pointer = torch.zeros(classes, dtype=torch.long)
optimiser = torch.optim.SGD(
    [{"params": query.parameters()}, {"params": classifier.parameters(), "lr": 0.01}], lr=0.001, momentum=0.9, weight_decay=1e-4, nesterov=True
)
divergence = nn.KLDivLoss(reduction="batchmean")


def images():
    return torch.randn(batch, 3, size, size).contiguous(memory_format=memory_format)


def contrast(projection, feature_key_images, labels):
    with torch.no_grad():
        for q, k in zip(query.parameters(), key.parameters()):
            k.mul_(m).add_(q, alpha=1 - m)
        keys = F.normalize(key(feature_key_images)[0], dim=1)
    q = F.normalize(projection, dim=1)
    stored = queue.clone().detach()
    own = (q * keys).sum(1, keepdim=True)
    rows = []
    for i in range(batch):
        y = int(labels[i])
        positive = q[i] @ stored[y].T
        negative = q[i] @ torch.cat([stored[:y], stored[y + 1 :]]).flatten(0, 1).T
        rows.append(torch.cat([own[i], positive, negative]))
    log_probability = F.log_softmax(torch.stack(rows) / tau, dim=1)
    target = torch.zeros_like(log_probability)
    target[:, : depth + 1] = 1 / (depth + 1)
    loss = divergence(log_probability, target)
    with torch.no_grad():
        for i in range(batch):
            y = int(labels[i])
            queue[y, pointer[y]] = keys[i]
            pointer[y] = (pointer[y] + 1) % depth
    return loss


def step():
    lq, lk, uq, uk = images(), images(), images(), images()
    labels = torch.randint(classes, (batch,))
    start = time.perf_counter()
    projection, feature = query(lq)
    loss = F.cross_entropy(classifier(feature), labels) + contrast(projection, lk, labels)
    with torch.no_grad():
        pseudo = classifier(query(uq)[1]).argmax(1)
    loss = loss + contrast(query(uq)[0], uk, pseudo)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    loss.item()
    return 1000 * (time.perf_counter() - start)


print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    times = [step() for _ in range(int(line))]
    print(json.dumps({"milliseconds": times, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)
