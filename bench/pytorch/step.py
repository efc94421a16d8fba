"""PyTorch's side of bench/step: the same training step, driven by lines on stdin.

Usage: step.py NETWORK THREADS DEVICE FORMAT check|time DATA, DEVICE = cpu or cuda, FORMAT = nchw or channels_last; DATA is a safetensors file.
"""
import json
import resource
import struct
import sys
import time

try:
    import torch
except ImportError:
    sys.exit("bench/step compares with PyTorch, which this Python does not have: install torch, or name another Python in PYTHON")

from step_networks import NETWORKS

TYPES = {"F32": torch.float32, "I32": torch.int32}


def read_safetensors(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data[begin:end], dtype=TYPES[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"]).clone()
    return tensors


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.detach().cpu().contiguous().numpy().tobytes())


def main():
    network, threads, device, memory_format, mode, path = sys.argv[1:]
    torch.set_num_threads(int(threads))
    batch = read_safetensors(path + ".batch")
    images, labels = batch["images"].to(device), batch["labels"].long().to(device)
    model = NETWORKS[network]()
    model.load_state_dict(read_safetensors(path), strict=False)
    model.to(device).train()
    if memory_format == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        return loss

    if mode == "check":
        # In float32, and in float64 as the truth that both sides are measured against.
        for suffix in ("torch", "truth"):
            loss = step()
            gradients = {name: p.grad.float() for name, p in model.named_parameters()}
            write_safetensors(f"{path}.{suffix}", {"loss": loss.float(), **gradients})
            model, images = model.double(), images.double()
        return
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            step()
            optimiser.step()
            if device == "cuda":
                torch.cuda.synchronize()
            times.append((time.perf_counter() - start) * 1e3)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"times": times, "peakBytes": peak, "version": torch.__version__}), flush=True)


main()
