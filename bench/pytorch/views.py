"""The PyTorch side of bench/views.ts: strong views with torchvision and PIL through a DataLoader.

usage: views.py FILE_LIST SIZE BATCH WORKERS, then one line on stdin a round, one JSON line on stdout a round.
Two views of each image, one decoding, as the released Self-Tuning's TransformTrain does it.
"""
import json
import random
import sys
import time
import types

import numpy as np
import PIL
import torch
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

try:
    import torchvision
except RuntimeError:  # a torchvision built for another torch lacks its compiled detection operators; transforms need none of them
    for name in [key for key in sys.modules if key.split('.')[0] == 'torchvision']:
        del sys.modules[name]
    sys.modules['torchvision._meta_registrations'] = types.ModuleType('torchvision._meta_registrations')
    import torchvision
from torchvision import transforms


def scaled(v, maximum, bias=0.0):
    return v * maximum / 10 + bias


def signed(v):
    return -v if random.random() < 0.5 else v


def affine(image, *matrix):
    return image.transform(image.size, Image.AFFINE, matrix)


# FixMatch's pool with its ranges (Sohn et al., 2020, table 12).
POOL = [
    lambda i, v: ImageOps.autocontrast(i),
    lambda i, v: ImageEnhance.Brightness(i).enhance(scaled(v, 0.9, 0.05)),
    lambda i, v: ImageEnhance.Color(i).enhance(scaled(v, 0.9, 0.05)),
    lambda i, v: ImageEnhance.Contrast(i).enhance(scaled(v, 0.9, 0.05)),
    lambda i, v: ImageOps.equalize(i),
    lambda i, v: i,
    lambda i, v: ImageOps.posterize(i, int(scaled(v, 4)) + 4),
    lambda i, v: i.rotate(signed(int(scaled(v, 30)))),
    lambda i, v: ImageEnhance.Sharpness(i).enhance(scaled(v, 0.9, 0.05)),
    lambda i, v: affine(i, 1, signed(scaled(v, 0.3)), 0, 0, 1, 0),
    lambda i, v: affine(i, 1, 0, 0, signed(scaled(v, 0.3)), 1, 0),
    lambda i, v: ImageOps.solarize(i, 256 - int(scaled(v, 256))),
    lambda i, v: affine(i, 1, 0, int(signed(scaled(v, 0.3)) * i.size[0]), 0, 1, 0),
    lambda i, v: affine(i, 1, 0, 0, 0, 1, int(signed(scaled(v, 0.3)) * i.size[1])),
]


class RandAugment:
    def __init__(self, n, m):
        self.n, self.m = n, m

    def __call__(self, image):
        for op in random.choices(POOL, k=self.n):
            v = np.random.randint(1, self.m)
            if random.random() < 0.5:
                image = op(image, v)
        w, h = image.size
        x0, y0 = int(max(0, np.random.uniform(0, w) - 8)), int(max(0, np.random.uniform(0, h) - 8))
        image = image.copy()
        ImageDraw.Draw(image).rectangle((x0, y0, min(w, x0 + 16), min(h, y0 + 16)), (127, 127, 127))
        return image


class Views(torch.utils.data.Dataset):
    def __init__(self, files, size):
        self.files = files
        self.transform = transforms.Compose([
            transforms.RandomResizedCrop(size),
            transforms.RandomHorizontalFlip(),
            RandAugment(2, 10),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ])

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image = Image.open(self.files[index]).convert('RGB')
        return [self.transform(image) for _ in range(2)]


if __name__ == '__main__':
    with open(sys.argv[1]) as list_file:
        files = list_file.read().split('\n')
    size, batch, workers = (int(argument) for argument in sys.argv[2:5])
    torch.set_num_threads(1)
    loader = torch.utils.data.DataLoader(
        Views(files, size), batch, shuffle=True, num_workers=workers, drop_last=True, persistent_workers=workers > 0)
    versions = f'torch {torch.__version__}, torchvision {torchvision.__version__}, Pillow {PIL.__version__}'
    print(json.dumps({'versions': versions}), flush=True)
    for _ in sys.stdin:
        start, views = time.perf_counter(), 0
        for pair in loader:
            views += sum(len(view) for view in pair)
        print(json.dumps({'viewsPerSecond': views / (time.perf_counter() - start)}), flush=True)
